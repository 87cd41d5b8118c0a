//! What an account did in all, for `/api/user/analytics`.

use sqlx::FromRow;

use super::{Store, StoreError, retry::again, rights::bought};
use crate::domain::{Tier, Timestamp, UserId};

/// One account's totals.
#[derive(Debug, Clone, FromRow)]
pub(crate) struct Totals {
    pub(crate) total_chars_synthesized: i64,
    pub(crate) total_chars_extracted: i64,
    pub(crate) last_active_at: Option<Timestamp>,
    pub(crate) usage_events: i64,
    /// Cents.
    pub(crate) spend: i64,
    pub(crate) purchases: i64,
    pub(crate) bought: Option<Tier>,
}

const TOTALS: &str = concat!(
    "SELECT u.total_chars_synthesized, u.total_chars_extracted, u.last_active_at,
         (SELECT COUNT(*) FROM usage_events WHERE user_id = $1) AS usage_events,
         (SELECT CAST(COALESCE(SUM(purchase_price), 0) AS BIGINT)
          FROM credit_transactions WHERE user_id = $1) AS spend,
         (SELECT COUNT(purchase_price)
          FROM credit_transactions WHERE user_id = $1) AS purchases, ",
    bought!("$2"),
    " FROM users u WHERE u.user_id = $1"
);

impl Store {
    /// # Errors
    /// [`StoreError::Gone`] when the account was deleted meanwhile.
    pub(crate) async fn totals(&self, user: &UserId, now: Timestamp) -> Result<Totals, StoreError> {
        let totals: Option<Totals> = again(|| async move {
            self.read().await?.sql(TOTALS).bind(user).bind(now).fetch_optional().await
        })
        .await?;
        totals.ok_or(StoreError::Gone)
    }
}
