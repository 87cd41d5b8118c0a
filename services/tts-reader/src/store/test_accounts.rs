//! Accounts that were made for load tests: marked, found by their batch, and changed only there.

use tts_reader_accounts::{Batch, CHUNK, Member, NewMembers, Selection};

use super::{
    Column, Grant, NewAccount, Store, StoreError, accounts, books,
    connection::Writer,
    ledger,
    retry::{FromStore, again},
    statement::{Words, locking},
    stats,
};
use crate::domain::{Tier, Timestamp, UserId};

/// A marked account as it was found.
type Found = (UserId, Tier, i64);

/// Why a batch could not be made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CreateError {
    /// Somebody else has the name, or the address that belongs to it.
    #[error("{column} of `{username}` is taken by an account that is not of this batch")]
    Taken { username: String, column: Column },
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl FromStore for CreateError {
    fn store_error(&self) -> Option<&StoreError> {
        match self {
            Self::Store(error) => Some(error),
            Self::Taken { .. } => None,
        }
    }
}

/// The account of a name, if it has the mark of a batch; nobody else changes it meanwhile.
const FIND: Words = locking!(
    "SELECT users.user_id, users.tier, test_accounts.credits
     FROM users JOIN test_accounts ON test_accounts.user_id = users.user_id
     WHERE users.username = $1 AND test_accounts.batch = $2",
    "users"
);

impl Store {
    /// Some accounts of a batch by id, the first after `after`.
    pub(crate) async fn test_accounts(
        &self,
        batch: &Batch,
        after: &str,
    ) -> Result<Vec<Member>, StoreError> {
        let rows: Vec<(String, String, String, Tier, i64)> = again(|| async move {
            self.read()
                .await?
                .sql(
                    "SELECT u.username, u.email, u.user_id, u.tier, t.credits
                     FROM test_accounts t JOIN users u ON u.user_id = t.user_id
                     WHERE t.batch = $1 AND t.user_id > $2
                     ORDER BY t.user_id LIMIT $3",
                )
                .bind(batch.as_str())
                .bind(after)
                .bind(CHUNK as i64)
                .fetch_all()
                .await
        })
        .await?;
        let member = |(username, email, user_id, tier, credits): (_, _, _, Tier, _)| Member {
            username,
            email,
            user_id,
            tier: tier.into(),
            credits,
        };
        Ok(rows.into_iter().map(member).collect())
    }

    /// Makes and marks those accounts that the batch does not have, all or none; returns them.
    pub(crate) async fn create_test_accounts(
        &self,
        new: &NewMembers,
        password_hash: &str,
        now: Timestamp,
    ) -> Result<Vec<Member>, CreateError> {
        again(|| async move {
            let mut tx = self.write().await?;
            let mut made = Vec::with_capacity(new.usernames.len());
            for username in &new.usernames {
                if find(&mut tx, &new.batch, username).await?.is_none() {
                    made.push(make(&mut tx, new, username, password_hash, now).await?);
                }
            }
            stats::add(&mut tx, "total_users", made.len() as i64).await?;
            tx.commit().await?;
            Ok(made)
        })
        .await
    }

    /// The ids of those accounts that are there.
    pub(crate) async fn test_account_ids(&self, of: &Selection) -> Result<Vec<UserId>, StoreError> {
        again(|| async move {
            let mut tx = self.write().await?;
            let there = found(&mut tx, of).await?;
            Ok(there.into_iter().map(|(id, ..)| id).collect())
        })
        .await
    }

    /// Removes those accounts that are there, with everything in the database that hangs on them but
    /// the books of what they paid.
    pub(crate) async fn remove_test_accounts(
        &self,
        of: &Selection,
        now: Timestamp,
    ) -> Result<Vec<UserId>, StoreError> {
        again(|| async move {
            let mut tx = self.write().await?;
            let mut gone = Vec::with_capacity(of.usernames.len());
            for (id, ..) in found(&mut tx, of).await? {
                books::close_account(&mut tx, &id, now).await?;
                gone.push(id);
            }
            stats::add(&mut tx, "total_users", -(gone.len() as i64)).await?;
            tx.commit().await?;
            Ok(gone)
        })
        .await
    }

