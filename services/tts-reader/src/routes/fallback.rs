//! Answers for paths and methods that are not served.

use axum::http::StatusCode;

use crate::errors::ApiError;

pub(crate) async fn not_found() -> ApiError {
    ApiError::not_found()
}

pub(crate) async fn method_not_allowed() -> ApiError {
    ApiError::Refused {
        status: StatusCode::METHOD_NOT_ALLOWED,
        detail: "Method Not Allowed".to_owned(),
    }
}
