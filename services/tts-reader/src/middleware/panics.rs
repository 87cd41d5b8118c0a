//! A handler that panics answers 500 in the documented form; the service goes on.

use std::any::Any;

use axum::response::{IntoResponse, Response};
use tower_http::catch_panic::CatchPanicLayer;

use crate::errors::{ApiError, INTERNAL};

/// The layer.
pub(crate) fn panics() -> CatchPanicLayer<fn(Box<dyn Any + Send + 'static>) -> Response> {
    CatchPanicLayer::custom(answer as fn(_) -> _)
}

fn answer(payload: Box<dyn Any + Send + 'static>) -> Response {
    let text = payload
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| payload.downcast_ref::<&str>().copied())
        .unwrap_or("no text");
    ApiError::internal(INTERNAL, format!("panic: {text}")).into_response()
}
