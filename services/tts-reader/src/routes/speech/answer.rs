//! Parts of the answers that synthesis routes share.

use axum::{
    http::{HeaderMap, HeaderName, HeaderValue, header},
    response::Response,
};
use serde::{Deserialize, Serialize};
use tts_reader_speech::SpeechMark;

use super::engine::Manner;
use crate::{
    domain::Timestamp,
    idempotency,
    settings::Settings,
    speech::{Cache, Done, Spoken},
    store::Spent,
};

/// Share of the monthly characters (in percent) from which the answer warns.
const NEAR_LIMIT: f64 = 80.0;
const X_CACHE: HeaderName = HeaderName::from_static("x-cache");
const USAGE_WARNING: HeaderName = HeaderName::from_static("x-usage-warning");

/// The answer of `synthesize`.
#[derive(Debug, Serialize)]
pub(super) struct Synthesis {
    audio_url: String,
    speech_marks: Vec<Mark>,
    characters_used: usize,
    remaining_chars: i64,
    duration_seconds: f64,
    voice_used: &'static str,
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

impl Synthesis {
    /// Of what was spoken in which manner, and what the account has after it paid.
    pub(super) fn of(base: &str, manner: Manner, spoken: &Spoken, spent: &Spent) -> Self {
        let cap = spent.tier.monthly_cap();
        let percentage =
            if cap == 0 { 0.0 } else { spent.monthly_usage as f64 * 100.0 / cap as f64 };
        Self {
            audio_url: spoken.link.url(base),
            speech_marks: marks(&spoken.kept.marks),
            characters_used: spoken.characters,
            remaining_chars: spent.remaining_chars,
            duration_seconds: spoken.kept.duration.as_secs_f64(),
            voice_used: manner.voice.id,
            engine_used: manner.engine.word(),
            credit_balance: spent.credit_balance,
            credits_used: spoken.credits,
            monthly_usage: spent.monthly_usage,
            monthly_cap: cap,
            usage_percentage: percentage,
            usage_reset_date: spent.usage_month_start,
            tier: spent.tier.lower(),
            is_near_limit: percentage >= NEAR_LIMIT,
        }
    }
}

/// One speech mark: when it begins, and where in the text it lies (characters).
#[derive(Debug, Serialize)]
pub(super) struct Mark {
    /// Milliseconds from the start of the audio.
    time: u64,
    r#type: &'static str,
    start: usize,
    end: usize,
    value: String,
}

pub(super) fn marks(marks: &[SpeechMark]) -> Vec<Mark> {
    marks
        .iter()
        .map(|mark| Mark {
            time: mark.time_ms,
            r#type: mark.kind.as_str(),
            start: mark.start,
            end: mark.end,
            value: mark.value.clone(),
        })
        .collect()
}

/// An answer as text.
pub(super) fn json(answer: &impl Serialize) -> String {
    serde_json::to_string(answer).expect("texts and numbers are JSON")
}

/// The response to a synthesis that was done.
pub(super) fn done(done: Done) -> Response {
    let cache = done.cache;
    cached(cache, warned(warning(&done.json), idempotency::json(done.json)))
}

/// Tells where the audio came from.
pub(super) fn cached(cache: Cache, mut response: Response) -> Response {
    let word = match cache {
        Cache::Hit => "HIT",
        Cache::Miss => "MISS",
    };
    response.headers_mut().insert(X_CACHE, HeaderValue::from_static(word));
    response
}

/// What of an answer is told in a header, too.
#[derive(Deserialize)]
struct Near {
    usage_percentage: f64,
    is_near_limit: bool,
}

/// A warning, when the month's characters are nearly used.
pub(super) fn warning(answer: &str) -> Option<HeaderValue> {
    let near: Near = serde_json::from_str(answer).ok()?;
    let text = format!("{:.0}% of the month used", near.usage_percentage);
    if near.is_near_limit { HeaderValue::try_from(text).ok() } else { None }
}

pub(super) fn warned(warning: Option<HeaderValue>, mut response: Response) -> Response {
    if let Some(text) = warning {
        response.headers_mut().insert(USAGE_WARNING, text);
    }
    response
}

/// What links the caller can open start with: the public address, or the host that was asked for.
pub(crate) fn base(headers: &HeaderMap, settings: &Settings) -> String {
    if let Some(base) = &settings.public_url {
        return base.clone();
    }
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    match host.filter(|host| plain_host(host)) {
        Some(host) => format!("http://{host}"),
        None => format!("http://{}", settings.bind),
    }
}

/// Only what a host and a port are made of may be echoed into a link.
fn plain_host(host: &str) -> bool {
    !host.is_empty()
        && host
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']' | '_'))
}
