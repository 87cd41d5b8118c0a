//! Credits taken out of the ledger for work that has not ended: reserve, refund.

use super::{
    Store, StoreError,
    connection::Writer,
    ledger::{CreditRow, lock},
    retry::{FromStore, again},
    spendable::SPENDABLE,
    statement::{Words, locking},
};
use crate::domain::{Timestamp, UserId};

/// Credits taken out of the ledger for one piece of work. Dropping it leaves them reserved until
/// the upkeep gives them back: end it with a refund or by recording what it was spent on.
#[derive(Debug)]
#[must_use = "a reservation must be settled or refunded"]
pub(crate) struct Reservation {
    pub(super) id: String,
    user: UserId,
    pub(super) credits: i64,
}

impl Reservation {
    pub(crate) fn credits(&self) -> i64 {
        self.credits
    }
}

/// Why nothing was reserved, or perhaps something.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReserveError {
    #[error("need {needed} credits, have {available}")]
    Insufficient { needed: i64, available: i64 },
    /// Nobody knows whether it was: it must be refunded.
    #[error("{cause}")]
    Unsure { reservation: Reservation, cause: StoreError },
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl FromStore for ReserveError {
    fn store_error(&self) -> Option<&StoreError> {
        match self {
            Self::Store(error) | Self::Unsure { cause: error, .. } => Some(error),
            Self::Insufficient { .. } => None,
        }
    }
}

/// Keeps everybody else from the account that a reservation belongs to.
const ACCOUNT_OF_RESERVATION: Words = locking!(
    "SELECT users.user_id FROM users
     JOIN credit_reservations ON credit_reservations.user_id = users.user_id
     WHERE credit_reservations.id = $1",
    "users"
);

const TAKE: &str = "
    UPDATE credit_transactions
    SET credits_remaining = credits_remaining - $1,
        status = CASE WHEN credits_remaining = $1 THEN 'CONSUMED' ELSE status END,
        updated_at = $2
    WHERE id = $3";

/// Gives a line back to the transaction it came from. One that has expired meanwhile stays so. What
/// was written off because it could not be taken back is taken now: its money went back already.
const GIVE_BACK: &str = "
    UPDATE credit_transactions
    SET credits_remaining = credits_remaining
            + CASE WHEN credits_written_off < $1 THEN $1 - credits_written_off ELSE 0 END,
        credits_refunded = credits_refunded
            + CASE WHEN credits_written_off < $1 THEN credits_written_off ELSE $1 END,
        credits_written_off =
            CASE WHEN credits_written_off < $1 THEN 0 ELSE credits_written_off - $1 END,
        status = CASE WHEN status = 'CONSUMED' AND credits_written_off < $1
                      THEN 'ACTIVE' ELSE status END,
        updated_at = $2
    WHERE id = $3";

impl Store {
    /// Takes credits out of the ledger, oldest-expiring first, or takes none.
    pub(crate) async fn reserve(
        &self,
        user: &UserId,
        needed: i64,
        now: Timestamp,
    ) -> Result<Reservation, ReserveError> {
        let id = uuid::Uuid::new_v4().to_string();
        let reservation = Reservation { id, user: user.clone(), credits: needed };
        let reserved = again(|| self.reserve_once(&reservation, now)).await;
        match reserved {
            Ok(()) => Ok(reservation),
            Err(ReserveError::Store(cause @ StoreError::Unsure(_))) => {
                Err(ReserveError::Unsure { reservation, cause })
            }
            Err(error) => Err(error),
        }
    }

    async fn reserve_once(
        &self,
        reservation: &Reservation,
        now: Timestamp,
    ) -> Result<(), ReserveError> {
        let Reservation { user, credits: needed, .. } = reservation;
        let mut tx = self.write().await?;
        lock(&mut tx, user).await?;
        let rows: Vec<CreditRow> = tx.sql(SPENDABLE).bind(user).bind(now).fetch_all().await?;
        let available = rows.iter().map(|row| row.credits_remaining).sum();
        if available < *needed {
            return Err(ReserveError::Insufficient { needed: *needed, available });
        }
        self.write_reservation(&mut tx, reservation, now).await?;
        take(&mut tx, reservation, &rows, now).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn write_reservation(
        &self,
        tx: &mut Writer,
        reservation: &Reservation,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        tx.sql(
            "INSERT INTO credit_reservations (id, user_id, credits, created_at, owner)
             VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(&reservation.id)
        .bind(&reservation.user)
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
        let refunded = again(|| async move {
            let mut tx = self.write().await?;
            // Also waits for the COMMIT of one that its caller lost, and the database is still at.
            lock(&mut tx, &reservation.user).await?;
            end(tx, &reservation.id, now).await
        });
        match refunded.await {
            // The account took its reservations along.
            Ok(_) | Err(StoreError::Gone) => Ok(()),
            Err(error) => Err(error),
        }
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
            end(tx, reservation, now).await
        })
        .await
    }
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

/// Puts back what it took, and closes it; false when it was ended before. Its account is held.
async fn end(mut tx: Writer, reservation: &str, now: Timestamp) -> Result<bool, StoreError> {
    put_lines_back(&mut tx, reservation, now).await?;
    let closed = close(&mut tx, reservation).await?;
    tx.commit().await?;
    Ok(closed)
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

/// Ends everything that an account has reserved; the work it is for will find that out. The caller
/// holds the account.
pub(super) async fn give_up(
    tx: &mut Writer,
    user: &UserId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let open: Vec<(String,)> = tx
        .sql("SELECT id FROM credit_reservations WHERE user_id = $1")
        .bind(user)
        .fetch_all()
        .await?;
    for (id,) in &open {
        put_lines_back(tx, id, now).await?;
        close(tx, id).await?;
    }
    Ok(())
}

/// Removes a reservation with its lines; false when it was ended before.
pub(super) async fn close(tx: &mut Writer, reservation: &str) -> Result<bool, StoreError> {
    let removed =
        tx.sql("DELETE FROM credit_reservations WHERE id = $1").bind(reservation).execute().await?;
    Ok(removed == 1)
}
