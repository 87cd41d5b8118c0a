//! The platform's figures for administrators: people, money, and what credits became of.

use super::{Store, StoreError, retry::again, rows::from_row};
use crate::domain::Timestamp;

/// Entries of each list of the most frequent.
const MOST: i64 = 10;

/// All of them.
#[derive(Debug, Clone)]
pub(crate) struct Overview {
    pub(crate) people: People,
    pub(crate) money: Money,
    pub(crate) credits: Credits,
    /// Days since 1970 and the cents that are left of what was paid on them, in no order.
    pub(crate) days: Vec<(i64, i64)>,
    /// Where people came from, and what was read, with how often; the most frequent first.
    pub(crate) sources: Vec<(String, i64)>,
    pub(crate) domains: Vec<(String, i64)>,
}

#[derive(Debug, Clone)]
pub(crate) struct People {
    pub(crate) total: i64,
    pub(crate) verified: i64,
    /// Lately.
    pub(crate) signups: i64,
}

from_row!(People { total, verified, signups });

/// Of every purchase that was ever made, those of accounts that are gone included.
#[derive(Debug, Clone)]
pub(crate) struct Money {
    pub(crate) buyers: i64,
    /// Buyers of more than one thing.
    pub(crate) repeated: i64,
    /// Cents, without those that went back or are disputed.
    pub(crate) revenue: i64,
    /// Lately.
    pub(crate) purchases: i64,
}

from_row!(Money { buyers, repeated, revenue, purchases });

#[derive(Debug, Clone)]
pub(crate) struct Credits {
    pub(crate) purchased: i64,
    pub(crate) spent: i64,
}

from_row!(Credits { purchased, spent });

const PEOPLE: &str = "
    SELECT COUNT(*) AS total, COUNT(CASE WHEN email_verified = TRUE THEN 1 END) AS verified,
        COUNT(CASE WHEN created_at >= $1 THEN 1 END) AS signups
    FROM users";

/// `sold`: every purchase; `kept`: with what is left of its money.
macro_rules! of_purchases {
    ($select:literal) => {
        concat!(
            "WITH sold AS (
                SELECT user_id AS buyer, stripe_payment_id AS payment, purchase_price AS cents,
                    purchased_at
                FROM credit_transactions WHERE purchase_price IS NOT NULL
                UNION ALL
                SELECT pseudonym, payment_id, purchase_price, purchased_at
                FROM closed_purchases WHERE purchase_price IS NOT NULL
             ), told AS (
                SELECT buyer, purchased_at, cents,
                    COALESCE((SELECT p.refunded_cents FROM payments p
                              WHERE p.payment_id = sold.payment), 0)
                    + COALESCE((SELECT SUM(d.amount_cents) FROM disputes d
                                WHERE d.payment_id = sold.payment AND d.away = TRUE), 0) AS back
                FROM sold
             ), kept AS (
                SELECT buyer, purchased_at, CASE WHEN back < cents THEN cents - back ELSE 0 END AS cents
                FROM told
             ) ",
            $select
        )
    };
}

const MONEY: &str = of_purchases!(
    "SELECT COUNT(DISTINCT buyer) AS buyers,
        (SELECT COUNT(*) FROM (SELECT buyer FROM sold GROUP BY buyer HAVING COUNT(*) > 1) AS many)
            AS repeated,
        CAST(COALESCE(SUM(cents), 0) AS BIGINT) AS revenue,
        COUNT(CASE WHEN purchased_at >= $1 THEN 1 END) AS purchases
     FROM kept"
);

const DAYS: &str = of_purchases!(
    "SELECT purchased_at / 86400000000, CAST(SUM(cents) AS BIGINT) FROM kept
     WHERE purchased_at >= $1 GROUP BY purchased_at / 86400000000"
);

const CREDITS: &str = "
    SELECT CAST(COALESCE(SUM(purchased), 0) AS BIGINT) AS purchased,
        CAST(COALESCE(SUM(spent), 0) AS BIGINT) AS spent
    FROM (SELECT credits_purchased AS purchased,
              credits_purchased - credits_remaining - credits_refunded AS spent
          FROM credit_transactions
          UNION ALL SELECT credits_purchased, credits_spent FROM closed_purchases
          UNION ALL SELECT 0, -credits FROM credit_reservations) AS everything";

const SOURCES: &str = "
    SELECT utm_source, COUNT(*) FROM users WHERE utm_source IS NOT NULL
    GROUP BY utm_source ORDER BY 2 DESC, 1 LIMIT $1";

const DOMAINS: &str = "
    SELECT source_domain, COUNT(*) FROM usage_events WHERE source_domain IS NOT NULL
    GROUP BY source_domain ORDER BY 2 DESC, 1 LIMIT $1";

impl Store {
    /// The figures now; `lately` is since when signups and purchases count as such, `year` the first
    /// day of the days. They are read one after the other: a purchase in between may be in one only.
    pub(crate) async fn overview(
        &self,
        lately: Timestamp,
        year: Timestamp,
    ) -> Result<Overview, StoreError> {
        again(|| async move {
            let mut reader = self.read().await?;
            Ok(Overview {
                people: reader.sql(PEOPLE).bind(lately).fetch_one().await?,
                money: reader.sql(MONEY).bind(lately).fetch_one().await?,
                credits: reader.sql(CREDITS).fetch_one().await?,
                days: reader.sql(DAYS).bind(year).fetch_all().await?,
                sources: reader.sql(SOURCES).bind(MOST).fetch_all().await?,
                domains: reader.sql(DOMAINS).bind(MOST).fetch_all().await?,
            })
        })
        .await
    }
}
