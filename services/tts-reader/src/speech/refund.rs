//! Giving credits back, now or when the database can.

use std::time::Duration;

use crate::{
    app::App,
    domain::Timestamp,
    metrics::Moved,
    store::{Reservation, StoreError},
};

/// For about as long as the upkeep leaves a reservation alone.
const REFUND_TRIES: u32 = 60;
/// Longest pause between two tries to give credits back.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Gives the credits back; false when the database cannot do that now.
pub(super) async fn refund(app: &App, reservation: &Reservation) -> bool {
    match app.store.refund(reservation, Timestamp::now()).await {
        // An account that was deleted meanwhile took its reservation along.
        Ok(()) | Err(StoreError::Gone) => {
            app.metrics.credits(Moved::GivenBack, reservation.credits());
            true
        }
        Err(error) => {
            tracing::warn!(%error, "cannot refund credits now; will try again");
            false
        }
    }
}

/// Waits for a database that is away or overloaded. Nobody waits for this but the end of the service,
/// and what is left then is given back at the next start; what is left here, by the upkeep.
pub(super) async fn refund_later(app: &App, reservation: &Reservation) {
    let mut pause = Duration::from_secs(1);
    for _ in 0..REFUND_TRIES {
        tokio::time::sleep(pause).await;
        if refund(app, reservation).await {
            return;
        }
        pause = LONGEST_PAUSE.min(pause * 2);
    }
}
