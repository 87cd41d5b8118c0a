//! `POST /api/extract`.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde::Serialize;

use super::{URL, done};
use crate::{
    app::App,
    auth::Caller,
    domain::Timestamp,
    errors::ApiError,
    progress::{PROGRESS_ID, Progress, Wanted, Work},
    store::Account,
    validation::{Fields, JsonBody},
};

#[derive(Debug, Serialize)]
pub(crate) struct Answer {
    text: String,
    characters_used: usize,
    remaining_chars: i64,
    extraction_method: &'static str,
}

pub(crate) async fn extract(
    State(app): State<Arc<App>>,
    Caller(account): Caller,
    wanted: Wanted,
    JsonBody(body): JsonBody,
) -> Result<Json<Answer>, ApiError> {
    let mut fields = Fields::of(body)?;
    let url = fields.text("url", URL);
    let named = fields.optional_text("extraction_id", PROGRESS_ID);
    fields.finish()?;
    let progress = wanted.begin(&app, &account.user_id, Work::Extraction, named).await?;
    progress.through(Box::pin(answer(&app, &account, &url, &progress))).await.map(Json)
}

async fn answer(
    app: &App,
    account: &Account,
    url: &str,
    progress: &Progress,
) -> Result<Answer, ApiError> {
    let read = app.extraction.read(url, progress).await?;
    let characters = read.page.text.chars().count();
    let record = done(url, &read, characters);
    let remaining_chars =
        app.store.record_extraction(&account.user_id, &record, Timestamp::now()).await?;
    Ok(Answer {
        text: read.page.text.clone(),
        characters_used: characters,
        remaining_chars,
        extraction_method: read.page.method.as_str(),
    })
}
