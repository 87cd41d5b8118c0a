//! The ledger: grants, balances, expiry. Credits are taken for work in `reservations.rs` and spent in
//! `usage.rs`, because they are only spent together with the record of what they were spent on.
//!
//! Every function takes the instant it happens at, so that expiry can be tested without waiting.
//!
//! Whoever changes what an account can spend holds the account's row first. On SQLite the one
//! writer is alone anyway; on PostgreSQL this is what makes many services at once exact under READ
//! COMMITTED: a sum that was read stays true until the transaction that read it ends. The order is
//! always account, then reservation, then transactions, then the platform's counters, so nobody
//! waits in a circle.

use super::{
    Store, StoreError,
    connection::Writer,
    retry::again,
    rights::{Rights, bought, subscribed},
    rows::from_row,
    statement::{Words, locking},
};
use crate::domain::{CREDIT_LIFETIME, Tier, Timestamp, UserId};

/// One purchase or grant that still holds credits.
#[derive(Debug, Clone)]
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

from_row!(CreditRow {
    id,
    credits_purchased,
    credits_remaining,
    purchase_price,
    tier_at_purchase,
    purchased_at,
    expires_at,
    status,
    stripe_payment_id,
    created_at
});

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

/// Keeps everybody else from changing what the account can spend, until the transaction ends.
const ACCOUNT: Words = locking!("SELECT tier FROM users WHERE user_id = $1", "users");

const RIGHTS: &str = concat!(
    "SELECT u.tier, ",
    subscribed!(),
    ", ",
    bought!("$2"),
    " FROM users u WHERE u.user_id = $1"
);

/// What an account can spend, and its rights.
const MEANS: &str = concat!(
    "SELECT (SELECT CAST(COALESCE(SUM(m.credits_remaining), 0) AS BIGINT)
             FROM credit_transactions m
             WHERE m.user_id = u.user_id AND m.status = 'ACTIVE' AND m.expires_at > $2) AS balance,
         u.tier, ",
    subscribed!(),
    ", ",
    bought!("$2"),
    " FROM users u WHERE u.user_id = $1"
);

/// A row of [`MEANS`].
struct Means {
    balance: i64,
    rights: Rights,
}

from_row!(Means { balance, ..rights });

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
    /// The account's tier at this instant: the highest it has a right to.
    pub(crate) async fn tier(&self, user: &UserId, now: Timestamp) -> Result<Tier, StoreError> {
        again(|| async move {
            let mut connection = self.read().await?;
            let rights = connection.sql(RIGHTS).bind(user).bind(now).fetch_optional().await?;
            rights.map(Rights::highest).ok_or(StoreError::Gone)
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

/// What the account may spend at this instant, and its tier, as [`Store::tier`].
pub(super) async fn means(
    tx: &mut Writer,
    user: &UserId,
    now: Timestamp,
) -> Result<(i64, Tier), StoreError> {
    let means: Option<Means> = tx.sql(MEANS).bind(user).bind(now).fetch_optional().await?;
    let means = means.ok_or(StoreError::Gone)?;
    Ok((means.balance, means.rights.highest()))
}

/// Lets a purchase follow its money, of which `back` of `paid` cents are not here (any more, or for
/// now). Credits are taken in that share; what is not there any more is written off, so the balance
/// never falls below zero. When money comes back, what was written off is settled first, and the other
/// credits are there again. The caller holds the account.
pub(super) async fn follow_money(
    tx: &mut Writer,
    transaction: i64,
    back: i64,
    paid: i64,
    now: Timestamp,
) -> Result<(), StoreError> {
    let row: Option<(i64, i64, i64, i64)> = tx
        .sql(
            "SELECT credits_purchased, credits_remaining, credits_refunded, credits_written_off
             FROM credit_transactions WHERE id = $1",
        )
        .bind(transaction)
        .fetch_optional()
        .await?;
    let (purchased, remaining, taken, written_off) = row.ok_or(StoreError::Gone)?;
    // Of a part rounded down, for the customer; of all of it everything.
    let owed = match back {
        0 => 0,
        back if back >= paid => purchased,
        back => purchased * back / paid,
    };
    let more = owed - taken - written_off;
    let write_off = if more > 0 { more - more.min(remaining) } else { more.max(-written_off) };
    tx.sql(
        "UPDATE credit_transactions
         SET credits_remaining = credits_remaining - $1,
             credits_refunded = credits_refunded + $1,
             credits_written_off = credits_written_off + $2,
             status = CASE WHEN status = 'ACTIVE' AND credits_remaining = $1 THEN 'CONSUMED'
                           WHEN status = 'CONSUMED' AND $1 < 0 THEN 'ACTIVE'
                           ELSE status END,
             updated_at = $3
         WHERE id = $4",
    )
    .bind(more - write_off)
    .bind(write_off)
    .bind(now)
    .bind(transaction)
    .execute()
    .await?;
    Ok(())
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

#[cfg(test)]
pub(super) mod tests;
