//! `POST /api/preferences`: changes what is given and leaves the rest.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde_json::{Value, json};

use crate::{
    app::App,
    auth::Caller,
    errors::ApiError,
    routes::speech::{ENGINE, voice},
    store::Preferences,
    validation::{Fields, JsonBody, Text},
};

pub(crate) async fn write(
    State(app): State<Arc<App>>,
    Caller(account): Caller,
    JsonBody(body): JsonBody,
) -> Result<Json<Value>, ApiError> {
    let mut fields = Fields::of(body)?;
    let engine = fields.optional_text("engine", ENGINE);
    let voice_id = fields.optional_text("voice_id", Text::of(0, 50));
    fields.finish()?;
    if voice_id.as_ref().is_some_and(|voice| voice.trim().is_empty()) {
        return Err(ApiError::bad_request("Voice ID cannot be empty"));
    }
    // A preference that no synthesis can follow would only fail later.
    if let Some(id) = voice_id.as_deref() {
        voice(id)?;
    }
    let (engine, voice_id) = if engine.is_some() || voice_id.is_some() {
        app.store.set_preferences(&account.user_id, &Preferences { engine, voice_id }).await?
    } else {
        (account.engine, account.voice_id)
    };
    Ok(Json(json!({
        "voice_id": voice_id,
        "engine": engine,
        "message": "TTS preferences updated successfully",
    })))
}
