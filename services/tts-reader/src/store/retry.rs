//! Doing a piece of work again when the database says that this is the answer.

use std::{future::Future, time::Duration};

use super::StoreError;

/// How often a piece of work is tried in all.
const TRIES: u32 = 6;
/// The pause before the second try; doubled before each further one.
const PAUSE: Duration = Duration::from_millis(5);

/// An error that may have the store's behind it.
pub(super) trait FromStore {
    fn store_error(&self) -> Option<&StoreError>;
}

/// Runs a whole transaction (or one read) until it is not refused for reasons that pass: PostgreSQL
/// ended it to resolve a deadlock or a conflict, or its connection broke before the COMMIT. Nothing
/// of such a try has happened. The number of tries is bounded; the last error is returned.
pub(super) async fn again<T, E, F>(work: impl Fn() -> F) -> Result<T, E>
where
    F: Future<Output = Result<T, E>>,
    E: FromStore,
{
    for tries in 1.. {
        let result = work().await;
        let Err(error) = &result else { return result };
        let passes = error.store_error().is_some_and(StoreError::is_transient);
        if !passes || tries == TRIES {
            return result;
        }
        tokio::time::sleep(pause_after(tries)).await;
    }
    unreachable!("the loop ends by returning")
}

/// Not in step with whom it collided with: half to one and a half times as long as planned.
fn pause_after(tries: u32) -> Duration {
    let random = u32::from(uuid::Uuid::new_v4().as_bytes()[0]);
    PAUSE * 2_u32.pow(tries - 1) * (128 + random) / 256
}
