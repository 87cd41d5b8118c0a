//! `POST /api/extract/with-speech-marks`: the text of a page and the marks of its speech, without
//! times: nothing has been spoken yet. The original's answer had no marks at all.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde::Serialize;

use super::content::{Answer, Asked, Found, answer};
use crate::{
    app::App,
    auth::Caller,
    errors::ApiError,
    extraction::Mark,
    progress::{Progress, Stage, Wanted},
    validation::JsonBody,
};

#[derive(Debug, Serialize)]
pub(crate) struct Marks {
    speech_marks: Vec<Mark>,
}

pub(crate) async fn with_speech_marks(
    State(app): State<Arc<App>>,
    Caller(account): Caller,
    wanted: Wanted,
    JsonBody(body): JsonBody,
) -> Result<Json<Answer<Marks>>, ApiError> {
    answer(&app, &account, wanted, body, marks).await
}

async fn marks(
    app: &App,
    _: &Asked,
    found: &Found,
    progress: &Progress,
) -> Result<Marks, ApiError> {
    progress.stage(Stage::Highlighting);
    Ok(Marks { speech_marks: app.extraction.marks(&found.text).await? })
}
