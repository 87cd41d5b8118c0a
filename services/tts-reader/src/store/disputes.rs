//! Disputes: a buyer has asked the bank for the money, and the bank has taken it, until it is decided
//! or for good. As long as it is away, so are the credits that it bought.

use super::{
    StoreError,
    connection::Writer,
    ledger,
    payments::{Disputed, Payment, Verdict, hold, is_there},
};
use crate::domain::Timestamp;

/// Takes in what an event tells unless something newer is known. A decision is newer than all that
/// came before it, whatever its second.
const RENEW: &str = "
    INSERT INTO disputes (id, payment_id, amount_cents, status, away, closed, event_at, event_rank)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
    ON CONFLICT (id) DO UPDATE
    SET amount_cents = excluded.amount_cents, status = excluded.status, away = excluded.away,
        closed = excluded.closed, event_at = excluded.event_at, event_rank = excluded.event_rank
    WHERE (excluded.closed, excluded.event_at, excluded.event_rank)
        >= (disputes.closed, disputes.event_at, disputes.event_rank)";

/// Takes in what an event of this second tells of a dispute.
pub(super) async fn tell(
    tx: &mut Writer,
    told: &Disputed,
    second: i64,
    now: Timestamp,
) -> Result<Verdict, StoreError> {
    let payment = hold(tx, &told.payment, told.cents, now).await?;
    let news = tx
        .sql(RENEW)
        .bind(&told.id)
        .bind(&told.payment)
        .bind(told.cents)
        .bind(&told.status)
        .bind(told.away)
        .bind(told.closed)
        .bind(second)
        .bind(told.rank)
        .execute()
        .await?;
    if news == 0 {
        return Ok(Verdict::Older);
    }
    let Payment { user: Some(user), transaction: Some(transaction), paid, refunded } = payment
    else {
        return Ok(Verdict::DisputeNoted);
    };
    if !is_there(tx, &user).await? {
        return Ok(Verdict::UnknownUser);
    }
    let back = refunded + away(tx, &told.payment).await?;
    ledger::follow_money(tx, transaction, back, paid, now).await?;
    Ok(match (told.closed, told.away) {
        (true, _) => Verdict::DisputeClosed,
        (false, true) => Verdict::Disputed,
        // The bank only asks; the money is here.
        (false, false) => Verdict::DisputeNoted,
    })
}

/// Cents of a payment that are away now, or for good. The caller holds the payment.
pub(super) async fn away(tx: &mut Writer, payment: &str) -> Result<i64, StoreError> {
    let (cents,): (i64,) = tx
        .sql(
            "SELECT CAST(COALESCE(SUM(amount_cents), 0) AS BIGINT) FROM disputes
             WHERE payment_id = $1 AND away = TRUE",
        )
        .bind(payment)
        .fetch_one()
        .await?;
    Ok(cents)
}
