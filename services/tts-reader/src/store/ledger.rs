//! The ledger: grant, reserve, refund, balance. Spending is in `usage.rs`, because credits are
//! only spent together with the record of what they were spent on.
//!
//! Every function takes the instant it happens at, so that expiry can be tested without waiting.

use sqlx::{FromRow, SqliteConnection};

use super::{Store, StoreError};
use crate::domain::{CREDIT_LIFETIME, Tier, Timestamp, UserId};

/// One purchase or grant that still holds credits.
#[derive(Debug, Clone, FromRow)]
pub(crate) struct CreditRow {
    pub(crate) id: i64,
    pub(crate) credits_purchased: i64,
    pub(crate) credits_remaining: i64,
    pub(crate) purchase_price: Option<i64>,
    pub(crate) tier_at_purchase: Option<String>,
    pub(crate) purchased_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    pub(crate) status: String,
    pub(crate) stripe_payment_id: Option<String>,
    pub(crate) created_at: Timestamp,
}

/// Credits to add.
#[derive(Debug, Clone)]
pub(crate) struct Grant {
    pub(crate) credits: i64,
    /// The tier the account gets when its own is lower.
    pub(crate) tier: Tier,
    pub(crate) expires_at: Timestamp,
}

impl Grant {
    /// Credits bought now, which live for the usual time.
    pub(crate) fn now(credits: i64, tier: Tier, now: Timestamp) -> Self {
        Self { credits, tier, expires_at: now.plus(CREDIT_LIFETIME) }
    }
}

/// Credits taken out of the ledger for one piece of work. Dropping it leaves them reserved until
/// the sweep gives them back: end it with a refund or by recording what it was spent on.
#[derive(Debug)]
#[must_use = "a reservation must be settled or refunded"]
pub(crate) struct Reservation {
    pub(super) id: String,
    pub(super) credits: i64,
}

/// Why nothing was reserved.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReserveError {
    #[error("need {needed} credits, have {available}")]
    Insufficient { needed: i64, available: i64 },
    #[error(transparent)]
    Store(#[from] StoreError),
}

const SPENDABLE: &str = "
    SELECT id, credits_purchased, credits_remaining, purchase_price, tier_at_purchase,
           purchased_at, expires_at, status, stripe_payment_id, created_at
    FROM credit_transactions
    WHERE user_id = $1 AND status = 'ACTIVE' AND expires_at > $2 AND credits_remaining > 0
    ORDER BY expires_at, id";

const TAKE: &str = "
    UPDATE credit_transactions
    SET credits_remaining = credits_remaining - $1,
        status = CASE WHEN credits_remaining = $1 THEN 'CONSUMED' ELSE status END,
        updated_at = $2
    WHERE id = $3";

/// Gives a line back to the transaction it came from. One that has expired meanwhile stays so.
const GIVE_BACK: &str = "
    UPDATE credit_transactions
    SET credits_remaining = credits_remaining + $1,
        status = CASE WHEN status = 'CONSUMED' THEN 'ACTIVE' ELSE status END,
        updated_at = $2
    WHERE id = $3";

impl Store {
    /// The transactions an account can spend from, the next to expire first.
    pub(crate) async fn spendable(
        &self,
        user: &UserId,
        now: Timestamp,
    ) -> Result<Vec<CreditRow>, StoreError> {
        let mut connection = self.read().await?;
        Ok(sqlx::query_as(SPENDABLE).bind(user).bind(now).fetch_all(&mut *connection).await?)
    }

    /// Adds credits, and lifts the account's tier when they belong to a higher one.
    pub(crate) async fn grant(
        &self,
        user: &UserId,
        grant: &Grant,
        now: Timestamp,
    ) -> Result<i64, StoreError> {
        let mut tx = self.write().await?;
        let tier: Option<Tier> = sqlx::query_scalar("SELECT tier FROM users WHERE user_id = $1")
            .bind(user)
            .fetch_optional(&mut *tx)
            .await?;
        let tier = tier.ok_or(StoreError::Gone)?.max(grant.tier);
        sqlx::query("UPDATE users SET tier = $1 WHERE user_id = $2")
            .bind(tier)
            .bind(user)
            .execute(&mut *tx)
            .await?;
        insert_grant(&mut tx, user, grant, now).await?;
        let balance = balance(&mut tx, user, now).await?;
        tx.commit().await?;
        Ok(balance)
    }

    /// Takes credits out of the ledger, oldest-expiring first, or takes none.
    pub(crate) async fn reserve(
        &self,
        user: &UserId,
        needed: i64,
        now: Timestamp,
    ) -> Result<Reservation, ReserveError> {
        let mut tx = self.write().await?;
        let rows: Vec<CreditRow> = sqlx::query_as(SPENDABLE)
            .bind(user)
            .bind(now)
            .fetch_all(&mut *tx)
            .await
            .map_err(StoreError::from)?;
        let available = rows.iter().map(|row| row.credits_remaining).sum();
        if available < needed {
            return Err(ReserveError::Insufficient { needed, available });
        }
        let reservation = Reservation { id: uuid::Uuid::new_v4().to_string(), credits: needed };
        write_reservation(&mut tx, user, &reservation, &rows, now).await?;
        tx.commit().await.map_err(StoreError::from)?;
        Ok(reservation)
    }

