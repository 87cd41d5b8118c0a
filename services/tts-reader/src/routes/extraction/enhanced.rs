//! `POST /api/extract/enhanced`: extraction that tells more, or takes text the client already has.

use std::{sync::Arc, time::Instant};

use axum::{Json, extract::State};
use serde_json::{Value, json};

use super::{URL, done, request::domain};
use crate::{
    app::App,
    auth::Caller,
    domain::Timestamp,
    errors::ApiError,
    progress::Progress,
    store::ExtractionDone,
    validation::{Fields, JsonBody, Text},
};

/// What was extracted, by us or by the client.
struct Found {
    text: String,
    words: usize,
    provided: bool,
    /// Only of pages that were read here.
    title: Option<String>,
    confidence: Option<f64>,
    record: ExtractionDone,
}

pub(crate) async fn enhanced(
    State(app): State<Arc<App>>,
    Caller(account): Caller,
    JsonBody(body): JsonBody,
) -> Result<Json<Value>, ApiError> {
    let start = Instant::now();
    let mut fields = Fields::of(body)?;
    let url = fields.text("url", URL);
    let content = fields.optional_text("content", Text::of(0, usize::MAX));
    let metadata = fields.optional_bool("include_metadata");
    fields.finish()?;
    let found = match content.filter(|content| !content.trim().is_empty()) {
        Some(content) => provided(&url, content),
        None => fetched(&app, &url).await?,
    };
    let remaining =
        app.store.record_extraction(&account.user_id, &found.record, Timestamp::now()).await?;
    let mut answer = json!({
        "text": found.text,
        "characters_used": found.record.characters,
        "remaining_chars": remaining,
        "extraction_method": found.record.method,
        "word_count": found.words,
        "processing_time": start.elapsed().as_secs_f64(),
        "success": true,
        "content_source": if found.provided { "frontend_provided" } else { "backend_extracted" },
        "using_provided_content": found.provided,
    });
    if metadata == Some(true) {
        answer["metadata"] = json!({ "title": found.title, "confidence": found.confidence });
    }
    Ok(Json(answer))
}

fn provided(url: &str, text: String) -> Found {
    let record = ExtractionDone {
        characters: text.chars().count(),
        source_domain: domain(url),
        method: "frontend_provided".to_owned(),
        duration_ms: 0,
    };
    let words = text.split_whitespace().count();
    Found { words, provided: true, title: None, confidence: None, record, text }
}

async fn fetched(app: &App, url: &str) -> Result<Found, ApiError> {
    let read = app.extraction.read(url, &Progress::none()).await?;
    let record = done(url, &read, read.page.text.chars().count());
    Ok(Found {
        words: read.page.word_count,
        provided: false,
        title: read.page.title,
        confidence: Some(read.page.confidence),
        record,
        text: read.page.text,
    })
}
