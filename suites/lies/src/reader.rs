//! One simulated reader: its account and its token.

use std::time::{Duration, Instant};

use katydid::{NewUser, Session, TaskError, TaskResult};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::mistake::Mistake;

/// A token is renewed long before it ends.
const RENEWED_AFTER: Duration = Duration::from_millis(500);

/// The state of a user.
#[derive(Debug)]
pub(crate) struct Reader {
    mistake: Option<Mistake>,
    name: String,
    logged_in: Option<Instant>,
    /// What the names of accounts that it registers begin with.
    new_names: String,
    registered: u32,
}

#[derive(Deserialize)]
struct Login {
    access_token: String,
}

impl Reader {
    pub(crate) fn new(user: &NewUser<'_>, mistake: Option<Mistake>) -> Self {
        let kind = match mistake {
            Some(Mistake::NoCredits | Mistake::ExcusedErrors) => "poor",
            _ => "reader",
        };
        let seat = if mistake == Some(Mistake::OneAccount) { 0 } else { user.seat };
        Self {
            mistake,
            name: format!("{kind}-{seat}"),
            logged_in: None,
            new_names: format!("new-{}-{}", std::process::id(), user.index),
            registered: 0,
        }
    }

    pub(crate) fn makes(&self, mistake: Mistake) -> bool {
        self.mistake == Some(mistake)
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) async fn log_in(&mut self, api: &mut Session) -> TaskResult {
        let body = json!({ "username": self.name, "password": "secret" });
        let reply = api.post("/api/login").tags(["auth"]).json(&body).send().await?;
        let login: Login = reply.expect_status(200)?.json()?;
        api.set_bearer(Some(&login.access_token));
        self.logged_in = Some(Instant::now());
        Ok(())
    }

    /// Whether there is a token to work with. Without the mistake there always is.
    pub(crate) async fn is_ready(&mut self, api: &mut Session) -> Result<bool, TaskError> {
        let Some(since) = self.logged_in else { return Ok(false) };
        if since.elapsed() >= RENEWED_AFTER && !self.makes(Mistake::TokenNeverRenewed) {
            self.log_in(api).await?;
        }
        Ok(true)
    }

    /// Registers an account that nobody had before; with the mistake, the same again and again.
    pub(crate) async fn register(&mut self, api: &mut Session) -> TaskResult {
        if !self.makes(Mistake::WrongOrder) {
            self.registered += 1;
        }
        let body = json!({ "username": self.new_name(), "password": "new" });
        let reply = api.post("/api/register").json(&body).send().await?.expect_status(200)?;
        let account: Value = reply.json()?;
        reply.check("it has the name asked for", |_| account["username"] == body["username"])?;
        Ok(())
    }

    /// Logs the newest of its accounts in, to see that it can; the reader stays who it is.
    pub(crate) async fn try_account(&mut self, api: &mut Session) -> TaskResult {
        let body = json!({ "username": self.new_name(), "password": "new" });
        let reply = api.post("/api/login").name("/api/login[new]").json(&body).send().await?;
        reply.expect_status(200)?.json::<Login>()?;
        Ok(())
    }

    fn new_name(&self) -> String {
        format!("{}-{}", self.new_names, self.registered)
    }
}
