//! `POST /api/extract/test`: tries whether a page can be read, free of charge.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde_json::{Value, json};
use tts_reader_extraction::Method;

use super::{URL, preview::beginning};
use crate::{
    app::App,
    auth::Caller,
    errors::ApiError,
    progress::Progress,
    validation::{Fields, JsonBody},
};

/// 200 also for a page that cannot be read: that is what was asked. A service that is busy or broken
/// says so as everywhere.
pub(crate) async fn test(
    State(app): State<Arc<App>>,
    _: Caller,
    JsonBody(body): JsonBody,
) -> Result<Json<Value>, ApiError> {
    let mut fields = Fields::of(body)?;
    let url = fields.text("url", URL);
    fields.finish()?;
    match app.extraction.read(&url, &Progress::none()).await {
        Ok(read) => Ok(Json(json!({
            "success": true,
            "method_used": read.page.method.as_str(),
            "textract_used": read.page.method == Method::Textract,
            "text": beginning(&read.page.text),
            "test_mode": true,
        }))),
        Err(ApiError::Refused { detail, .. } | ApiError::Unequipped { detail, .. }) => {
            Ok(Json(json!({
                "success": false,
                "error": detail,
                "method_used": "failed",
                "test_mode": true,
            })))
        }
        Err(other) => Err(other),
    }
}
