//! `POST /api/synthesize`: text in, a link to audio and its marks out.

use std::sync::Arc;

use axum::{
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue},
    response::Response,
};
use serde::{Deserialize, Serialize};

use super::{
    answer::{self, Mark},
    engine::{self, ENGINE},
};
use crate::{
    app::App,
    auth::Caller,
    domain::Timestamp,
    errors::ApiError,
    idempotency::{Begun, Keyed, json, replayed},
    progress::{PROGRESS_ID, Wanted, Work},
    speech::{Order, Spoken, speak},
    store::Spent,
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
    wanted: Wanted,
    headers: HeaderMap,
    JsonBody(body): JsonBody,
) -> Result<Response, ApiError> {
    let keyed = Keyed::of("synthesize", &headers, &body)?;
    let mut fields = Fields::of(body)?;
    let text = fields.text("text_to_speech", Text::of(1, 100_000));
    let voice_id = fields.optional_text("voice_id", Text::of(0, 50));
    let asked = fields.optional_text("engine", ENGINE);
    let named = fields.optional_text("extraction_id", PROGRESS_ID);
    fields.finish()?;
    engine::permit(&app, asked.as_deref().unwrap_or("standard"), &account.user_id).await?;
    let held = match keyed.begin(&app, &account.user_id).await? {
        Begun::Fresh(held) => held,
        Begun::Answered(answer) => return Ok(warned(warning(&answer), replayed(answer))),
    };

    let progress = wanted.begin(&app, &account.user_id, Work::Synthesis, named).await?;
    let voice_id = voice_id.unwrap_or_else(|| "Joanna".to_owned());
    let order = Order {
        user_id: account.user_id,
        text,
        voice_id: voice_id.clone(),
        engine: engine::SPEAKS,
    };
    let base = answer::base(&headers, &app.settings);
    let render = move |spoken: &Spoken, spent: &Spent| render(&base, &voice_id, spoken, spent);
    let answer = speak(&app, order, held, Box::new(render), progress).await?;
    Ok(warned(warning(&answer), json(answer)))
}

fn render(base: &str, voice_id: &str, spoken: &Spoken, spent: &Spent) -> String {
    let cap = spent.tier.monthly_cap();
    let percentage = if cap == 0 { 0.0 } else { spent.monthly_usage as f64 * 100.0 / cap as f64 };
    let answer = Answer {
        audio_url: spoken.link.url(base),
        speech_marks: answer::marks(&spoken.marks),
        characters_used: spoken.characters,
        remaining_chars: spent.remaining_chars,
        duration_seconds: spoken.duration_seconds,
        voice_used: voice_id.to_owned(),
        engine_used: engine::SPEAKS,
        credit_balance: spent.credit_balance,
        credits_used: spoken.credits,
        monthly_usage: spent.monthly_usage,
        monthly_cap: cap,
        usage_percentage: percentage,
        usage_reset_date: spent.usage_month_start,
        tier: spent.tier.lower(),
        is_near_limit: percentage >= NEAR_LIMIT,
    };
    serde_json::to_string(&answer).expect("texts and numbers are JSON")
}

/// What of an answer is told in a header, too.
#[derive(Deserialize)]
struct Near {
    usage_percentage: f64,
    is_near_limit: bool,
}

/// A warning, when the month's characters are nearly used.
fn warning(answer: &str) -> Option<HeaderValue> {
    let near: Near = serde_json::from_str(answer).ok()?;
    let text = format!("{:.0}% of the month used", near.usage_percentage);
    if near.is_near_limit { HeaderValue::try_from(text).ok() } else { None }
}

fn warned(warning: Option<HeaderValue>, mut response: Response) -> Response {
    if let Some(text) = warning {
        response.headers_mut().insert(USAGE_WARNING, text);
    }
    response
}
