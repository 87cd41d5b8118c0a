//! Tokens that were sent by mail: kept as hashes, used once.

use super::{Store, StoreError, retry::again, rows::from_row};
use crate::domain::{Timestamp, UserId};

/// Whom a letter goes to.
#[derive(Debug, Clone)]
pub(crate) struct Addressee {
    pub(crate) user_id: UserId,
    pub(crate) username: String,
    pub(crate) email: String,
    pub(crate) email_verified: bool,
}

from_row!(Addressee { user_id, username, email, email_verified });

/// What a mailed token is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Purpose {
    VerifyEmail,
    ResetPassword,
}

impl Purpose {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::VerifyEmail => "verify_email",
            Self::ResetPassword => "reset_password",
        }
    }
}

/// Takes the token out of the table, so that of many who come with it one is first.
const REDEEM: &str = "
    DELETE FROM mailed_tokens WHERE token_hash = $1 AND purpose = $2 AND expires_at > $3
    RETURNING user_id";

impl Store {
    /// The active account with that address.
    pub(crate) async fn addressee(&self, email: &str) -> Result<Option<Addressee>, StoreError> {
        again(|| async move {
            self.read()
                .await?
                .sql(
                    "SELECT user_id, username, email, email_verified
                     FROM users WHERE email = $1 AND is_active = TRUE",
                )
                .bind(email)
                .fetch_optional()
                .await
        })
        .await
    }

    /// Keeps the hash of a new token; the one before is worthless from now on.
    pub(crate) async fn keep_token(
        &self,
        user: &UserId,
        purpose: Purpose,
        token_hash: &str,
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        again(|| async move {
            let mut tx = self.write().await?;
            tx.sql(
                "INSERT INTO mailed_tokens (token_hash, user_id, purpose, expires_at)
                 VALUES ($1, $2, $3, $4)
                 ON CONFLICT (user_id, purpose) DO UPDATE
                 SET token_hash = excluded.token_hash, expires_at = excluded.expires_at",
            )
            .bind(token_hash)
            .bind(user)
            .bind(purpose.name())
            .bind(expires_at)
            .execute()
            .await?;
            tx.commit().await
        })
        .await
    }

    /// Whether a token could be used now, without using it.
    pub(crate) async fn token_holds(
        &self,
        purpose: Purpose,
        token_hash: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let found: Option<(UserId,)> = again(|| async move {
            self.read()
                .await?
                .sql(
                    "SELECT user_id FROM mailed_tokens
                     WHERE token_hash = $1 AND purpose = $2 AND expires_at > $3",
                )
                .bind(token_hash)
                .bind(purpose.name())
                .bind(now)
                .fetch_optional()
                .await
        })
        .await?;
        Ok(found.is_some())
    }

    /// Uses a token: its account's address is verified. `None` when the token is worthless.
    pub(crate) async fn verify_email(
        &self,
        token_hash: &str,
        now: Timestamp,
    ) -> Result<Option<(UserId, String)>, StoreError> {
        again(|| async move {
            let mut tx = self.write().await?;
            let user: Option<(UserId,)> = tx
                .sql(REDEEM)
                .bind(token_hash)
                .bind(Purpose::VerifyEmail.name())
                .bind(now)
                .fetch_optional()
                .await?;
            let Some((user,)) = user else { return Ok(None) };
            let verified = tx
                .sql(
                    "UPDATE users SET email_verified = TRUE
                     WHERE user_id = $1 RETURNING user_id, username",
                )
                .bind(&user)
                .fetch_optional()
                .await?;
            tx.commit().await?;
            Ok(verified)
        })
        .await
    }

    /// Uses a token: its account gets a password, and every session of it ends. Its name, or
    /// `None` when the token is worthless.
    pub(crate) async fn reset_password(
        &self,
        token_hash: &str,
        password_hash: &str,
        now: Timestamp,
    ) -> Result<Option<String>, StoreError> {
        again(|| async move {
            let mut tx = self.write().await?;
            let user: Option<(UserId,)> = tx
                .sql(REDEEM)
                .bind(token_hash)
                .bind(Purpose::ResetPassword.name())
                .bind(now)
                .fetch_optional()
                .await?;
            let Some((user,)) = user else { return Ok(None) };
            let name: Option<(String,)> = tx
                .sql("UPDATE users SET password_hash = $1 WHERE user_id = $2 RETURNING username")
                .bind(password_hash)
                .bind(&user)
                .fetch_optional()
                .await?;
            tx.sql("DELETE FROM sessions WHERE user_id = $1").bind(&user).execute().await?;
            tx.commit().await?;
            Ok(name.map(|(name,)| name))
        })
        .await
    }

    /// Removes tokens whose time is over; returns how many.
    pub(crate) async fn forget_tokens(&self, now: Timestamp) -> Result<u64, StoreError> {
        again(|| async move {
            let mut tx = self.write().await?;
            let gone = tx
                .sql("DELETE FROM mailed_tokens WHERE expires_at < $1")
                .bind(now)
                .execute()
                .await?;
            tx.commit().await?;
            Ok(gone)
        })
        .await
    }
}
