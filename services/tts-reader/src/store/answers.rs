//! Answers by `Idempotency-Key`: a key is claimed before the work and answered in the transaction
//! that pays for it, so the two never disagree.

use std::time::Duration;

use super::{Spent, Store, StoreError, connection::Writer, ledger, retry::again};
use crate::domain::{Timestamp, UserId};

/// How long a key is remembered.
pub(crate) const KEY_LIFETIME: Duration = Duration::from_hours(24);

/// A key that is being worked on.
#[derive(Debug, Clone)]
pub(crate) struct Claim {
    user: UserId,
    key: String,
    id: String,
}

/// What there is behind a key.
#[derive(Debug)]
pub(crate) enum Claimed {
    /// Nothing so far: the caller does the work and ends the claim.
    Now(Claim),
    /// Somebody works on it.
    Running,
    Answered(String),
    /// It was used for another request.
    Otherwise,
    /// The caller may have it, and nobody knows: it must be freed.
    Unsure {
        claim: Claim,
        cause: StoreError,
    },
}

/// An answer to keep, which depends on what the account has after paying.
pub(crate) struct Answering<'a> {
    pub(crate) claim: &'a Claim,
    pub(crate) text: &'a (dyn Fn(&Spent) -> String + Sync),
}

impl Claim {
    pub(crate) fn user(&self) -> &UserId {
        &self.user
    }

    pub(crate) fn key(&self) -> &str {
        &self.key
    }
}

impl Store {
    /// Claims a key for a request, or says what is there already.
    pub(crate) async fn claim(
        &self,
        user: &UserId,
        key: &str,
        request: &str,
        now: Timestamp,
    ) -> Result<Claimed, StoreError> {
        let id = uuid::Uuid::new_v4().to_string();
        let claim = &Claim { user: user.clone(), key: key.to_owned(), id };
        let claimed = again(|| async move {
            let mut tx = self.write().await?;
            // Two with one key meet here.
            ledger::lock(&mut tx, user).await?;
            tx.sql(
                "DELETE FROM idempotent_answers
                 WHERE user_id = $1 AND idempotency_key = $2 AND created_at < $3",
            )
            .bind(user)
            .bind(key)
            .bind(now.minus(KEY_LIFETIME))
            .execute()
            .await?;
            let found: Option<(String, Option<String>)> = tx
                .sql(
                    "SELECT request, answer FROM idempotent_answers
                     WHERE user_id = $1 AND idempotency_key = $2",
                )
                .bind(user)
                .bind(key)
                .fetch_optional()
                .await?;
            match found {
                Some((other, _)) if other != request => return Ok(Claimed::Otherwise),
                Some((_, Some(answer))) => return Ok(Claimed::Answered(answer)),
                Some((_, None)) => return Ok(Claimed::Running),
                None => {}
            }
            self.insert(&mut tx, claim, request, now).await?;
            tx.commit().await?;
            Ok(Claimed::Now(claim.clone()))
        })
        .await;
        match claimed {
            Err(cause @ StoreError::Unsure(_)) => {
                Ok(Claimed::Unsure { claim: claim.clone(), cause })
            }
            known => known,
        }
    }

    async fn insert(
        &self,
        tx: &mut Writer,
        claim: &Claim,
        request: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        tx.sql(
            "INSERT INTO idempotent_answers
                 (user_id, idempotency_key, claim, owner, request, created_at)
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(&claim.user)
        .bind(&claim.key)
        .bind(&claim.id)
        .bind(&*self.owner)
        .bind(request)
        .bind(now)
        .execute()
        .await?;
        Ok(())
    }

    /// Keeps the answer of work that is not paid with credits.
    pub(crate) async fn answer(&self, claim: &Claim, text: &str) -> Result<(), StoreError> {
        again(|| async move {
            let mut tx = self.write().await?;
            write(&mut tx, claim, text).await?;
            tx.commit().await
        })
        .await
    }

    /// Frees the key of work that came to nothing. One that is answered stays.
    pub(crate) async fn unclaim(&self, claim: &Claim) -> Result<(), StoreError> {
        let freed = again(|| async move {
            let mut tx = self.write().await?;
            // Also waits for the COMMIT of one that its caller lost, and the database is still at.
            ledger::lock(&mut tx, &claim.user).await?;
            tx.sql(
                "DELETE FROM idempotent_answers
                 WHERE user_id = $1 AND idempotency_key = $2 AND claim = $3 AND answer IS NULL",
            )
            .bind(&claim.user)
            .bind(&claim.key)
            .bind(&claim.id)
            .execute()
            .await?;
            tx.commit().await
        });
        match freed.await {
            // The account took its keys along.
            Err(StoreError::Gone) => Ok(()),
            other => other,
        }
    }

    /// Frees the keys that this service worked on before it was started anew.
    pub(crate) async fn unclaim_own(&self) -> Result<(), StoreError> {
        again(|| async move {
            let mut tx = self.write().await?;
            tx.sql("DELETE FROM idempotent_answers WHERE owner = $1 AND answer IS NULL")
                .bind(&*self.owner)
                .execute()
                .await?;
            tx.commit().await
        })
        .await
    }

    /// Frees keys whose work was abandoned, and forgets answers of long ago.
    pub(crate) async fn forget_answers(
        &self,
        abandoned: Timestamp,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        again(|| async move {
            let mut tx = self.write().await?;
            tx.sql(
                "DELETE FROM idempotent_answers
                 WHERE created_at < $1 OR (created_at < $2 AND answer IS NULL)",
            )
            .bind(now.minus(KEY_LIFETIME))
            .bind(abandoned)
            .execute()
            .await?;
            tx.commit().await
        })
        .await
    }
}

/// # Errors
/// [`StoreError::Gone`] when the claim was given up meanwhile: what it was for must not be paid.
pub(super) async fn write(tx: &mut Writer, claim: &Claim, text: &str) -> Result<(), StoreError> {
    let written = tx
        .sql(
            "UPDATE idempotent_answers SET answer = $1
             WHERE user_id = $2 AND idempotency_key = $3 AND claim = $4",
        )
        .bind(text)
        .bind(&claim.user)
        .bind(&claim.key)
        .bind(&claim.id)
        .execute()
        .await?;
    if written == 0 { Err(StoreError::Gone) } else { Ok(()) }
}
