//! What a request may take once its head is there. What a connection may is `connections/`.

use axum::{
    extract::Request,
    http::{HeaderMap, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use tokio::time::timeout;

use crate::{app::App, errors::ApiError, settings::Settings};

/// The answer to a request, within bounds. One that takes too long is dropped where it waits; what
/// has to be finished all the same (a payment, a refund) runs in a task of its own.
pub(super) async fn within(app: &App, request: Request, next: Next) -> Response {
    if let Err(error) = check(&app.settings, &request) {
        return error.into_response();
    }
    let limit = app.settings.limits.request_time;
    match timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => ApiError::Overdue { limit }.into_response(),
    }
}

/// Before anything of the body is read.
fn check(settings: &Settings, request: &Request) -> Result<(), ApiError> {
    let limit = settings.limits.url_bytes;
    if request.uri().path_and_query().is_some_and(|address| address.as_str().len() > limit) {
        return Err(ApiError::UrlTooLong { limit });
    }
    let limit = settings.max_body_bytes;
    if announced(request.headers()).is_some_and(|length| length > limit as u64) {
        return Err(ApiError::BodyTooLarge { limit });
    }
    Ok(())
}

/// The length of the body, where the head tells it.
fn announced(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}
