//! Every answer that is not a success, in one type.

use std::time::Duration;

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use crate::{rate_limit::RateStatus, store::StoreError, validation::FieldError, workers::Refused};

/// A request that is refused or failed. The texts are part of the contract.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ApiError {
    #[error("Not authenticated")]
    NotAuthenticated,
    #[error("Could not validate credentials")]
    BadToken,
    #[error("Invalid credentials")]
    InvalidLogin,
    #[error("Insufficient credits. Need {needed} credits, have {available} credits.")]
    InsufficientCredits { needed: i64, available: i64 },
    #[error("Rate limit exceeded: {limit} requests per hour. Try again in {retry_after} seconds.")]
    RateLimited { limit: u32, retry_after: u64, status: RateStatus },
    /// Too much of one thing, which is bounded apart from requests.
    #[error("{what}. Try again in {retry_after} seconds.")]
    Throttled { what: &'static str, retry_after: u64 },
    #[error("Request body larger than {limit} bytes")]
    BodyTooLarge { limit: usize },
    #[error("Request address longer than {limit} bytes")]
    UrlTooLong { limit: usize },
    #[error("Request head larger than {bytes} bytes or {fields} fields")]
    HeadTooLarge { bytes: usize, fields: usize },
    /// What came is no HTTP.
    #[error("Invalid HTTP request")]
    BadHead,
    /// Head or body.
    #[error("The request's {what} did not arrive within {} seconds", limit.as_secs_f64())]
    TooSlow { what: &'static str, limit: Duration },
    /// The service itself took too long.
    #[error("The request could not be answered within {} seconds", limit.as_secs_f64())]
    Overdue { limit: Duration },
    /// What is there is a WebSocket.
    #[error("{0}")]
    UpgradeRequired(&'static str),
    /// Fields that do not fit, in the documented form.
    #[error("validation failed")]
    Invalid(Vec<FieldError>),
    /// Any other refusal that the caller can act on.
    #[error("{detail}")]
    Refused { status: StatusCode, detail: String },
    /// A refusal whose `detail` is an object.
    #[error("{detail}")]
    RefusedWith { status: StatusCode, detail: Value },
    /// It could be done, but not by this service as it was built and set up.
    #[error("{detail}")]
    Unequipped { missing: &'static str, detail: String },
    /// There is more work than this service can take on now.
    #[error("{what} is busy; try again in {retry_after} seconds")]
    Busy { what: &'static str, retry_after: u64 },
    /// Something this service cannot do without is not there now.
    #[error("{what} cannot be reached; try again in {retry_after} seconds")]
    Away { what: &'static str, retry_after: u64 },
    /// The disk takes nothing more; the cause is logged, never told.
    #[error("There is no room to store this now; try again later")]
    NoRoom { cause: String },
    /// The caller can do nothing about it; the cause is logged, never told.
    #[error("{detail}")]
    Internal { detail: &'static str, cause: String },
}

impl ApiError {
    pub(crate) fn bad_request(detail: impl Into<String>) -> Self {
        Self::Refused { status: StatusCode::BAD_REQUEST, detail: detail.into() }
    }

    pub(crate) fn unprocessable(detail: impl Into<String>) -> Self {
        Self::Refused { status: StatusCode::UNPROCESSABLE_ENTITY, detail: detail.into() }
    }

    pub(crate) fn forbidden(detail: impl Into<String>) -> Self {
        Self::Refused { status: StatusCode::FORBIDDEN, detail: detail.into() }
    }

    pub(crate) fn not_found() -> Self {
        Self::Refused { status: StatusCode::NOT_FOUND, detail: "Not Found".to_owned() }
    }

    pub(crate) fn internal(detail: &'static str, cause: impl std::fmt::Display) -> Self {
        Self::Internal { detail, cause: cause.to_string() }
    }

    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::NotAuthenticated | Self::BadToken | Self::InvalidLogin => {
                StatusCode::UNAUTHORIZED
            }
            Self::InsufficientCredits { .. } => StatusCode::PAYMENT_REQUIRED,
            Self::RateLimited { .. } | Self::Throttled { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::BodyTooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UrlTooLong { .. } => StatusCode::URI_TOO_LONG,
            Self::HeadTooLarge { .. } => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Self::BadHead => StatusCode::BAD_REQUEST,
            Self::TooSlow { .. } => StatusCode::REQUEST_TIMEOUT,
            Self::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Refused { status, .. } | Self::RefusedWith { status, .. } => *status,
            Self::UpgradeRequired(_) => StatusCode::UPGRADE_REQUIRED,
            Self::Busy { .. } | Self::Away { .. } | Self::Overdue { .. } => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Self::Unequipped { .. } => StatusCode::NOT_IMPLEMENTED,
            Self::NoRoom { .. } => StatusCode::INSUFFICIENT_STORAGE,
            Self::Internal { .. } => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn body(&self) -> Value {
        match self {
            Self::Invalid(fields) => json!({ "detail": fields }),
            Self::RefusedWith { detail, .. } => json!({ "detail": detail }),
            Self::Unequipped { missing, detail } => {
                json!({ "detail": detail, "error_code": "NOT_IMPLEMENTED", "missing": missing })
            }
            Self::Internal { detail, .. } if *detail == INTERNAL => {
                json!({ "detail": detail, "error_code": "INTERNAL_ERROR" })
            }
            other => json!({ "detail": other.to_string() }),
        }
    }
}

/// Seconds after which a request that took too long may be tried again.
const OVERDUE_PAUSE: u16 = 5;
/// Seconds in which somebody may have made room on the disk.
const ROOM_PAUSE: u16 = 30;

/// The documented text for trouble that has no better one.
pub(crate) const INTERNAL: &str = "Internal server error";

/// What the audit log is told about an answer; rides on the response, never in it.
#[derive(Debug, Clone)]
pub(crate) struct Refusal {
    /// The error's text for the log.
    pub(crate) text: String,
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = (self.status(), Json(self.body())).into_response();
        let headers = response.headers_mut();
        match &self {
            Self::NotAuthenticated | Self::BadToken => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            Self::RateLimited { retry_after, status, .. } => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from(*retry_after));
                status.write(headers);
            }
            Self::Busy { retry_after, .. }
            | Self::Away { retry_after, .. }
            | Self::Throttled { retry_after, .. } => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from(*retry_after));
            }
            Self::Overdue { .. } => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from(OVERDUE_PAUSE));
            }
            Self::NoRoom { .. } => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from(ROOM_PAUSE));
            }
            Self::UpgradeRequired(_) => {
                headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
                headers.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
                headers.insert(header::SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
            }
            // What is left of the request is not read.
            Self::BodyTooLarge { .. } | Self::UrlTooLong { .. } | Self::TooSlow { .. } => {
                headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
            }
            _ => {}
        }
        let text = match &self {
            Self::Internal { detail, cause } => format!("{detail}: {cause}"),
            Self::NoRoom { cause } => cause.clone(),
            // Which fields and why, never what was in them.
            Self::Invalid(fields) => {
                let fields: Vec<String> = fields.iter().map(FieldError::summary).collect();
                fields.join(", ")
            }
            other => other.to_string(),
        };
        response.extensions_mut().insert(Refusal { text });
        response
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Busy | StoreError::Slow(_) | StoreError::Conflict(_) => {
                Self::Busy { what: "The database", retry_after: 1 }
            }
            // Said once in the log by the store.
            outage if outage.is_outage() => Self::Away { what: "The database", retry_after: 2 },
            error @ StoreError::NoRoom(_) => Self::NoRoom { cause: error.to_string() },
            StoreError::Nul => Self::unprocessable(error.to_string()),
            // The account was deleted while its request was under way.
            StoreError::Gone => Self::BadToken,
            other => Self::internal(INTERNAL, other),
        }
    }
}

impl From<Refused> for ApiError {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Full { what, retry_after } => Self::Busy { what, retry_after },
            Refused::Panicked { what } => Self::internal(INTERNAL, format!("{what} panicked")),
        }
    }
}
