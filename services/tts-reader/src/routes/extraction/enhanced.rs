//! `POST /api/extract/enhanced`: extraction that tells more, or takes text the client already has.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde::Serialize;

use super::content::{Answer, Asked, Found, answer};
use crate::{
    app::App,
    auth::Caller,
    errors::ApiError,
    extraction::Highlighting,
    progress::{Progress, Stage, Wanted},
    validation::JsonBody,
};

/// What it tells beside the text.
#[derive(Debug, Serialize)]
pub(crate) struct More {
    success: bool,
    content_source: &'static str,
    using_provided_content: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<Metadata>,
    #[serde(skip_serializing_if = "Option::is_none")]
    highlighting: Option<Highlighting>,
}

#[derive(Debug, Serialize)]
struct Metadata {
    title: Option<String>,
    confidence: Option<f64>,
}

pub(crate) async fn enhanced(
    State(app): State<Arc<App>>,
    Caller(account): Caller,
    wanted: Wanted,
    JsonBody(body): JsonBody,
) -> Result<Json<Answer<More>>, ApiError> {
    answer(&app, &account, wanted, body, more).await
}

async fn more(
    app: &App,
    asked: &Asked,
    found: &Found,
    progress: &Progress,
) -> Result<More, ApiError> {
    let highlighting = if asked.highlighting {
        progress.stage(Stage::Highlighting);
        Some(app.extraction.highlighting(&found.text).await?)
    } else {
        None
    };
    let metadata = || Metadata { title: found.title.clone(), confidence: found.confidence };
    Ok(More {
        success: true,
        content_source: if found.provided { "frontend_provided" } else { "backend_extracted" },
        using_provided_content: found.provided,
        metadata: asked.metadata.then(metadata),
        highlighting,
    })
}
