//! People: find, create, change. They are deleted in `books.rs`, because their books stay.

use super::{
    Grant, Store, StoreError, connection::Writer, ledger, retry::again, rights, rows::from_row,
    stats,
};
use crate::domain::{Tier, Timestamp, UserId};

/// One account as every authenticated request sees it, without its password.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    pub(crate) user_id: UserId,
    pub(crate) username: String,
    pub(crate) email: String,
    pub(crate) first_name: Option<String>,
    pub(crate) last_name: Option<String>,
    pub(crate) remaining_chars: i64,
    pub(crate) engine: String,
    pub(crate) voice_id: String,
    pub(crate) is_active: bool,
    pub(crate) email_verified: bool,
    /// Its own; see [`Account::tier_with`].
    pub(crate) tier: Tier,
    pub(crate) subscribed: Option<Tier>,
    pub(crate) created_at: Timestamp,
    pub(crate) last_login: Option<Timestamp>,
}

from_row!(Account {
    user_id,
    username,
    email,
    first_name,
    last_name,
    remaining_chars,
    engine,
    voice_id,
    is_active,
    email_verified,
    tier,
    subscribed,
    created_at,
    last_login
});

impl Account {
    /// The tier it has a right to, with the highest of what it bought and can still spend.
    pub(crate) fn tier_with(&self, bought: Option<Tier>) -> Tier {
        rights::highest(self.tier, self.subscribed, bought)
    }
}

/// What a new account starts with.
#[derive(Debug, Clone)]
pub(crate) struct NewAccount {
    pub(crate) username: String,
    pub(crate) email: String,
    pub(crate) password_hash: String,
    pub(crate) first_name: Option<String>,
    pub(crate) last_name: Option<String>,
    /// signup_source, utm_source, utm_medium, utm_campaign.
    pub(crate) origin: [Option<String>; 4],
    pub(crate) tier: Tier,
    pub(crate) email_verified: bool,
}

/// Changes to make to somebody's preferences; `None` leaves as it is.
#[derive(Debug, Clone)]
pub(crate) struct Preferences {
    pub(crate) engine: Option<String>,
    pub(crate) voice_id: Option<String>,
}

impl Store {
    /// Id and password hash of an active account, for login.
    pub(crate) async fn credentials(
        &self,
        username: &str,
    ) -> Result<Option<(UserId, String)>, StoreError> {
        again(|| async move {
            self.read()
                .await?
                .sql("SELECT user_id, password_hash FROM users WHERE username = $1 AND is_active = TRUE")
                .bind(username)
                .fetch_optional()
                .await
        })
        .await
    }

    /// Whether an account that can log in still has a password hash of the original service.
    pub(crate) async fn has_original_hashes(&self) -> Result<bool, StoreError> {
        let (found,): (bool,) = again(|| async move {
            self.read()
                .await?
                .sql(
                    "SELECT EXISTS (
                         SELECT 1 FROM original_accounts o JOIN users u ON u.user_id = o.user_id
                         WHERE u.is_active = TRUE AND u.password_hash LIKE '$2%')",
                )
                .fetch_one()
                .await
        })
        .await?;
        Ok(found)
    }

    /// Whether the user name and the e-mail address are in use.
    pub(crate) async fn taken(
        &self,
        username: &str,
        email: &str,
    ) -> Result<(bool, bool), StoreError> {
        again(|| async move {
            self.read()
                .await?
                .sql(
                    "SELECT EXISTS (SELECT 1 FROM users WHERE username = $1),
                            EXISTS (SELECT 1 FROM users WHERE email = $2)",
                )
                .bind(username)
                .bind(email)
                .fetch_one()
                .await
        })
        .await
    }

    /// Inserts accounts, each with its first credits, all or none.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when a name or address is in use.
    pub(crate) async fn create_accounts(
        &self,
        people: &[NewAccount],
        credits: Option<&Grant>,
        now: Timestamp,
    ) -> Result<Vec<UserId>, StoreError> {
        again(|| async move {
            let mut tx = self.write().await?;
            let mut ids = Vec::with_capacity(people.len());
            for person in people {
                let id = insert(&mut tx, person, now).await?;
                if let Some(grant) = credits {
                    ledger::insert_grant(&mut tx, &id, grant, now).await?;
                }
                ids.push(id);
            }
            stats::add(&mut tx, "total_users", people.len() as i64).await?;
            tx.commit().await?;
            Ok(ids)
        })
        .await
    }

    /// Puts another hash of the same password in place, unless it was changed meanwhile.
    pub(crate) async fn replace_password(
        &self,
        id: &UserId,
        old: &str,
        new: &str,
    ) -> Result<(), StoreError> {
        again(|| async move {
            let mut tx = self.write().await?;
            tx.sql("UPDATE users SET password_hash = $1 WHERE user_id = $2 AND password_hash = $3")
                .bind(new)
                .bind(id)
                .bind(old)
                .execute()
                .await?;
            tx.commit().await
        })
        .await
    }

    /// Changes what is given and returns engine and voice as they are afterwards.
    pub(crate) async fn set_preferences(
        &self,
        id: &UserId,
        change: &Preferences,
    ) -> Result<(String, String), StoreError> {
        again(|| async move {
            let mut tx = self.write().await?;
            let after: Option<(String, String)> = tx
                .sql(
                    "UPDATE users
                     SET engine = COALESCE($1, engine), voice_id = COALESCE($2, voice_id)
                     WHERE user_id = $3 RETURNING engine, voice_id",
                )
                .bind(change.engine.as_deref())
                .bind(change.voice_id.as_deref())
                .bind(id)
                .fetch_optional()
                .await?;
            tx.commit().await?;
            after.ok_or(StoreError::Gone)
        })
        .await
    }
}

/// Adds one row; the caller counts it in `total_users`.
pub(super) async fn insert(
    tx: &mut Writer,
    person: &NewAccount,
    now: Timestamp,
) -> Result<UserId, StoreError> {
    let id = UserId::new();
    let [source, utm_source, utm_medium, utm_campaign] = &person.origin;
    tx.sql(
        "INSERT INTO users (user_id, username, email, password_hash, first_name, last_name,
             signup_source, utm_source, utm_medium, utm_campaign, tier, email_verified,
             usage_month_start, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
    )
    .bind(&id)
    .bind(&person.username)
    .bind(&person.email)
    .bind(&person.password_hash)
    .bind(person.first_name.as_deref())
    .bind(person.last_name.as_deref())
    .bind(source.as_deref())
    .bind(utm_source.as_deref())
    .bind(utm_medium.as_deref())
    .bind(utm_campaign.as_deref())
    .bind(person.tier)
    .bind(person.email_verified)
    .bind(now.month_start())
    .bind(now)
    .execute()
    .await?;
    Ok(id)
}
