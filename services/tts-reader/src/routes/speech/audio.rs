//! `GET /audio/{user_id}/{file}`: audio behind a signed link. Ranges work, so players can seek.

use std::{collections::HashMap, sync::Arc};

use axum::{
    extract::{Query, Request, State},
    http::{HeaderValue, header},
    response::Response,
};

use crate::{
    app::App,
    domain::Timestamp,
    errors::ApiError,
    storage::Key,
    timings::{self, Stage},
    validation::PathParts,
};

pub(crate) async fn audio(
    State(app): State<Arc<App>>,
    PathParts((user_id, file)): PathParts<(String, String)>,
    Query(query): Query<HashMap<String, String>>,
    request: Request,
) -> Result<Response, ApiError> {
    let refused = || ApiError::forbidden("This link is not valid or has expired");
    let key =
        Key::parse(&user_id, &file).filter(|key| key.kind().is_audio()).ok_or_else(refused)?;
    let part = |name: &str| query.get(name).map_or("", String::as_str);
    let expires = part("expires").parse().map_err(|_| refused())?;
    if !app.links.holds(&key, expires, part("signature"), Timestamp::now()) {
        return Err(refused());
    }
    let head = request.into_parts().0;
    let served = timings::measure(Stage::Storage, app.storage.serve(&key, head)).await?;
    let mut response = served.ok_or_else(ApiError::not_found)?;
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=3600"));
    Ok(response)
}