    /// Puts reserved credits back where they came from.
    pub(crate) async fn refund(
        &self,
        reservation: Reservation,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        give_back(&mut tx, &reservation.id, now).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Refunds every reservation made before `limit`: its work died with its process.
    pub(crate) async fn refund_abandoned(
        &self,
        limit: Timestamp,
        now: Timestamp,
    ) -> Result<usize, StoreError> {
        let mut tx = self.write().await?;
        let abandoned: Vec<String> =
            sqlx::query_scalar("SELECT id FROM credit_reservations WHERE created_at < $1")
                .bind(limit)
                .fetch_all(&mut *tx)
                .await?;
        for id in &abandoned {
            give_back(&mut tx, id, now).await?;
        }
        tx.commit().await?;
        Ok(abandoned.len())
    }

    /// Marks what has lapsed. Lapsed credits are unusable from their instant on, marked or not.
    pub(crate) async fn mark_expired(&self, now: Timestamp) -> Result<u64, StoreError> {
        let mut tx = self.write().await?;
        let marked = sqlx::query(
            "UPDATE credit_transactions SET status = 'EXPIRED', updated_at = $1
             WHERE status = 'ACTIVE' AND expires_at <= $1",
        )
        .bind(now)
        .execute(&mut *tx)
        .await?
        .rows_affected();
        tx.commit().await?;
        Ok(marked)
    }
}

/// Lets everything that an account could still spend lapse at this instant. Nothing is deleted:
/// what is reserved now may still be settled, and lapses when it is given back instead.
pub(super) async fn lapse(
    connection: &mut SqliteConnection,
    user: &UserId,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE credit_transactions
         SET expires_at = $1, updated_at = $1,
             status = CASE WHEN status = 'ACTIVE' THEN 'EXPIRED' ELSE status END
         WHERE user_id = $2 AND expires_at > $1",
    )
    .bind(now)
    .bind(user)
    .execute(connection)
    .await?;
    Ok(())
}

/// What the account may spend at this instant.
pub(super) async fn balance(
    connection: &mut SqliteConnection,
    user: &UserId,
    now: Timestamp,
) -> Result<i64, StoreError> {
    Ok(sqlx::query_scalar(
        "SELECT CAST(COALESCE(SUM(credits_remaining), 0) AS BIGINT) FROM credit_transactions
         WHERE user_id = $1 AND status = 'ACTIVE' AND expires_at > $2",
    )
    .bind(user)
    .bind(now)
    .fetch_one(connection)
    .await?)
}

/// Adds one transaction to the ledger.
pub(super) async fn insert_grant(
    connection: &mut SqliteConnection,
    user: &UserId,
    grant: &Grant,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO credit_transactions (user_id, credits_purchased, credits_remaining,
             tier_at_purchase, purchased_at, expires_at, status, created_at)
         VALUES ($1, $2, $2, $3, $4, $5, 'ACTIVE', $4)",
    )
    .bind(user)
    .bind(grant.credits)
    .bind(grant.tier.lower())
    .bind(now)
    .bind(grant.expires_at)
    .execute(connection)
    .await?;
    Ok(())
}

async fn write_reservation(
    tx: &mut SqliteConnection,
    user: &UserId,
    reservation: &Reservation,
    rows: &[CreditRow],
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO credit_reservations (id, user_id, credits, created_at)
         VALUES ($1, $2, $3, $4)",
    )
    .bind(&reservation.id)
    .bind(user)
    .bind(reservation.credits)
    .bind(now)
    .execute(&mut *tx)
    .await?;
    let mut left = reservation.credits;
    for row in rows {
        let taken = left.min(row.credits_remaining);
        sqlx::query(TAKE).bind(taken).bind(now).bind(row.id).execute(&mut *tx).await?;
        sqlx::query(
            "INSERT INTO credit_reservation_lines (reservation_id, transaction_id, credits)
             VALUES ($1, $2, $3)",
        )
        .bind(&reservation.id)
        .bind(row.id)
        .bind(taken)
        .execute(&mut *tx)
        .await?;
        left -= taken;
        if left == 0 {
            break;
        }
    }
    Ok(())
}

async fn give_back(
    tx: &mut SqliteConnection,
    reservation: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let lines: Vec<(i64, i64)> = sqlx::query_as(
        "SELECT transaction_id, credits FROM credit_reservation_lines WHERE reservation_id = $1",
    )
    .bind(reservation)
    .fetch_all(&mut *tx)
    .await?;
    for (transaction, credits) in lines {
        sqlx::query(GIVE_BACK).bind(credits).bind(now).bind(transaction).execute(&mut *tx).await?;
    }
    close(tx, reservation).await?;
    Ok(())
}

/// Removes a reservation with its lines; false when it was ended before.
pub(super) async fn close(
    tx: &mut SqliteConnection,
    reservation: &str,
) -> Result<bool, StoreError> {
    let removed = sqlx::query("DELETE FROM credit_reservations WHERE id = $1")
        .bind(reservation)
        .execute(tx)
        .await?
        .rows_affected();
    Ok(removed == 1)
}

#[cfg(test)]
mod tests;
