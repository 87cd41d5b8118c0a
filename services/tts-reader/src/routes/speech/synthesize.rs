//! `POST /api/synthesize`: text in, a link to audio and its marks out.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use super::{
    answer::{self, Mark},
    engine::{self, ENGINE},
};
use crate::{
    app::App,
    auth::Caller,
    domain::Timestamp,
    errors::ApiError,
    speech::{Order, Spoken, speak},
    validation::{Fields, JsonBody, Text},
};

/// Share of the monthly characters (in percent) from which the answer warns.
const NEAR_LIMIT: f64 = 80.0;
const USAGE_WARNING: HeaderName = HeaderName::from_static("x-usage-warning");

#[derive(Debug, Serialize)]
struct Answer {
    audio_url: String,
    speech_marks: Vec<Mark>,
    characters_used: usize,
    remaining_chars: i64,
    duration_seconds: f64,
    voice_used: String,
    engine_used: &'static str,
    credit_balance: i64,
    credits_used: i64,
    monthly_usage: i64,
    monthly_cap: i64,
    usage_percentage: f64,
    usage_reset_date: Timestamp,
    tier: &'static str,
    is_near_limit: bool,
}

pub(crate) async fn synthesize(
    State(app): State<Arc<App>>,
    Caller(account): Caller,
    headers: HeaderMap,
    JsonBody(body): JsonBody,
) -> Result<Response, ApiError> {
    let mut fields = Fields::of(body)?;
    let text = fields.text("text_to_speech", Text::of(1, 100_000));
    let voice_id = fields.optional_text("voice_id", Text::of(0, 50));
    let asked = fields.optional_text("engine", ENGINE);
    fields.finish()?;
    engine::permit(asked.as_deref().unwrap_or("standard"), account.tier, &app.settings)?;

    let voice_id = voice_id.unwrap_or_else(|| "Joanna".to_owned());
    let order = Order {
        user_id: account.user_id,
        text,
        voice_id: voice_id.clone(),
        engine: engine::SPEAKS,
    };
    let spoken = speak(&app, order).await?;
    let url = answer::absolute(&spoken.link, &headers, &app.settings);
    Ok(respond(url, voice_id, spoken))
}

fn respond(audio_url: String, voice_used: String, spoken: Spoken) -> Response {
    let spent = spoken.spent;
    let cap = spent.tier.monthly_cap();
    let percentage = if cap == 0 { 0.0 } else { spent.monthly_usage as f64 * 100.0 / cap as f64 };
    let near = percentage >= NEAR_LIMIT;
    let body = Answer {
        audio_url,
        speech_marks: answer::marks(spoken.marks),
        characters_used: spoken.characters,
        remaining_chars: spent.remaining_chars,
        duration_seconds: spoken.duration_seconds,
        voice_used,
        engine_used: engine::SPEAKS,
        credit_balance: spent.credit_balance,
        credits_used: spoken.credits,
        monthly_usage: spent.monthly_usage,
        monthly_cap: cap,
        usage_percentage: percentage,
        usage_reset_date: spent.usage_month_start,
        tier: spent.tier.lower(),
        is_near_limit: near,
    };
    let mut response = Json(body).into_response();
    if near && let Ok(text) = HeaderValue::try_from(format!("{percentage:.0}% of the month used")) {
        response.headers_mut().insert(USAGE_WARNING, text);
    }
    response
}
