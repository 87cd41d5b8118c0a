//! Hearing notifications of PostgreSQL, over a connection of its own.

use std::time::Duration;

use sqlx::{
    PgPool,
    postgres::{PgListener, PgPoolOptions},
};
use tokio::time::timeout;

use super::{StoreError, connect::ACQUIRE_TIMEOUT};

/// After so long without any, the connection is asked whether it still lives.
const QUIET: Duration = Duration::from_secs(20);
/// What its answer may take.
const PROOF_TIMEOUT: Duration = Duration::from_secs(2);

/// Rings for each notification of one channel. When it breaks, what rang meanwhile was not heard.
pub(crate) struct Bell(PgListener);

impl Bell {
    /// Listens at the server of that pool, over no connection of it.
    pub(super) async fn at(pool: &PgPool, channel: &str) -> Result<Self, StoreError> {
        let options = (*pool.connect_options()).clone();
        let own = PgPoolOptions::new()
            .max_connections(1)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .test_before_acquire(false)
            .connect_lazy_with(options);
        let mut listener = PgListener::connect_with(&own).await?;
        listener.eager_reconnect(false);
        listener.listen(channel).await?;
        Ok(Self(listener))
    }

    /// The text of the next notification.
    ///
    /// # Errors
    /// When the connection broke or hangs; listen anew then.
    pub(crate) async fn next(&mut self) -> Result<String, StoreError> {
        loop {
            match timeout(QUIET, self.0.try_recv()).await {
                Ok(heard) => {
                    let lost = || StoreError::Lost("notifications ended".to_owned());
                    return Ok(heard?.ok_or_else(lost)?.payload().to_owned());
                }
                Err(_) => {
                    let proof = sqlx::query("SELECT 1").execute(&mut self.0);
                    let lost = || StoreError::Lost("notifications hang".to_owned());
                    timeout(PROOF_TIMEOUT, proof).await.map_err(|_| lost())??;
                }
            }
        }
    }
}
