//! The ledger: grant, reserve, refund, balance. Spending is in `usage.rs`, because credits are
//! only spent together with the record of what they were spent on.
//!
//! Every function takes the instant it happens at, so that expiry can be tested without waiting.
//!
//! Whoever changes what an account can spend holds the account's row first. On SQLite the one
//! writer is alone anyway; on PostgreSQL this is what makes many services at once exact under READ
//! COMMITTED: a sum that was read stays true until the transaction that read it ends. The order is
//! always account, then reservation, then transactions, then the platform's counters, so nobody
//! waits in a circle.

use sqlx::FromRow;

use super::{
    Store, StoreError,
    connection::Writer,
    retry::{FromStore, again},
    statement::{Words, locking},
};
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

impl FromStore for ReserveError {
    fn store_error(&self) -> Option<&StoreError> {
        match self {
            Self::Store(error) => Some(error),
            Self::Insufficient { .. } => None,
        }
    }
}

/// Keeps everybody else from changing what the account can spend, until the transaction ends.
const ACCOUNT: Words = locking!("SELECT tier FROM users WHERE user_id = $1", "users");

/// The same for the account that a reservation belongs to.
const ACCOUNT_OF_RESERVATION: Words = locking!(
    "SELECT users.user_id FROM users
     JOIN credit_reservations ON credit_reservations.user_id = users.user_id
     WHERE credit_reservations.id = $1",
    "users"
);

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

/// Rows that somebody holds are marked the next time: this waits for nobody.
const MARK_EXPIRED: Words = Words {
    sqlite: "
    UPDATE credit_transactions SET status = 'EXPIRED', updated_at = $1
    WHERE status = 'ACTIVE' AND expires_at <= $1",
    postgres: "
    UPDATE credit_transactions SET status = 'EXPIRED', updated_at = $1
    WHERE id IN (SELECT id FROM credit_transactions
                 WHERE status = 'ACTIVE' AND expires_at <= $1 FOR UPDATE SKIP LOCKED)",
};

impl Store {
    /// The transactions an account can spend from, the next to expire first.
    pub(crate) async fn spendable(
        &self,
        user: &UserId,
        now: Timestamp,
    ) -> Result<Vec<CreditRow>, StoreError> {
        again(|| async move {
            self.read().await?.sql(SPENDABLE).bind(user).bind(now).fetch_all().await
        })
        .await
    }

    /// Adds credits, and lifts the account's tier when they belong to a higher one.
    pub(crate) async fn grant(
        &self,
        user: &UserId,
        grant: &Grant,
        now: Timestamp,
    ) -> Result<i64, StoreError> {
        again(|| async move {
            let mut tx = self.write().await?;
            let tier = lock(&mut tx, user).await?.max(grant.tier);
            tx.sql("UPDATE users SET tier = $1 WHERE user_id = $2")
                .bind(tier)
                .bind(user)
                .execute()
                .await?;
            insert_grant(&mut tx, user, grant, now).await?;
            let balance = balance(&mut tx, user, now).await?;
            tx.commit().await?;
            Ok(balance)
        })
        .await
    }

    /// Takes credits out of the ledger, oldest-expiring first, or takes none.
    pub(crate) async fn reserve(
        &self,
        user: &UserId,
        needed: i64,
        now: Timestamp,
    ) -> Result<Reservation, ReserveError> {
        again(|| async move {
            let mut tx = self.write().await?;
            lock(&mut tx, user).await?;
            let rows: Vec<CreditRow> = tx.sql(SPENDABLE).bind(user).bind(now).fetch_all().await?;
            let available = rows.iter().map(|row| row.credits_remaining).sum();
            if available < needed {
                return Err(ReserveError::Insufficient { needed, available });
            }
            let reservation = Reservation { id: uuid::Uuid::new_v4().to_string(), credits: needed };
            self.write_reservation(&mut tx, user, &reservation, now).await?;
            take(&mut tx, &reservation, &rows, now).await?;
            tx.commit().await?;
            Ok(reservation)
        })
        .await
    }

