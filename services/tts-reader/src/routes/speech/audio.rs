//! `GET /audio/{user_id}/{file}`: audio behind a signed link. Ranges work, so players can seek.

use std::{collections::HashMap, io::ErrorKind, sync::Arc};

use axum::{
    body::Body,
    extract::{Query, Request, State},
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use tower_http::services::ServeFile;

use crate::{
    app::App,
    domain::{Timestamp, UserId},
    errors::{ApiError, INTERNAL},
    validation::PathParts,
};

pub(crate) async fn audio(
    State(app): State<Arc<App>>,
    PathParts((user_id, file)): PathParts<(String, String)>,
    Query(query): Query<HashMap<String, String>>,
    request: Request,
) -> Result<Response, ApiError> {
    let refused = || ApiError::forbidden("This link is not valid or has expired");
    let user = UserId::parse(&user_id).ok_or_else(refused)?;
    let part = |name: &str| query.get(name).map_or("", String::as_str);
    let expires = part("expires").parse().map_err(|_| refused())?;
    if !app.links.holds(&user, &file, expires, part("signature"), Timestamp::now()) {
        return Err(refused());
    }
    let path = app.audio.path(&user, &file).ok_or_else(refused)?;
    let served =
        ServeFile::new(path).try_call(request).await.map_err(|error| match error.kind() {
            // The audio, or the account with its directory, is gone.
            ErrorKind::NotFound => ApiError::not_found(),
            _ => ApiError::internal(INTERNAL, error),
        })?;
    if served.status() == StatusCode::NOT_FOUND {
        return Err(ApiError::not_found());
    }
    let mut response = served.map(Body::new);
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=3600"));
    Ok(response)
}
