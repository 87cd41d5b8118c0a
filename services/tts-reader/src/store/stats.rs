//! The platform's public counters.

use super::{Store, StoreError, connection::Writer, retry::again};

impl Store {
    /// Every counter: (name, value).
    pub(crate) async fn platform_stats(&self) -> Result<Vec<(String, i64)>, StoreError> {
        again(|| async move {
            self.read()
                .await?
                .sql("SELECT stat_key, stat_value FROM platform_stats")
                .fetch_all()
                .await
        })
        .await
    }
}

/// Adds to a counter inside the transaction of what it counts. Everybody writes these rows: do it
/// last, so that they are held for a moment only and never while waiting for another row.
pub(super) async fn add(tx: &mut Writer, key: &str, amount: i64) -> Result<(), StoreError> {
    tx.sql("UPDATE platform_stats SET stat_value = stat_value + $1 WHERE stat_key = $2")
        .bind(amount)
        .bind(key)
        .execute()
        .await?;
    Ok(())
}
