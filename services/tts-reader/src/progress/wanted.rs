//! Whether a request is to be followed, and under which name.

use std::sync::Arc;

use axum::{
    extract::FromRequestParts,
    http::{HeaderName, HeaderValue, request::Parts},
};

use super::{handle::Progress, id::ProgressId, stage::Work};
use crate::{app::App, domain::UserId, errors::ApiError, middleware::RequestNotes};

/// Whoever asks names the request with it, and is told the name in it.
pub(crate) const PROGRESS_HEADER: HeaderName = HeaderName::from_static("x-progress-id");

/// What the head of a request says of being followed.
#[derive(Debug)]
pub(crate) struct Wanted {
    id: Option<ProgressId>,
    notes: Option<Arc<RequestNotes>>,
}

impl FromRequestParts<Arc<App>> for Wanted {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<App>) -> Result<Self, ApiError> {
        let mut given = parts.headers.get_all(PROGRESS_HEADER).iter();
        let id = match (given.next(), given.next()) {
            (None, _) => None,
            (Some(one), None) => {
                one.to_str().ok().and_then(ProgressId::parse).map(Some).ok_or_else(|| {
                    ApiError::unprocessable(
                        "X-Progress-Id must be 1 to 64 letters, digits, `-` or `_`",
                    )
                })?
            }
            (Some(_), Some(_)) => {
                return Err(ApiError::unprocessable("X-Progress-Id is there twice; send one"));
            }
        };
        Ok(Self { id, notes: parts.extensions.get().cloned() })
    }
}

impl Wanted {
    /// Begins to tell of the request, if it has a name: in its head, or as `extraction_id` in its body.
    ///
    /// # Errors
    /// 422 for two names, and as [`Progress::begin`].
    pub(crate) async fn begin(
        self,
        app: &App,
        user: &UserId,
        work: Work,
        in_body: Option<String>,
    ) -> Result<Progress, ApiError> {
        let in_body = in_body.and_then(|text| ProgressId::parse(&text));
        let id = match (self.id, in_body) {
            (Some(one), Some(other)) if one != other => {
                return Err(ApiError::unprocessable(
                    "X-Progress-Id and extraction_id name two different ids; send one of them",
                ));
            }
            (one, other) => one.or(other),
        };
        let Some(id) = id else { return Ok(Progress::none()) };
        let told = HeaderValue::from_str(id.as_str()).ok();
        let progress = Progress::begin(app, user, id, work).await?;
        if let (Some(notes), Some(id)) = (self.notes, told) {
            notes.set_progress(id);
        }
        Ok(progress)
    }
}
