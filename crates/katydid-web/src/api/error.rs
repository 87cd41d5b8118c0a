//! Why something is not answered, for programs and for people.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Serialize;

use crate::director::Refusal;

/// Why something is not answered.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(crate) struct ApiError {
    #[serde(skip)]
    status: StatusCode,
    /// A word for programs: `unknown-field`, `wrong-type`, `wrong`, `conflict`, `confirm`, `login` …
    code: &'static str,
    /// The field or option that was wrong, if it is one.
    field: Option<String>,
    /// A sentence for people, with the next step.
    text: String,
}

/// The body of every answer that is none.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ErrorBody<'a> {
    error: &'a ApiError,
}

impl ApiError {
    pub(crate) fn new(status: StatusCode, code: &'static str, text: impl Into<String>) -> Self {
        Self { status, code, field: None, text: text.into() }
    }

    /// Something in what was sent is wrong.
    pub(crate) fn wrong(code: &'static str, field: &str, text: impl Into<String>) -> Self {
        let field = Some(field.to_owned());
        Self { field, ..Self::new(StatusCode::BAD_REQUEST, code, text) }
    }

    /// There is no such thing.
    pub(crate) fn missing(text: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", text)
    }

    /// It went wrong here.
    pub(crate) fn broken(text: impl Into<String>) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "broken", text)
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Wrong { field, text } => {
                Self { field, ..Self::new(StatusCode::BAD_REQUEST, "wrong", text) }
            }
            Refusal::Conflict(text) => Self::new(StatusCode::CONFLICT, "conflict", text),
            Refusal::Confirm(text) => Self::new(StatusCode::PRECONDITION_REQUIRED, "confirm", text),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let text = serde_json::to_string(&ErrorBody { error: &self }).expect("texts alone");
        (self.status, [(header::CONTENT_TYPE, "application/json")], text).into_response()
    }
}
