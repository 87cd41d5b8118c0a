//! `GET /api/admin/analytics/overview`: people, money and reading at a glance.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use axum::{Json, extract::State};
use serde_json::{Value, json};

use super::gate::Admin;
use crate::{app::App, domain::Timestamp, errors::ApiError};

/// What "last 30 days" means.
const LATELY: Duration = Duration::from_hours(30 * 24);
const MONTHS: usize = 12;

pub(crate) async fn overview(
    State(app): State<Arc<App>>,
    Admin(_): Admin,
) -> Result<Json<Value>, ApiError> {
    let now = Timestamp::now();
    let months = months(now);
    let all = app.store.overview(now.minus(LATELY), months[0]).await?;
    let (people, money) = (&all.people, &all.money);
    let sources: Vec<_> = all
        .sources
        .iter()
        .map(|(source, count)| json!({ "source": source, "count": count }))
        .collect();
    let read: i64 = all.domains.iter().map(|(_, count)| count).sum();
    let domains: Vec<_> = all
        .domains
        .iter()
        .map(|(domain, count)| {
            json!({ "domain": domain, "count": count, "pct": percent(*count, read) })
        })
        .collect();
    Ok(Json(json!({
        "total_users": people.total,
        "verified_users": people.verified,
        "paying_users": money.buyers,
        "total_revenue_cents": money.revenue,
        "avg_revenue_per_user_cents": money.revenue / people.total.max(1),
        "credit_utilization_pct": percent(all.credits.spent, all.credits.purchased),
        "repeat_purchase_rate_pct": percent(money.repeated, money.buyers),
        "signups_last_30_days": people.signups,
        "purchases_last_30_days": money.purchases,
        "monthly_revenue": by_month(&months, &all.days),
        "top_utm_sources": sources,
        "top_extraction_domains": domains,
    })))
}

/// The first instants of the last twelve months, this one last.
fn months(now: Timestamp) -> [Timestamp; MONTHS] {
    let mut months = [now.month_start(); MONTHS];
    for index in (0..MONTHS - 1).rev() {
        months[index] = months[index + 1].minus(Duration::from_secs(1)).month_start();
    }
    months
}

fn by_month(months: &[Timestamp], days: &[(i64, i64)]) -> Value {
    let mut cents: BTreeMap<String, i64> = months.iter().map(|it| (it.month(), 0)).collect();
    for (day, paid) in days {
        *cents.entry(Timestamp::of_seconds(day * 86_400).month()).or_default() += paid;
    }
    let entry = |(month, cents)| json!({ "month": month, "revenue_cents": cents });
    cents.into_iter().map(entry).collect()
}

/// With one place; of nothing it is nothing.
fn percent(part: i64, whole: i64) -> f64 {
    if whole == 0 {
        return 0.0;
    }
    (part as f64 * 1_000.0 / whole as f64).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::{by_month, months, percent};
    use crate::domain::Timestamp;

    #[test]
    fn a_year_is_twelve_months_that_end_with_this_one() {
        // 2026-01-31
        let now = Timestamp::of_seconds(1_769_860_000);
        let names: Vec<String> = months(now).iter().map(|it| it.month()).collect();
        assert_eq!((names[0].as_str(), names[11].as_str()), ("2025-02", "2026-01"));
        let days = [(20_484, 5), (20_483, 7), (20_120, 1)];
        let revenue = by_month(&months(now), &days);
        assert_eq!(revenue[11]["revenue_cents"], 12);
        assert_eq!(revenue.as_array().map(Vec::len), Some(12));
        assert_eq!((percent(1, 3), percent(0, 0)), (33.3, 0.0));
    }
}
