//! Which services work on a database.

use super::{Store, StoreError, retry::again};
use crate::domain::Timestamp;

impl Store {
    /// Notes that this service is at work, told so; returns the ids and settings of others that were
    /// since `recently`, and forgets those that were not.
    pub(crate) async fn meet(
        &self,
        settings: &str,
        recently: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<(String, String)>, StoreError> {
        again(|| async move {
            let mut tx = self.write().await?;
            tx.sql("DELETE FROM services WHERE seen < $1").bind(recently).execute().await?;
            tx.sql(
                "INSERT INTO services (id, settings, seen) VALUES ($1, $2, $3)
                 ON CONFLICT (id) DO UPDATE SET settings = excluded.settings, seen = excluded.seen",
            )
            .bind(&*self.owner)
            .bind(settings)
            .bind(now)
            .execute()
            .await?;
            let others = tx
                .sql("SELECT id, settings FROM services WHERE id <> $1 ORDER BY id")
                .bind(&*self.owner)
                .fetch_all()
                .await?;
            tx.commit().await?;
            Ok(others)
        })
        .await
    }

    /// This service stops.
    pub(crate) async fn leave(&self) -> Result<(), StoreError> {
        if !self.is_shared() {
            return Ok(());
        }
        again(|| async move {
            let mut tx = self.write().await?;
            tx.sql("DELETE FROM services WHERE id = $1").bind(&*self.owner).execute().await?;
            tx.commit().await
        })
        .await
    }
}
