//! `GET /api/platform-stats`: public counters.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde_json::{Value, json};

use crate::{app::App, errors::ApiError};

pub(crate) async fn platform_stats(State(app): State<Arc<App>>) -> Result<Json<Value>, ApiError> {
    let counters = app.store.platform_stats().await?;
    let of = |key: &str| counters.iter().find(|(name, _)| name == key).map_or(0, |(_, n)| *n);
    let hours = of("total_listening_hours_seconds") as f64 / 3_600.0;
    Ok(Json(json!({
        "total_characters_synthesized": of("total_characters_synthesized"),
        "total_characters_extracted": of("total_characters_extracted"),
        "total_extractions": of("total_extractions"),
        "total_syntheses": of("total_syntheses"),
        "total_users": of("total_users"),
        "total_listening_hours": (hours * 10.0).round() / 10.0,
    })))
}
