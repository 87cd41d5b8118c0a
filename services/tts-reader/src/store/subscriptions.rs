//! Subscriptions, as far as they are known: what is told of them comes in any order.

use super::{
    StoreError,
    connection::Writer,
    payments::{Subscription, Verdict, is_there, remember_customer},
    statement::{Words, locking},
};
use crate::domain::UserId;

/// What was known before: whose it is, or the pseudonym of somebody who is gone; whether it ended; the
/// newest event.
type Known = (Option<UserId>, Option<String>, bool, i64, i64);

const KNOWN: Words = locking!(
    "SELECT user_id, pseudonym, ended, event_at, event_rank FROM subscriptions WHERE id = $1",
    "subscriptions"
);

/// Takes in what an event of this second tells. Something older than what is known changes nothing
/// but fills in whose the subscription is; an end is final.
pub(super) async fn tell(
    tx: &mut Writer,
    told: &Subscription,
    second: i64,
) -> Result<Verdict, StoreError> {
    tx.sql(
        "INSERT INTO subscriptions (id, status) VALUES ($1, 'unknown') ON CONFLICT (id) DO NOTHING",
    )
    .bind(&told.id)
    .execute()
    .await?;
    let (known, closed, ended, at, rank): Known = tx.sql(KNOWN).bind(&told.id).fetch_one().await?;
    let user = match (known, closed) {
        (Some(user), _) => Some(user),
        // Its account was deleted: it is nobody's, whoever has the name now.
        (None, Some(_)) => None,
        (None, None) => owner(tx, told).await?,
    };
    fill_in(tx, told, user.as_ref()).await?;
    let newer = !ended && (told.ended || (second, told.rank) >= (at, rank));
    if newer {
        renew(tx, told, second).await?;
    }
    Ok(match (&user, newer) {
        _ if told.ended || ended => Verdict::SubscriptionEnded,
        (_, false) => Verdict::Older,
        (None, true) => Verdict::UnknownUser,
        (Some(_), true) if told.user.is_some() && told.active => Verdict::Subscribed,
        (Some(_), true) => Verdict::SubscriptionChanged,
    })
}

/// By what the event says, or else as the customer of what was bought before.
async fn owner(tx: &mut Writer, told: &Subscription) -> Result<Option<UserId>, StoreError> {
    if let Some(user) = &told.user {
        return Ok(is_there(tx, user).await?.then(|| user.clone()));
    }
    let Some(customer) = &told.customer else { return Ok(None) };
    let found: Option<(UserId,)> = tx
        .sql("SELECT user_id FROM users WHERE stripe_customer_id = $1 ORDER BY user_id")
        .bind(customer)
        .fetch_optional()
        .await?;
    Ok(found.map(|(user,)| user))
}

async fn fill_in(
    tx: &mut Writer,
    told: &Subscription,
    user: Option<&UserId>,
) -> Result<(), StoreError> {
    tx.sql(
        "UPDATE subscriptions
         SET user_id = $1,
             customer_id = CASE WHEN pseudonym IS NULL THEN COALESCE(customer_id, $2) END,
             price_id = COALESCE(price_id, $3), tier = COALESCE(tier, $4)
         WHERE id = $5",
    )
    .bind(user.map(UserId::as_str))
    .bind(told.customer.as_deref())
    .bind(told.price.as_deref())
    .bind(told.tier.map(crate::domain::Tier::upper))
    .bind(&told.id)
    .execute()
    .await?;
    match user {
        Some(user) => remember_customer(tx, user, told.customer.as_deref()).await,
        None => Ok(()),
    }
}

async fn renew(tx: &mut Writer, told: &Subscription, second: i64) -> Result<(), StoreError> {
    tx.sql(
        "UPDATE subscriptions
         SET status = $1, active = $2, ended = $3, price_id = COALESCE($4, price_id),
             tier = COALESCE($5, tier), event_at = $6, event_rank = $7
         WHERE id = $8",
    )
    .bind(&told.status)
    .bind(told.active)
    .bind(told.ended)
    .bind(told.price.as_deref())
    .bind(told.tier.map(crate::domain::Tier::upper))
    .bind(second)
    .bind(told.rank)
    .bind(&told.id)
    .execute()
    .await?;
    Ok(())
}
