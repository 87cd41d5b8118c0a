//! What an account did in all, for `/api/user/analytics`.

use super::{Store, StoreError, retry::again, rights::bought, rows::from_row};
use crate::domain::{Tier, Timestamp, UserId};

/// One account's totals.
#[derive(Debug, Clone)]
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

from_row!(Totals {
    total_chars_synthesized,
    total_chars_extracted,
    last_active_at,
    usage_events,
    spend,
    purchases,
    bought
});

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

/// What an account extracted since some time.
#[derive(Debug, Clone)]
pub(crate) struct Extractions {
    pub(crate) count: i64,
    pub(crate) characters: i64,
    pub(crate) took_ms: i64,
    /// With how often each; the most frequent first.
    pub(crate) methods: Vec<(String, i64)>,
    pub(crate) sites: Vec<(String, i64)>,
}

/// Entries of the list of sites.
const MOST_SITES: i64 = 5;

const EXTRACTIONS: &str = "
    SELECT COUNT(*), CAST(COALESCE(SUM(char_count), 0) AS BIGINT),
        CAST(COALESCE(SUM(duration_ms), 0) AS BIGINT)
    FROM usage_events WHERE user_id = $1 AND event_type = 'EXTRACT' AND created_at >= $2";

const METHODS: &str = "
    SELECT extraction_method, COUNT(*) FROM usage_events
    WHERE user_id = $1 AND event_type = 'EXTRACT' AND created_at >= $2
        AND extraction_method IS NOT NULL
    GROUP BY extraction_method ORDER BY 2 DESC, 1";

const SITES: &str = "
    SELECT source_domain, COUNT(*) FROM usage_events
    WHERE user_id = $1 AND event_type = 'EXTRACT' AND created_at >= $2
        AND source_domain IS NOT NULL
    GROUP BY source_domain ORDER BY 2 DESC, 1 LIMIT $3";

impl Store {
    /// What the account extracted since then.
    pub(crate) async fn extractions(
        &self,
        user: &UserId,
        since: Timestamp,
    ) -> Result<Extractions, StoreError> {
        again(|| async move {
            let mut read = self.read().await?;
            let (count, characters, took_ms) =
                read.sql(EXTRACTIONS).bind(user).bind(since).fetch_one().await?;
            let methods = read.sql(METHODS).bind(user).bind(since).fetch_all().await?;
            let sites = read.sql(SITES).bind(user).bind(since).bind(MOST_SITES).fetch_all().await?;
            Ok(Extractions { count, characters, took_ms, methods, sites })
        })
        .await
    }

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
