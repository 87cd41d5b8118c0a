//! The platform's public counters.

use sqlx::SqliteConnection;

use super::{Store, StoreError};

impl Store {
    /// Every counter: (name, value).
    pub(crate) async fn platform_stats(&self) -> Result<Vec<(String, i64)>, StoreError> {
        Ok(sqlx::query_as("SELECT stat_key, stat_value FROM platform_stats")
            .fetch_all(&mut *self.read().await?)
            .await?)
    }
}

/// Adds to a counter inside the transaction of what it counts.
pub(super) async fn add(
    tx: &mut SqliteConnection,
    key: &'static str,
    amount: i64,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE platform_stats SET stat_value = stat_value + $1 WHERE stat_key = $2")
        .bind(amount)
        .bind(key)
        .execute(tx)
        .await?;
    Ok(())
}
