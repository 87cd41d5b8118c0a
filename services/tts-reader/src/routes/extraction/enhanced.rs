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
    progress::{PROGRESS_ID, Progress, Stage, Wanted, Work},
    store::{Account, ExtractionDone},
    validation::{Fields, JsonBody, Text},
};

/// What a body asks for.
pub(super) struct Asked {
    url: String,
    content: Option<String>,
    metadata: bool,
    highlighting: bool,
    /// The name to follow it by.
    pub(super) named: Option<String>,
}

/// What was extracted, by us or by the client.
pub(super) struct Found {
    pub(super) text: String,
    pub(super) words: usize,
    provided: bool,
    /// Only of pages that were read here.
    title: Option<String>,
    confidence: Option<f64>,
    pub(super) record: ExtractionDone,
}

pub(crate) async fn enhanced(
    State(app): State<Arc<App>>,
    Caller(account): Caller,
    wanted: Wanted,
    JsonBody(body): JsonBody,
) -> Result<Json<Value>, ApiError> {
    let mut asked = Asked::of(body)?;
    let named = asked.named.take();
    let progress = wanted.begin(&app, &account.user_id, Work::Extraction, named).await?;
    progress.through(Box::pin(answer(&app, &account, &asked, &progress))).await.map(Json)
}

async fn answer(
    app: &App,
    account: &Account,
    asked: &Asked,
    progress: &Progress,
) -> Result<Value, ApiError> {
    let start = Instant::now();
    let found = find(app, asked, progress).await?;
    let map = if asked.highlighting {
        progress.stage(Stage::Highlighting);
        Some(app.extraction.highlighting(&found.text).await?)
    } else {
        None
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
    if asked.metadata {
        answer["metadata"] = json!({ "title": found.title, "confidence": found.confidence });
    }
    if let Some(map) = map {
        answer["highlighting"] = json!(map);
    }
    Ok(answer)
}

impl Asked {
    pub(super) fn of(body: Value) -> Result<Self, ApiError> {
        let mut fields = Fields::of(body)?;
        let url = fields.text("url", URL);
        let content = fields.optional_text("content", Text::of(0, usize::MAX));
        let metadata = fields.optional_bool("include_metadata").unwrap_or(false);
        let highlighting = fields.optional_bool("enableHighlighting").unwrap_or(false);
        let named = fields.optional_text("extraction_id", PROGRESS_ID);
        fields.finish()?;
        Ok(Self { url, content, metadata, highlighting, named })
    }
}

/// The text that came with the request, else that of the page.
pub(super) async fn find(app: &App, asked: &Asked, progress: &Progress) -> Result<Found, ApiError> {
    match asked.content.as_ref().filter(|content| !content.trim().is_empty()) {
        Some(content) => Ok(provided(&asked.url, content.clone())),
        None => fetched(app, &asked.url, progress).await,
    }
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

async fn fetched(app: &App, url: &str, progress: &Progress) -> Result<Found, ApiError> {
    let read = app.extraction.read(url, progress).await?;
    let record = done(url, &read, read.page.text.chars().count());
    Ok(Found {
        words: read.page.word_count,
        provided: false,
        title: read.page.title.clone(),
        confidence: Some(read.page.confidence),
        record,
        text: read.page.text.clone(),
    })
}
