//! `POST /api/extract/with-speech-marks`: the text of a page and the marks of its speech, without
//! times: nothing has been spoken yet. The original's answer had no marks at all.

use std::{sync::Arc, time::Instant};

use axum::{Json, extract::State};
use serde_json::{Value, json};

use super::enhanced::{self, Asked};
use crate::{
    app::App,
    auth::Caller,
    domain::Timestamp,
    errors::ApiError,
    progress::{Progress, Stage, Wanted, Work},
    store::Account,
    validation::JsonBody,
};

pub(crate) async fn with_speech_marks(
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
    let found = enhanced::find(app, asked, progress).await?;
    progress.stage(Stage::Highlighting);
    let marks = app.extraction.marks(&found.text).await?;
    let remaining =
        app.store.record_extraction(&account.user_id, &found.record, Timestamp::now()).await?;
    Ok(json!({
        "text": found.text,
        "characters_used": found.record.characters,
        "remaining_chars": remaining,
        "extraction_method": found.record.method,
        "word_count": found.words,
        "processing_time": start.elapsed().as_secs_f64(),
        "speech_marks": marks,
    }))
}
