//! Signing up and signing in.

use katydid::{Session, TaskResult, flow};

use crate::answers::{self, Owner};
use crate::reader::Reader;

/// Accounts: registering, logging in, looking at one's own.
#[derive(Debug)]
pub struct Authentication;

#[flow]
impl Authentication {
    /// A new account; the one registered before is deleted, so that a long run leaves no crowd.
    #[task(weight = 2, tags("auth", "critical"))]
    async fn register(reader: &mut Reader, session: &mut Session) -> TaskResult {
        if let Some(before) = reader.throwaway.take() {
            reader.delete(session, &before).await?;
        }
        let account = reader.register(session, "/api/register").await?;
        reader.throwaway = Some(account.clone());
        reader.untried = Some(account);
        Ok(())
    }

    /// The account registered last, the first time; else the user's own, whose token is the one it
    /// uses from then on.
    #[task(weight = 5, tags("auth", "critical"))]
    async fn login(reader: &mut Reader, session: &mut Session) -> TaskResult {
        match reader.untried.take() {
            Some(account) => drop(reader.token_of(session, &account, "/api/login").await?),
            None => {
                let account = reader.account().clone();
                reader.sign_in(session, account, "/api/login").await?;
            }
        }
        Ok(())
    }

    #[task(weight = 3, tags("auth"))]
    async fn user(reader: &mut Reader, session: &mut Session) -> TaskResult {
        reader.stay_logged_in(session).await?;
        let reply = session.get("/api/user").send().await?.expect_status(200)?;
        let (reply, user) = answers::read::<Owner>(reply)?;
        reader.check_owner(reply, &user)?;
        Ok(())
    }
}
