//! Every route, and the guards before them.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{ConnectInfo, Request};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;

use crate::api::{self, ApiError};
use crate::app::App;
use crate::security::{pass, protect};
use crate::{assets, locust, login};

/// Bytes that a request may bring.
const MOST_BYTES: usize = 64 << 10;
/// In which time.
const BODY_TIME: Duration = Duration::from_secs(15);

/// All routes behind all guards.
pub(crate) fn router(app: App) -> Router {
    Router::new()
        .route("/", get(assets::index))
        .route("/assets/{name}", get(assets::asset_named))
        .merge(login::routes())
        .merge(api::routes())
        .merge(locust::routes())
        .fallback(missing)
        .method_not_allowed_fallback(wrong_method)
        .layer(middleware::from_fn(bounded))
        .layer(middleware::from_fn_with_state(app.clone(), pass))
        .layer(middleware::from_fn(protect))
        .with_state(app)
}

/// Whose address a request came from.
pub(crate) fn peer(request: &ConnectInfo<SocketAddr>) -> std::net::IpAddr {
    request.0.ip()
}

/// Has the whole body before a route sees the request, or refuses it.
async fn bounded(request: Request, next: Next) -> Response {
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        return next.run(request).await;
    }
    let too_large = || {
        let text = format!("a request has at most {MOST_BYTES} bytes");
        ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", text).into_response()
    };
    let length = request.headers().get(header::CONTENT_LENGTH);
    let length = length.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if length.is_some_and(|length| length > MOST_BYTES) {
        return too_large();
    }
    let (parts, body) = request.into_parts();
    match tokio::time::timeout(BODY_TIME, to_bytes(body, MOST_BYTES)).await {
        Ok(Ok(bytes)) => next.run(Request::from_parts(parts, Body::from(bytes))).await,
        Ok(Err(_)) => too_large(),
        Err(_) => {
            let text = "the request did not come to its end in time";
            ApiError::new(StatusCode::REQUEST_TIMEOUT, "too-slow", text).into_response()
        }
    }
}

async fn missing(request: Request) -> Response {
    let text = format!("there is no {}; docs/WEB.md has all addresses", request.uri().path());
    ApiError::missing(text).into_response()
}

async fn wrong_method(request: Request) -> Response {
    let text = format!("{} cannot be sent to {}", request.method(), request.uri().path());
    ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "wrong-method", text).into_response()
}

/// An answer that is text of one kind.
pub(crate) fn typed(kind: &'static str, body: impl Into<Bytes>) -> Response {
    ([(header::CONTENT_TYPE, kind)], body.into()).into_response()
}

/// To be saved under a name.
pub(crate) fn attached(mut response: Response, name: &str) -> Response {
    let value = format!("attachment;filename={}", file_name(name));
    if let Ok(value) = HeaderValue::from_str(&value) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, value);
    }
    response
}

/// What may stand in a header and be the name of a file everywhere.
fn file_name(text: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '_' };
    text.chars().map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_a_file_is_nothing_else() {
        assert_eq!(file_name("a\"b\r\nc/../d é.csv"), "a_b__c_.._d__.csv");
    }
}