    async fn write_reservation(
        &self,
        tx: &mut Writer,
        user: &UserId,
        reservation: &Reservation,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        tx.sql(
            "INSERT INTO credit_reservations (id, user_id, credits, created_at, owner)
             VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(&reservation.id)
        .bind(user)
        .bind(reservation.credits)
        .bind(now)
        .bind(&*self.owner)
        .execute()
        .await?;
        Ok(())
    }

    /// Puts reserved credits back where they came from. Done twice, the second time does nothing.
    pub(crate) async fn refund(
        &self,
        reservation: &Reservation,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.give_back(&reservation.id, now).await.map(|_| ())
    }

    /// Refunds what this service reserved before it was started anew: that work died with the
    /// process. What others reserved is theirs.
    pub(crate) async fn refund_own(&self, now: Timestamp) -> Result<usize, StoreError> {
        let own = again(|| async move {
            self.read()
                .await?
                .sql("SELECT id FROM credit_reservations WHERE owner = $1 OR owner = ''")
                .bind(&*self.owner)
                .fetch_all()
                .await
        });
        self.give_all_back(own.await?, now).await
    }

    /// Refunds every reservation made before `limit`, whoever made it: no work takes so long.
    pub(crate) async fn refund_abandoned(
        &self,
        limit: Timestamp,
        now: Timestamp,
    ) -> Result<usize, StoreError> {
        let abandoned = again(|| async move {
            self.read()
                .await?
                .sql("SELECT id FROM credit_reservations WHERE created_at < $1")
                .bind(limit)
                .fetch_all()
                .await
        });
        self.give_all_back(abandoned.await?, now).await
    }

    /// Each in a transaction of its own: nobody holds two accounts at once.
    async fn give_all_back(
        &self,
        reservations: Vec<(String,)>,
        now: Timestamp,
    ) -> Result<usize, StoreError> {
        let mut count = 0;
        for (id,) in &reservations {
            count += usize::from(self.give_back(id, now).await?);
        }
        Ok(count)
    }

    /// False when the reservation was ended before.
    async fn give_back(&self, reservation: &str, now: Timestamp) -> Result<bool, StoreError> {
        again(|| async move {
            let mut tx = self.write().await?;
            let account: Option<(UserId,)> =
                tx.sql(ACCOUNT_OF_RESERVATION).bind(reservation).fetch_optional().await?;
            if account.is_none() {
                return Ok(false);
            }
            put_lines_back(&mut tx, reservation, now).await?;
            let closed = close(&mut tx, reservation).await?;
            tx.commit().await?;
            Ok(closed)
        })
        .await
    }

    /// Marks what has lapsed. Lapsed credits are unusable from their instant on, marked or not.
    pub(crate) async fn mark_expired(&self, now: Timestamp) -> Result<u64, StoreError> {
        again(|| async move {
            let mut tx = self.write().await?;
            let marked = tx.sql(MARK_EXPIRED).bind(now).execute().await?;
            tx.commit().await?;
            Ok(marked)
        })
        .await
    }
}

/// Holds the account until the transaction ends; returns its tier.
pub(super) async fn lock(tx: &mut Writer, user: &UserId) -> Result<Tier, StoreError> {
    let found: Option<(Tier,)> = tx.sql(ACCOUNT).bind(user).fetch_optional().await?;
    found.map(|(tier,)| tier).ok_or(StoreError::Gone)
}

/// Lets everything that an account could still spend lapse at this instant. Nothing is deleted:
/// what is reserved now may still be settled, and lapses when it is given back instead. The caller
/// holds the account.
pub(super) async fn lapse(
    tx: &mut Writer,
    user: &UserId,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.sql(
        "UPDATE credit_transactions
         SET expires_at = $1, updated_at = $1,
             status = CASE WHEN status = 'ACTIVE' THEN 'EXPIRED' ELSE status END
         WHERE user_id = $2 AND expires_at > $1",
    )
    .bind(now)
    .bind(user)
    .execute()
    .await?;
    Ok(())
}

/// What the account may spend at this instant.
pub(super) async fn balance(
    tx: &mut Writer,
    user: &UserId,
    now: Timestamp,
) -> Result<i64, StoreError> {
    let (balance,): (i64,) = tx
        .sql(
            "SELECT CAST(COALESCE(SUM(credits_remaining), 0) AS BIGINT) FROM credit_transactions
             WHERE user_id = $1 AND status = 'ACTIVE' AND expires_at > $2",
        )
        .bind(user)
        .bind(now)
        .fetch_one()
        .await?;
    Ok(balance)
}

/// Adds one transaction to the ledger.
pub(super) async fn insert_grant(
    tx: &mut Writer,
    user: &UserId,
    grant: &Grant,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.sql(
        "INSERT INTO credit_transactions (user_id, credits_purchased, credits_remaining,
             tier_at_purchase, purchased_at, expires_at, status, created_at)
         VALUES ($1, $2, $2, $3, $4, $5, 'ACTIVE', $4)",
    )
    .bind(user)
    .bind(grant.credits)
    .bind(grant.tier.lower())
    .bind(now)
    .bind(grant.expires_at)
    .execute()
    .await?;
    Ok(())
}

/// Takes a reservation's credits from these transactions, in their order.
async fn take(
    tx: &mut Writer,
    reservation: &Reservation,
    rows: &[CreditRow],
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut left = reservation.credits;
    for row in rows {
        let taken = left.min(row.credits_remaining);
        tx.sql(TAKE).bind(taken).bind(now).bind(row.id).execute().await?;
        tx.sql(
            "INSERT INTO credit_reservation_lines (reservation_id, transaction_id, credits)
             VALUES ($1, $2, $3)",
        )
        .bind(&reservation.id)
        .bind(row.id)
        .bind(taken)
        .execute()
        .await?;
        left -= taken;
        if left == 0 {
            break;
        }
    }
    Ok(())
}

async fn put_lines_back(
    tx: &mut Writer,
    reservation: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let lines: Vec<(i64, i64)> = tx
        .sql(
            "SELECT transaction_id, credits FROM credit_reservation_lines
             WHERE reservation_id = $1",
        )
        .bind(reservation)
        .fetch_all()
        .await?;
    for (transaction, credits) in lines {
        tx.sql(GIVE_BACK).bind(credits).bind(now).bind(transaction).execute().await?;
    }
    Ok(())
}

/// Removes a reservation with its lines; false when it was ended before.
pub(super) async fn close(tx: &mut Writer, reservation: &str) -> Result<bool, StoreError> {
    let removed =
        tx.sql("DELETE FROM credit_reservations WHERE id = $1").bind(reservation).execute().await?;
    Ok(removed == 1)
}

#[cfg(test)]
mod tests;
