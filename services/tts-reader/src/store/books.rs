//! Deleting accounts: the person goes, the books stay.
//!
//! Everything that hangs on an account goes with it, by the foreign keys. What it paid is taken off
//! it before: payments and subscriptions keep a pseudonym in its place, and what was bought is
//! written down with what had become of it. The pseudonym is a random number that is nowhere else.

use super::{
    Store, StoreError,
    connection::Writer,
    ledger, reservations,
    retry::again,
    statement::{Words, locking},
    stats,
};
use crate::domain::{Timestamp, UserId};

/// Who handles an event holds its payment or subscription before the account; so does who deletes.
const PAYMENTS: Words =
    locking!("SELECT payment_id FROM payments WHERE user_id = $1 ORDER BY payment_id", "payments");
const SUBSCRIPTIONS: Words =
    locking!("SELECT id FROM subscriptions WHERE user_id = $1 ORDER BY id", "subscriptions");

/// Nothing is reserved any more: what is neither there nor taken back was spent.
const CLOSE_PURCHASES: &str = "
    INSERT INTO closed_purchases (pseudonym, transaction_id, payment_id, purchase_price,
        credits_purchased, credits_spent, credits_lapsed, credits_refunded, credits_written_off,
        purchased_at, closed_at)
    SELECT $1, id, stripe_payment_id, purchase_price, credits_purchased,
        credits_purchased - credits_remaining - credits_refunded, credits_remaining,
        credits_refunded, credits_written_off, purchased_at, $2
    FROM credit_transactions
    WHERE user_id = $3 AND (purchase_price IS NOT NULL OR stripe_payment_id IS NOT NULL)
    ORDER BY id";

impl Store {
    /// Removes an account with everything that hangs on it but its books; false when it was not
    /// there.
    pub(crate) async fn delete_account(
        &self,
        id: &UserId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        again(|| async move {
            let mut tx = self.write().await?;
            let gone = close_account(&mut tx, id, now).await?;
            stats::add(&mut tx, "total_users", -i64::from(gone)).await?;
            tx.commit().await?;
            Ok(gone)
        })
        .await
    }

    /// The subscriptions of an account that may still take its money.
    pub(crate) async fn running_subscriptions(
        &self,
        user: &UserId,
    ) -> Result<Vec<String>, StoreError> {
        let found: Vec<(String,)> = again(|| async move {
            self.read()
                .await?
                .sql(
                    "SELECT id FROM subscriptions WHERE user_id = $1 AND ended = FALSE ORDER BY id",
                )
                .bind(user)
                .fetch_all()
                .await
        })
        .await?;
        Ok(found.into_iter().map(|(id,)| id).collect())
    }
}

/// As [`Store::delete_account`], in a transaction; the caller counts it in `total_users`.
pub(super) async fn close_account(
    tx: &mut Writer,
    id: &UserId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let _held: Vec<(String,)> = tx.sql(PAYMENTS).bind(id).fetch_all().await?;
    let _held: Vec<(String,)> = tx.sql(SUBSCRIPTIONS).bind(id).fetch_all().await?;
    match ledger::lock(tx, id).await {
        Ok(_) => {}
        Err(StoreError::Gone) => return Ok(false),
        Err(error) => return Err(error),
    }
    reservations::give_up(tx, id, now).await?;
    let pseudonym = uuid::Uuid::new_v4().to_string();
    tx.sql(CLOSE_PURCHASES).bind(&pseudonym).bind(now).bind(id).execute().await?;
    for books in [
        "UPDATE payments SET user_id = NULL, pseudonym = $1 WHERE user_id = $2",
        "UPDATE subscriptions SET user_id = NULL, customer_id = NULL, active = FALSE,
             pseudonym = $1
         WHERE user_id = $2",
    ] {
        tx.sql(books).bind(&pseudonym).bind(id).execute().await?;
    }
    tx.sql("DELETE FROM users WHERE user_id = $1").bind(id).execute().await?;
    Ok(true)
}

#[cfg(test)]
mod tests;
