//! Which pages may read the answers.
//!
//! Callers are known by the `Authorization` header, which no browser adds by itself, so any origin
//! may ask by default, and credentials (cookies) are never allowed: the service has none. With
//! `CORS_ORIGINS` only the listed origins may.

use std::time::Duration;

use axum::http::{HeaderName, HeaderValue, Method, header};
use tower_http::cors::{AllowOrigin, CorsLayer};

use super::REQUEST_ID;
use crate::{progress::PROGRESS_HEADER, settings::Settings};

/// The layer for these settings.
pub(crate) fn cors(settings: &Settings) -> CorsLayer {
    let origins: Vec<HeaderValue> =
        settings.cors_origins.iter().filter_map(|origin| origin.parse().ok()).collect();
    let allowed = if origins.is_empty() { AllowOrigin::any() } else { AllowOrigin::list(origins) };
    CorsLayer::new()
        .allow_origin(allowed)
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::DELETE, Method::OPTIONS])
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            HeaderName::from_static("x-requested-with"),
            HeaderName::from_static("x-tts-session-id"),
            HeaderName::from_static("x-tts-client-version"),
            REQUEST_ID,
            PROGRESS_HEADER,
        ])
        .expose_headers([
            HeaderName::from_static("x-tts-deepsight-version"),
            HeaderName::from_static("x-content-processing"),
            HeaderName::from_static("x-extraction-methods"),
            HeaderName::from_static("x-rate-limit-remaining"),
            HeaderName::from_static("x-rate-limit-reset"),
            HeaderName::from_static("x-usage-warning"),
            header::RETRY_AFTER,
            REQUEST_ID,
            PROGRESS_HEADER,
        ])
        .max_age(Duration::from_mins(10))
}
