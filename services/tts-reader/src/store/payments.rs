//! What payment events do to accounts: each once, in whatever order they come.
//!
//! Whoever handles one holds its event first, then the payment or subscription, then the account,
//! then the ledger's rows: nobody goes the other way, so nobody waits in a circle.

mod told;

pub(crate) use told::{Change, Credited, Disputed, Event, Subscription, Verdict};

use super::{
    Store, StoreError, connection::Writer, disputes, ledger, retry::again, rows::from_row,
    subscriptions,
};
use crate::domain::{CREDIT_LIFETIME, Tier, Timestamp, UserId};

impl Store {
    /// Whether an event needs no work any more; counts the delivery if so.
    pub(crate) async fn is_handled(&self, id: &str, now: Timestamp) -> Result<bool, StoreError> {
        let seen: Option<(bool,)> = again(|| async move {
            self.read()
                .await?
                .sql("SELECT handled FROM payment_events WHERE id = $1")
                .bind(id)
                .fetch_optional()
                .await
        })
        .await?;
        if !seen.is_some_and(|(handled,)| handled) {
            return Ok(false);
        }
        again(|| async move {
            let mut tx = self.write().await?;
            tx.sql(
                "UPDATE payment_events SET deliveries = deliveries + 1, last_at = $1 WHERE id = $2",
            )
            .bind(now)
            .bind(id)
            .execute()
            .await?;
            tx.commit().await
        })
        .await?;
        Ok(true)
    }

    /// Does what an event asks for, all of it or nothing, and never a second time.
    pub(crate) async fn handle(
        &self,
        event: &Event,
        change: &Change,
        now: Timestamp,
    ) -> Result<Verdict, StoreError> {
        again(|| async move {
            let mut tx = self.write().await?;
            let verdict = if begin(&mut tx, event, now).await? {
                Verdict::Duplicate
            } else {
                let verdict = apply(&mut tx, event, change, now).await?;
                end(&mut tx, event, change, verdict).await?;
                verdict
            };
            tx.commit().await?;
            Ok(verdict)
        })
        .await
    }

    /// The account that an id or, where there is none, a name from outside belongs to.
    pub(crate) async fn buyer(
        &self,
        id: Option<&str>,
        username: Option<&str>,
    ) -> Result<Option<UserId>, StoreError> {
        let found: Option<(UserId,)> = again(|| async move {
            let mut reader = self.read().await?;
            match (id, username) {
                (Some(id), _) => {
                    reader
                        .sql("SELECT user_id FROM users WHERE user_id = $1")
                        .bind(id)
                        .fetch_optional()
                        .await
                }
                (None, Some(name)) => {
                    reader
                        .sql("SELECT user_id FROM users WHERE username = $1")
                        .bind(name)
                        .fetch_optional()
                        .await
                }
                (None, None) => Ok(None),
            }
        })
        .await?;
        Ok(found.map(|(id,)| id))
    }

    /// The customer that an account is to the payment service, once it has bought something.
    pub(crate) async fn customer(&self, user: &UserId) -> Result<Option<String>, StoreError> {
        let found: Option<(Option<String>,)> = again(|| async move {
            self.read()
                .await?
                .sql("SELECT stripe_customer_id FROM users WHERE user_id = $1")
                .bind(user)
                .fetch_optional()
                .await
        })
        .await?;
        Ok(found.and_then(|(customer,)| customer))
    }
}

/// Holds the event; true when it was handled before.
async fn begin(tx: &mut Writer, event: &Event, now: Timestamp) -> Result<bool, StoreError> {
    let (handled,): (bool,) = tx
        .sql(
            "INSERT INTO payment_events (id, kind, created_at, received_at, last_at)
             VALUES ($1, $2, $3, $4, $4)
             ON CONFLICT (id) DO UPDATE
             SET deliveries = payment_events.deliveries + 1, last_at = excluded.last_at
             RETURNING handled",
        )
        .bind(&event.id)
        .bind(&event.kind)
        .bind(Timestamp::of_seconds(event.created))
        .bind(now)
        .fetch_one()
        .await?;
    Ok(handled)
}

async fn end(
    tx: &mut Writer,
    event: &Event,
    change: &Change,
    verdict: Verdict,
) -> Result<(), StoreError> {
    let text = match change {
        Change::Refuse(why) => format!("{}: {why}", verdict.as_str()),
        _ => verdict.as_str().to_owned(),
    };
    tx.sql("UPDATE payment_events SET verdict = $1, handled = $2 WHERE id = $3")
        .bind(text)
        .bind(verdict != Verdict::Refused)
        .bind(&event.id)
        .execute()
        .await?;
    Ok(())
}

async fn apply(
    tx: &mut Writer,
    event: &Event,
    change: &Change,
    now: Timestamp,
) -> Result<Verdict, StoreError> {
    match change {
        Change::Credit(credited) => credit(tx, credited, now).await,
        Change::Refund { payment, paid, refunded } => {
            refund(tx, payment, *paid, *refunded, now).await
        }
        Change::Dispute(told) => disputes::tell(tx, told, event.created, now).await,
        Change::Subscription(told) => subscriptions::tell(tx, told, event.created).await,
        Change::Refuse(_) => Ok(Verdict::Refused),
        Change::Ignore(verdict) => Ok(*verdict),
    }
}

