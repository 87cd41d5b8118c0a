//! Logins: what makes a token good, and what ends it.

use std::collections::HashSet;

use serde_json::json;

use super::{Account, Store, StoreError, retry::again, rights::subscribed, statement::Words};
use crate::domain::{Timestamp, UserId};

macro_rules! account {
    () => {
        concat!(
            "u.user_id, u.username, u.email, u.first_name, u.last_name, u.remaining_chars, u.engine,
             u.voice_id, u.is_active, u.email_verified, u.tier, u.created_at, u.last_login, ",
            subscribed!()
        )
    };
}
pub(super) use account;

/// The one statement behind every authenticated request; where services share a database it is the desk's
/// (`desk.rs`).
const ACCOUNT_OF: &str = concat!(
    "SELECT ",
    account!(),
    " FROM sessions s JOIN users u ON u.user_id = s.user_id
      WHERE s.id = $1 AND s.user_id = $2 AND u.is_active = TRUE"
);

/// Of sessions in a list of JSON.
const LIVE_SESSIONS: Words = Words {
    sqlite: "SELECT s.id FROM json_each($1) AS w JOIN sessions s ON s.id = w.value
             JOIN users u ON u.user_id = s.user_id AND u.is_active = TRUE",
    postgres: "SELECT s.id FROM json_array_elements_text($1::json) AS w(id)
               JOIN sessions s ON s.id = w.id
               JOIN users u ON u.user_id = s.user_id AND u.is_active = TRUE",
};

/// A login as it begins, or goes on with a new refresh token.
#[derive(Debug)]
pub(crate) struct Session<'a> {
    pub(crate) id: &'a str,
    /// The `jti` of the refresh token that is good from now on.
    pub(crate) refresh_id: &'a str,
    /// When the last of its tokens ends by itself.
    pub(crate) expires_at: Timestamp,
}

/// What became of a refresh token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rotation {
    /// It is used up, and the next one is good.
    Done,
    /// It had been used before: two hold it, so its session is over.
    Reused,
    /// Its session was over already.
    Gone,
}

impl Store {
    /// The active account of a session that nobody ended.
    pub(crate) async fn account_of(
        &self,
        session: &str,
        user: &UserId,
    ) -> Result<Option<Account>, StoreError> {
        again(|| async move {
            self.read().await?.sql(ACCOUNT_OF).bind(session).bind(user).fetch_optional().await
        })
        .await
    }

    /// Notes a login.
    ///
    /// # Errors
    /// [`StoreError::Gone`] when the account was deleted meanwhile.
    pub(crate) async fn begin_session(
        &self,
        user: &UserId,
        session: &Session<'_>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        again(|| async move {
            let mut tx = self.write().await?;
            tx.sql("UPDATE users SET last_login = $1, last_active_at = $1 WHERE user_id = $2")
                .bind(now)
                .bind(user)
                .execute_on_account()
                .await?;
            tx.sql(
                "INSERT INTO sessions (id, user_id, refresh_id, created_at, expires_at)
                 VALUES ($1, $2, $3, $4, $5)",
            )
            .bind(session.id)
            .bind(user)
            .bind(session.refresh_id)
            .bind(now)
            .bind(session.expires_at)
            .execute()
            .await?;
            tx.commit().await
        })
        .await
    }

    /// Exchanges a refresh token, by its id, for the next one. Of several that come at once one
    /// is first; the others end the session, as any refresh token does that comes twice.
    pub(crate) async fn rotate_session(
        &self,
        user: &UserId,
        used: &str,
        next: &Session<'_>,
    ) -> Result<Rotation, StoreError> {
        again(|| async move {
            let mut tx = self.write().await?;
            let rotated = tx
                .sql(
                    "UPDATE sessions SET refresh_id = $1, expires_at = $2
                     WHERE id = $3 AND user_id = $4 AND refresh_id = $5",
                )
                .bind(next.refresh_id)
                .bind(next.expires_at)
                .bind(next.id)
                .bind(user)
                .bind(used)
                .execute()
                .await?;
            let rotation = if rotated > 0 {
                Rotation::Done
            } else {
                let ended = tx
                    .sql("DELETE FROM sessions WHERE id = $1 AND user_id = $2")
                    .bind(next.id)
                    .bind(user)
                    .execute()
                    .await?;
                if ended > 0 { Rotation::Reused } else { Rotation::Gone }
            };
            tx.commit().await?;
            Ok(rotation)
        })
        .await
    }

    /// Those of these sessions that go on, of accounts that are active.
    pub(crate) async fn live_sessions(
        &self,
        ids: &[String],
    ) -> Result<HashSet<String>, StoreError> {
        let ids = &json!(ids).to_string();
        again(|| async move {
            let mut connection = self.read().await?;
            let live: Vec<(String,)> =
                connection.sql(LIVE_SESSIONS).bind(ids.as_str()).fetch_all().await?;
            Ok(live.into_iter().map(|(id,)| id).collect())
        })
        .await
    }

    /// Ends a session with all its tokens.
    pub(crate) async fn end_session(&self, id: &str) -> Result<(), StoreError> {
        again(|| async move {
            let mut tx = self.write().await?;
            tx.sql("DELETE FROM sessions WHERE id = $1").bind(id).execute().await?;
            tx.commit().await
        })
        .await
    }

    /// Removes sessions whose tokens have all ended by themselves; returns how many.
    pub(crate) async fn forget_sessions(&self, now: Timestamp) -> Result<u64, StoreError> {
        again(|| async move {
            let mut tx = self.write().await?;
            let gone =
                tx.sql("DELETE FROM sessions WHERE expires_at < $1").bind(now).execute().await?;
            tx.commit().await?;
            Ok(gone)
        })
        .await
    }
}