    /// Adds credits to those accounts that are there; returns how many that are.
    pub(crate) async fn top_up_test_accounts(
        &self,
        of: &Selection,
        credits: i64,
        now: Timestamp,
    ) -> Result<usize, StoreError> {
        again(|| async move {
            let mut tx = self.write().await?;
            let accounts = found(&mut tx, of).await?;
            for (id, tier, _) in &accounts {
                ledger::insert_grant(&mut tx, id, &Grant::now(credits, *tier, now), now).await?;
            }
            tx.commit().await?;
            Ok(accounts.len())
        })
        .await
    }

    /// Gives those accounts that are there the credits they were made with, and no other.
    pub(crate) async fn reset_test_accounts(
        &self,
        of: &Selection,
        now: Timestamp,
    ) -> Result<usize, StoreError> {
        again(|| async move {
            let mut tx = self.write().await?;
            let accounts = found(&mut tx, of).await?;
            for (id, tier, credits) in &accounts {
                ledger::lapse(&mut tx, id, now).await?;
                if *credits > 0 {
                    let grant = Grant::now(*credits, *tier, now);
                    ledger::insert_grant(&mut tx, id, &grant, now).await?;
                }
            }
            tx.commit().await?;
            Ok(accounts.len())
        })
        .await
    }

    /// Gives those accounts that are there a password.
    pub(crate) async fn set_test_password(
        &self,
        of: &Selection,
        password_hash: &str,
    ) -> Result<usize, StoreError> {
        again(|| async move {
            let mut tx = self.write().await?;
            let accounts = found(&mut tx, of).await?;
            for (id, ..) in &accounts {
                tx.sql("UPDATE users SET password_hash = $1 WHERE user_id = $2")
                    .bind(password_hash)
                    .bind(id)
                    .execute()
                    .await?;
            }
            tx.commit().await?;
            Ok(accounts.len())
        })
        .await
    }
}

async fn find(tx: &mut Writer, batch: &Batch, username: &str) -> Result<Option<Found>, StoreError> {
    tx.sql(FIND).bind(username).bind(batch.as_str()).fetch_optional().await
}

/// In the order of their names, whatever the caller's: two who want the same accounts meet at the
/// first of them, and neither waits for the other in the middle.
async fn found(tx: &mut Writer, of: &Selection) -> Result<Vec<Found>, StoreError> {
    let mut usernames: Vec<&str> = of.usernames.iter().map(String::as_str).collect();
    usernames.sort_unstable();
    let mut all = Vec::with_capacity(usernames.len());
    for username in usernames {
        all.extend(find(&mut *tx, &of.batch, username).await?);
    }
    Ok(all)
}

async fn make(
    tx: &mut Writer,
    new: &NewMembers,
    username: &str,
    password_hash: &str,
    now: Timestamp,
) -> Result<Member, CreateError> {
    let tier = Tier::from(new.tier);
    let person = NewAccount {
        username: username.to_owned(),
        email: format!("{username}@example.com"),
        password_hash: password_hash.to_owned(),
        first_name: Some("Load".to_owned()),
        last_name: Some("Test".to_owned()),
        origin: Default::default(),
        tier,
        email_verified: true,
    };
    let id = accounts::insert(tx, &person, now).await.map_err(|error| match error {
        StoreError::Taken(column) => CreateError::Taken { username: username.to_owned(), column },
        other => other.into(),
    })?;
    if new.credits > 0 {
        ledger::insert_grant(tx, &id, &Grant::now(new.credits, tier, now), now).await?;
    }
    tx.sql(
        "INSERT INTO test_accounts (user_id, batch, credits, created_at) VALUES ($1, $2, $3, $4)",
    )
    .bind(&id)
    .bind(new.batch.as_str())
    .bind(new.credits)
    .bind(now)
    .execute()
    .await?;
    let (username, user_id) = (person.username, id.to_string());
    Ok(Member { username, email: person.email, user_id, tier: new.tier, credits: new.credits })
}
