//! An account's credits as JSON shows them, in `/api/user` and `/api/credit-balance`.

use serde::Serialize;

use crate::{
    domain::{Tier, Timestamp},
    store::CreditRow,
};

/// The balance and the transactions it is the sum of.
#[derive(Debug, Serialize)]
pub(crate) struct Ledger {
    credit_balance: i64,
    next_expiration: Option<Timestamp>,
    days_until_expiration: Option<i64>,
    active_transactions: Vec<Transaction>,
    total_transactions: usize,
}

#[derive(Debug, Serialize)]
struct Transaction {
    id: i64,
    credits_purchased: i64,
    credits_remaining: i64,
    purchase_price: Option<i64>,
    tier_at_purchase: Option<String>,
    purchased_at: Timestamp,
    expires_at: Timestamp,
    days_until_expiration: i64,
    status: String,
    stripe_payment_id: Option<String>,
    created_at: Timestamp,
}

impl Ledger {
    /// From what can be spent at this instant, the next to expire first.
    pub(crate) fn of(rows: Vec<CreditRow>, now: Timestamp) -> Self {
        let next = rows.first().map(|row| row.expires_at);
        Self {
            credit_balance: rows.iter().map(|row| row.credits_remaining).sum(),
            next_expiration: next,
            days_until_expiration: next.map(|expires| expires.days_after(now)),
            total_transactions: rows.len(),
            active_transactions: rows.into_iter().map(|row| Transaction::of(row, now)).collect(),
        }
    }

    /// The highest tier of what can be spent.
    pub(crate) fn tier(&self) -> Option<Tier> {
        let tiers = self.active_transactions.iter();
        tiers.filter_map(|row| row.tier_at_purchase.as_deref()?.parse().ok()).max()
    }

    /// Any credit opens the voices; no tier closes them.
    pub(crate) fn can_synthesize(&self) -> bool {
        self.credit_balance > 0
    }
}

impl Transaction {
    fn of(row: CreditRow, now: Timestamp) -> Self {
        Self {
            id: row.id,
            credits_purchased: row.credits_purchased,
            credits_remaining: row.credits_remaining,
            purchase_price: row.purchase_price,
            tier_at_purchase: row.tier_at_purchase,
            purchased_at: row.purchased_at,
            days_until_expiration: row.expires_at.days_after(now),
            expires_at: row.expires_at,
            status: row.status,
            stripe_payment_id: row.stripe_payment_id,
            created_at: row.created_at,
        }
    }
}
