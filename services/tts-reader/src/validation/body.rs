//! Reading a request's body as JSON.

use std::sync::Arc;

use axum::{
    body::{Body, Bytes},
    extract::{FromRequest, Request},
    http::{HeaderMap, header},
};
use serde_json::{Value, json};
use tokio::time::timeout;

use super::{FieldError, strict};
use crate::{app::App, errors::ApiError, settings::Settings};

/// A body that is JSON; its fields are not looked at yet.
#[derive(Debug)]
pub(crate) struct JsonBody(pub(crate) Value);

impl FromRequest<Arc<App>> for JsonBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, ApiError> {
        let (parts, body) = request.into_parts();
        let bytes = read(body, &app.settings).await?;
        Self::parse(&parts.headers, &bytes)
    }
}

impl JsonBody {
    /// A body that was read already.
    ///
    /// # Errors
    /// When it is no JSON.
    pub(crate) fn parse(headers: &HeaderMap, bytes: &Bytes) -> Result<Self, ApiError> {
        parse(headers, bytes).map_err(|error| ApiError::Invalid(vec![error])).map(Self)
    }
}

/// A body as it came, byte for byte: signatures are of bytes.
#[derive(Debug)]
pub(crate) struct RawBody(pub(crate) Bytes);

impl FromRequest<Arc<App>> for RawBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, ApiError> {
        read(request.into_body(), &app.settings).await.map(Self)
    }
}

/// A body whose announced length is too large does not come so far.
async fn read(body: Body, settings: &Settings) -> Result<Bytes, ApiError> {
    let (limit, patience) = (settings.max_body_bytes, settings.limits.body_time);
    match timeout(patience, axum::body::to_bytes(body, limit)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(error)) if is_over_limit(&error) => Err(ApiError::BodyTooLarge { limit }),
        Ok(Err(_)) => Err(ApiError::bad_request("The request body could not be read")),
        Err(_) => Err(ApiError::TooSlow { what: "body", limit: patience }),
    }
}

fn parse(headers: &HeaderMap, bytes: &Bytes) -> Result<Value, FieldError> {
    if bytes.is_empty() {
        return Err(FieldError::missing("", &Value::Null));
    }
    if !says_json(headers) {
        let text = String::from_utf8_lossy(bytes);
        // A form may carry a password, so nothing of it is sent back.
        return Err(not_an_object(&json!(format!("({} bytes, not JSON)", text.len()))));
    }
    strict::read(bytes).map_err(|error| {
        FieldError::json_invalid(byte_position(bytes, error.line(), error.column()), reason(&error))
    })
}

/// The answer when the body is JSON, or not even that, but no object.
pub(super) fn not_an_object(input: &Value) -> FieldError {
    let msg = "Input should be a valid dictionary or object to extract fields from";
    FieldError::in_body("model_attributes_type", "", msg.to_owned(), input)
}

/// Without a content type JSON is assumed, as today's service does.
fn says_json(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(header::CONTENT_TYPE) else { return true };
    let Ok(value) = value.to_str() else { return false };
    let kind = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}

/// The parser's words without its " at line 1 column 2".
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or(text.clone(), |(reason, _)| reason.to_owned())
}

fn byte_position(bytes: &[u8], line: usize, column: usize) -> usize {
    let before: usize = bytes
        .split_inclusive(|byte| *byte == b'\n')
        .take(line.saturating_sub(1))
        .map(<[u8]>::len)
        .sum();
    (before + column.saturating_sub(1)).min(bytes.len())
}

fn is_over_limit(error: &axum::Error) -> bool {
    use std::error::Error;
    let mut source: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = source {
        if error.is::<http_body_util::LengthLimitError>() {
            return true;
        }
        source = error.source();
    }
    false
}
