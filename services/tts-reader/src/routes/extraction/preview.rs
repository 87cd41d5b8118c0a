//! `POST /api/extract/preview`: the beginning of a page, free of charge.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde::Serialize;

use super::URL;
use crate::{
    app::App,
    auth::Caller,
    errors::ApiError,
    progress::Progress,
    validation::{Fields, JsonBody},
};

const PREVIEW_CHARACTERS: usize = 500;
const WORDS_PER_MINUTE: f64 = 150.0;

#[derive(Debug, Serialize)]
pub(crate) struct Answer {
    preview: String,
    estimated_length: usize,
    confidence: f64,
    method: &'static str,
    content_type: Option<String>,
    tts_score: f64,
    full_available: bool,
    word_count: usize,
    /// Minutes.
    estimated_reading_time: f64,
}

pub(crate) async fn preview(
    State(app): State<Arc<App>>,
    _: Caller,
    JsonBody(body): JsonBody,
) -> Result<Json<Answer>, ApiError> {
    let mut fields = Fields::of(body)?;
    let url = fields.text("url", URL);
    fields.finish()?;
    let page = app.extraction.read(&url, &Progress::none()).await?.page;
    let minutes = page.word_count as f64 / WORDS_PER_MINUTE;
    Ok(Json(Answer {
        preview: beginning(&page.text),
        estimated_length: page.text.chars().count(),
        confidence: page.method.preview_confidence(),
        method: page.method.as_str(),
        content_type: page.content_type.clone(),
        tts_score: page.confidence,
        full_available: true,
        word_count: page.word_count,
        estimated_reading_time: (minutes * 100.0).round() / 100.0,
    }))
}

pub(super) fn beginning(text: &str) -> String {
    match text.char_indices().nth(PREVIEW_CHARACTERS) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}
