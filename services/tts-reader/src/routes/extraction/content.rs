//! What `enhanced` and `with-speech-marks` do alike: find the text, that of a page or one that the client
//! has already, record it, and answer with it. Each adds something of its own.

use std::time::Instant;

use axum::Json;
use serde::Serialize;
use serde_json::Value;

use super::{
    URL,
    request::{domain, done},
};
use crate::{
    app::App,
    domain::Timestamp,
    errors::ApiError,
    progress::{PROGRESS_ID, Progress, Wanted, Work},
    store::{Account, ExtractionDone},
    validation::{Fields, Text},
};

/// What a body asks for.
pub(super) struct Asked {
    url: String,
    content: Option<String>,
    pub(super) metadata: bool,
    pub(super) highlighting: bool,
    /// The name to follow it by.
    named: Option<String>,
}

/// What was extracted, by us or by the client.
pub(super) struct Found {
    pub(super) text: String,
    words: usize,
    pub(super) provided: bool,
    /// Only of pages that were read here.
    pub(super) title: Option<String>,
    pub(super) confidence: Option<f64>,
    record: ExtractionDone,
}

/// What both answer with.
#[derive(Debug, Serialize)]
pub(crate) struct Answer<More> {
    text: String,
    characters_used: usize,
    remaining_chars: i64,
    extraction_method: String,
    word_count: usize,
    /// Seconds.
    processing_time: f64,
    #[serde(flatten)]
    more: More,
}

/// Carries a request out; `more` makes the route's own part of the answer, before anything is recorded.
pub(super) async fn answer<More>(
    app: &App,
    account: &Account,
    wanted: Wanted,
    body: Value,
    more: impl AsyncFnOnce(&App, &Asked, &Found, &Progress) -> Result<More, ApiError>,
) -> Result<Json<Answer<More>>, ApiError> {
    let mut asked = Asked::of(body)?;
    let named = asked.named.take();
    let progress = wanted.begin(app, &account.user_id, Work::Extraction, named).await?;
    let work = async {
        let start = Instant::now();
        let found = asked.find(app, &progress).await?;
        let more = more(app, &asked, &found, &progress).await?;
        let recording =
            app.store.record_extraction(&account.user_id, &found.record, Timestamp::now());
        let remaining_chars = recording.await?;
        Ok(Json(Answer {
            text: found.text,
            characters_used: found.record.characters,
            remaining_chars,
            extraction_method: found.record.method,
            word_count: found.words,
            processing_time: start.elapsed().as_secs_f64(),
            more,
        }))
    };
    progress.through(Box::pin(work)).await
}

impl Asked {
    fn of(body: Value) -> Result<Self, ApiError> {
        let mut fields = Fields::of(body)?;
        let url = fields.text("url", URL);
        let content = fields.optional_text("content", Text::of(0, usize::MAX));
        let metadata = fields.optional_bool("include_metadata").unwrap_or(false);
        let highlighting = fields.optional_bool("enableHighlighting").unwrap_or(false);
        let named = fields.optional_text("extraction_id", PROGRESS_ID);
        fields.finish()?;
        Ok(Self { url, content, metadata, highlighting, named })
    }

    /// The text that came with the request, else that of the page.
    async fn find(&self, app: &App, progress: &Progress) -> Result<Found, ApiError> {
        match self.content.as_ref().filter(|content| !content.trim().is_empty()) {
            Some(content) => Ok(provided(&self.url, content.clone())),
            None => fetched(app, &self.url, progress).await,
        }
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
