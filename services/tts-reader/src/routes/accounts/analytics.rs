//! `GET /api/user/analytics`: what the caller did in all.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde_json::{Value, json};

use crate::{app::App, auth::Caller, domain::Timestamp, errors::ApiError};

pub(crate) async fn analytics(
    State(app): State<Arc<App>>,
    Caller(account): Caller,
) -> Result<Json<Value>, ApiError> {
    let totals = app.store.totals(&account.user_id, Timestamp::now()).await?;
    let tier = account.tier_with(totals.bought);
    Ok(Json(json!({
        "total_chars_synthesized": totals.total_chars_synthesized,
        "total_chars_extracted": totals.total_chars_extracted,
        "total_usage_events": totals.usage_events,
        "total_lifetime_spend": totals.spend,
        "purchase_count": totals.purchases,
        "member_since": account.created_at,
        "last_active_at": totals.last_active_at,
        "tier": tier.lower(),
    })))
}
