//! `GET /api/usage`: the caller's day and what is left of the legacy characters.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde_json::{Value, json};

use crate::{app::App, auth::Caller, domain::Timestamp, errors::ApiError};

/// Legacy characters of a new account.
const TOTAL_CHARACTERS: i64 = 100_000;

pub(crate) async fn usage(
    State(app): State<Arc<App>>,
    Caller(account): Caller,
) -> Result<Json<Value>, ApiError> {
    let now = Timestamp::now();
    let day = app.store.today(&account.user_id, now).await?;
    let used = (TOTAL_CHARACTERS - account.remaining_chars).max(0);
    let share = |part: i64, whole: i64| if whole == 0 { 0.0 } else { part as f64 / whole as f64 };
    Ok(Json(json!({
        "user_id": account.user_id,
        "username": account.username,
        "total_chars": TOTAL_CHARACTERS,
        "used_chars": used,
        "remaining_chars": account.remaining_chars,
        "usage_percentage": share(used * 100, TOTAL_CHARACTERS),
        "engine": account.engine,
        "voice_id": account.voice_id,
        "is_active": account.is_active,
        "last_login": account.last_login,
        "created_at": account.created_at,
        "enterprise_features": true,
        "total_extractions_today": day.extractions,
        "avg_extraction_time": share(day.extraction_ms, day.extractions * 1_000),
        "textract_available": app.extraction.reads_pictures(),
        "highlighting_success_rate": share(day.syntheses_with_marks, day.syntheses),
        "speech_marks_generated": day.speech_marks,
        "service_type": "TTS Reader with Enhanced Highlighting",
        "api_version": "2.0",
        "last_updated": now,
    })))
}
