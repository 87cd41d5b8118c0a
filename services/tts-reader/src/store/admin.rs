//! What administrators see: accounts, everything in a ledger, and payment events, page by page.

use serde::Serialize;

use super::{Store, StoreError, retry::again, rows::from_row};
use crate::domain::{Tier, Timestamp, UserId};

/// An account in a list.
#[derive(Debug, Serialize)]
pub(crate) struct Listed {
    pub(crate) user_id: UserId,
    pub(crate) username: String,
    pub(crate) email: String,
    pub(crate) is_active: bool,
    pub(crate) email_verified: bool,
    pub(crate) tier: Tier,
    pub(crate) stripe_customer_id: Option<String>,
    pub(crate) created_at: Timestamp,
    pub(crate) last_login: Option<Timestamp>,
    /// What it can spend now.
    pub(crate) credit_balance: i64,
}

from_row!(Listed {
    user_id,
    username,
    email,
    is_active,
    email_verified,
    tier,
    stripe_customer_id,
    created_at,
    last_login,
    credit_balance
});

/// A transaction, whatever became of it.
#[derive(Debug, Serialize)]
pub(crate) struct Entry {
    pub(crate) id: i64,
    pub(crate) credits_purchased: i64,
    pub(crate) credits_remaining: i64,
    pub(crate) credits_refunded: i64,
    pub(crate) credits_written_off: i64,
    pub(crate) purchase_price: Option<i64>,
    pub(crate) tier_at_purchase: Option<String>,
    pub(crate) purchased_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    pub(crate) status: String,
    pub(crate) stripe_payment_id: Option<String>,
    pub(crate) stripe_session_id: Option<String>,
}

from_row!(Entry {
    id,
    credits_purchased,
    credits_remaining,
    credits_refunded,
    credits_written_off,
    purchase_price,
    tier_at_purchase,
    purchased_at,
    expires_at,
    status,
    stripe_payment_id,
    stripe_session_id
});

/// A payment event and what became of it.
#[derive(Debug, Serialize)]
pub(crate) struct Delivered {
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) verdict: String,
    /// False: another delivery may still change something.
    pub(crate) handled: bool,
    pub(crate) deliveries: i64,
    pub(crate) created_at: Timestamp,
    pub(crate) received_at: Timestamp,
    pub(crate) last_at: Timestamp,
}

from_row!(Delivered { id, kind, verdict, handled, deliveries, created_at, received_at, last_at });

const USERS: &str = "
    SELECT user_id, username, email, is_active, email_verified, tier, stripe_customer_id, created_at,
        last_login,
        (SELECT CAST(COALESCE(SUM(credits_remaining), 0) AS BIGINT) FROM credit_transactions
         WHERE credit_transactions.user_id = users.user_id AND status = 'ACTIVE'
             AND expires_at > $1) AS credit_balance
    FROM users WHERE username > $2 ORDER BY username LIMIT $3";

const ENTRIES: &str = "
    SELECT id, credits_purchased, credits_remaining, credits_refunded, credits_written_off,
        purchase_price, tier_at_purchase, purchased_at, expires_at, status, stripe_payment_id,
        stripe_session_id
    FROM credit_transactions WHERE user_id = $1 AND id > $2 ORDER BY id LIMIT $3";

const EVENTS: &str = "
    SELECT id, kind, verdict, handled, deliveries, created_at, received_at, last_at
    FROM payment_events WHERE received_at < $1 OR (received_at = $1 AND id < $2)
    ORDER BY received_at DESC, id DESC LIMIT $3";

impl Store {
    /// Accounts by name, the first after `after`.
    pub(crate) async fn users(
        &self,
        after: &str,
        limit: i64,
        now: Timestamp,
    ) -> Result<Vec<Listed>, StoreError> {
        again(|| async move {
            self.read().await?.sql(USERS).bind(now).bind(after).bind(limit).fetch_all().await
        })
        .await
    }

    /// Everything in an account's ledger, the oldest first, the first after the id `after`.
    pub(crate) async fn entries(
        &self,
        user: &UserId,
        after: i64,
        limit: i64,
    ) -> Result<Vec<Entry>, StoreError> {
        again(|| async move {
            self.read().await?.sql(ENTRIES).bind(user).bind(after).bind(limit).fetch_all().await
        })
        .await
    }

    /// Payment events, the newest first, the first before that event (or all).
    pub(crate) async fn payment_events(
        &self,
        before: Option<&str>,
        limit: i64,
    ) -> Result<Vec<Delivered>, StoreError> {
        let at: Option<(Timestamp,)> = again(|| async move {
            let id = before.unwrap_or_default();
            self.read()
                .await?
                .sql("SELECT received_at FROM payment_events WHERE id = $1")
                .bind(id)
                .fetch_optional()
                .await
        })
        .await?;
        // An event that is not there has nothing before it.
        let at = match (before, at) {
            (Some(_), None) => return Ok(Vec::new()),
            (_, at) => at.map_or(Timestamp::of_seconds(i64::MAX), |(at,)| at),
        };
        let id = before.unwrap_or_default();
        again(|| async move {
            self.read().await?.sql(EVENTS).bind(at).bind(id).bind(limit).fetch_all().await
        })
        .await
    }
}
