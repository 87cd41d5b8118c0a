//! Why no payment could be arranged.

use axum::http::StatusCode;

use crate::errors::ApiError;

const WHAT: &str = "The payment service";

#[derive(Debug, thiserror::Error)]
pub(crate) enum PayError {
    #[error("payments are not configured")]
    Off,
    /// As many calls as there may be are under way, or the other side asks for fewer.
    #[error("the payment service is busy")]
    Busy,
    /// It does not answer, or did not so often that it is not asked now.
    #[error("the payment service cannot be reached: {cause}")]
    Away { cause: String, retry_after: u64 },
    /// It said no.
    #[error("the payment service refused: {0}")]
    Refused(String),
    /// It has nothing by that id.
    #[error("the payment service does not know it: {0}")]
    Missing(String),
}

impl PayError {
    /// The answer to a caller; `failed` is the documented text of the route.
    pub(crate) fn answer(self, failed: &'static str) -> ApiError {
        match self {
            Self::Off => ApiError::Refused {
                status: StatusCode::NOT_FOUND,
                detail: "Payments are not configured on this server.".to_owned(),
            },
            Self::Busy => ApiError::Busy { what: WHAT, retry_after: 2 },
            Self::Away { cause, retry_after } => {
                tracing::warn!(cause, "the payment service cannot be reached");
                ApiError::Away { what: WHAT, retry_after }
            }
            Self::Refused(cause) | Self::Missing(cause) => ApiError::internal(failed, cause),
        }
    }
}