async fn credit(tx: &mut Writer, it: &Credited, now: Timestamp) -> Result<Verdict, StoreError> {
    let (transaction, refunded): (Option<i64>, i64) = tx
        .sql(
            "INSERT INTO payments (payment_id, amount_cents, created_at) VALUES ($1, $2, $3)
             ON CONFLICT (payment_id) DO UPDATE SET amount_cents = excluded.amount_cents
             RETURNING transaction_id, refunded_cents",
        )
        .bind(&it.payment)
        .bind(it.cents)
        .bind(now)
        .fetch_one()
        .await?;
    if transaction.is_some() {
        return Ok(Verdict::CreditedBefore);
    }
    if !is_there(tx, &it.user).await? {
        return Ok(Verdict::UnknownUser);
    }
    let transaction = insert_bought(tx, it, now).await?;
    tx.sql(
        "UPDATE payments SET user_id = $1, session_id = $2, transaction_id = $3
         WHERE payment_id = $4",
    )
    .bind(&it.user)
    .bind(&it.session)
    .bind(transaction)
    .bind(&it.payment)
    .execute()
    .await?;
    remember_customer(tx, &it.user, it.customer.as_deref()).await?;
    let back = refunded + disputes::away(tx, &it.payment).await?;
    if back == 0 {
        return Ok(Verdict::Credited);
    }
    ledger::follow_money(tx, transaction, back, it.cents, now).await?;
    Ok(Verdict::CreditedAndRefunded)
}

async fn insert_bought(tx: &mut Writer, it: &Credited, now: Timestamp) -> Result<i64, StoreError> {
    let (transaction,): (i64,) = tx
        .sql(
            "INSERT INTO credit_transactions (user_id, credits_purchased, credits_remaining,
                 purchase_price, tier_at_purchase, purchased_at, expires_at, status,
                 stripe_payment_id, stripe_session_id, created_at)
             VALUES ($1, $2, $2, $3, $4, $5, $6, 'ACTIVE', $7, $8, $5) RETURNING id",
        )
        .bind(&it.user)
        .bind(it.credits)
        .bind(it.cents)
        .bind(Tier::of_purchase(it.credits).lower())
        .bind(now)
        .bind(now.plus(CREDIT_LIFETIME))
        .bind(&it.payment)
        .bind(&it.session)
        .fetch_one()
        .await?;
    Ok(transaction)
}

async fn refund(
    tx: &mut Writer,
    payment: &str,
    paid: i64,
    refunded: i64,
    now: Timestamp,
) -> Result<Verdict, StoreError> {
    // An event that was overtaken tells of less than is known.
    let (user, transaction, paid, refunded): (Option<UserId>, Option<i64>, i64, i64) = tx
        .sql(
            "INSERT INTO payments (payment_id, amount_cents, refunded_cents, created_at)
             VALUES ($1, $2, $3, $4)
             ON CONFLICT (payment_id) DO UPDATE SET refunded_cents =
                 CASE WHEN payments.refunded_cents < excluded.refunded_cents
                      THEN excluded.refunded_cents ELSE payments.refunded_cents END
             RETURNING user_id, transaction_id, amount_cents, refunded_cents",
        )
        .bind(payment)
        .bind(paid)
        .bind(refunded)
        .bind(now)
        .fetch_one()
        .await?;
    let (Some(user), Some(transaction)) = (user, transaction) else {
        return Ok(Verdict::RefundNoted);
    };
    if !is_there(tx, &user).await? {
        return Ok(Verdict::UnknownUser);
    }
    let back = refunded + disputes::away(tx, payment).await?;
    ledger::follow_money(tx, transaction, back, paid, now).await?;
    Ok(Verdict::Refunded)
}

/// What is known of a payment.
#[derive(Debug)]
pub(super) struct Payment {
    pub(super) user: Option<UserId>,
    pub(super) transaction: Option<i64>,
    /// Cents, as the rest.
    pub(super) paid: i64,
    pub(super) refunded: i64,
}

from_row!(Payment {
    user: "user_id",
    transaction: "transaction_id",
    paid: "amount_cents",
    refunded: "refunded_cents"
});

/// Holds a payment, which may be told of for the first time.
pub(super) async fn hold(
    tx: &mut Writer,
    payment: &str,
    cents: i64,
    now: Timestamp,
) -> Result<Payment, StoreError> {
    tx.sql(
        "INSERT INTO payments (payment_id, amount_cents, created_at) VALUES ($1, $2, $3)
         ON CONFLICT (payment_id) DO UPDATE SET amount_cents = payments.amount_cents
         RETURNING user_id, transaction_id, amount_cents, refunded_cents",
    )
    .bind(payment)
    .bind(cents)
    .bind(now)
    .fetch_one()
    .await
}

/// Whether the account is there, and holds it if so.
pub(super) async fn is_there(tx: &mut Writer, user: &UserId) -> Result<bool, StoreError> {
    match ledger::lock(tx, user).await {
        Ok(_) => Ok(true),
        Err(StoreError::Gone) => Ok(false),
        Err(error) => Err(error),
    }
}

/// The first customer stays: the billing portal shows what was bought as that one.
pub(super) async fn remember_customer(
    tx: &mut Writer,
    user: &UserId,
    customer: Option<&str>,
) -> Result<(), StoreError> {
    tx.sql(
        "UPDATE users SET stripe_customer_id = COALESCE(stripe_customer_id, $1)
         WHERE user_id = $2",
    )
    .bind(customer)
    .bind(user)
    .execute()
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests;
