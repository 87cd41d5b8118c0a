//! `GET /api/preferences`.

use axum::Json;
use serde_json::{Value, json};

use crate::auth::Caller;

pub(crate) async fn read(Caller(account): Caller) -> Json<Value> {
    Json(json!({
        "voice_id": account.voice_id,
        "engine": account.engine,
        "remaining_chars": account.remaining_chars,
        "user_id": account.user_id,
        "username": account.username,
        "tts_optimized": true,
    }))
}
