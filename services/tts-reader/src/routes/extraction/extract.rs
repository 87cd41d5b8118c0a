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
    JsonBody(body): JsonBody,
) -> Result<Json<Answer>, ApiError> {
    let mut fields = Fields::of(body)?;
    let url = fields.text("url", URL);
    fields.finish()?;
    let read = app.extraction.read(&url).await?;
    let characters = read.page.text.chars().count();
    let record = done(&url, &read, characters);
    let remaining_chars =
        app.store.record_extraction(&account.user_id, &record, Timestamp::now()).await?;
    Ok(Json(Answer {
        text: read.page.text,
        characters_used: characters,
        remaining_chars,
        extraction_method: read.page.method.as_str(),
    }))
}
