//! Reading the variable parts of a path.

use std::sync::Arc;

use axum::{
    extract::{FromRequestParts, Path},
    http::request::Parts,
};
use serde::de::DeserializeOwned;

use crate::{app::App, errors::ApiError};

/// The variable parts of a path. Parts that are no text (`%FF`) name nothing that is there: 404, in
/// the form of every refusal.
#[derive(Debug)]
pub(crate) struct PathParts<T>(pub(crate) T);

impl<T: DeserializeOwned + Send> FromRequestParts<Arc<App>> for PathParts<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, ApiError> {
        match Path::from_request_parts(parts, app).await {
            Ok(Path(parts)) => Ok(Self(parts)),
            Err(_) => Err(ApiError::not_found()),
        }
    }
}
