//! `GET /api/extract/progress/{id}` and the WebSocket `/api/extract/ws/{id}`: what a request is at.

use std::{collections::HashMap, sync::Arc};

use axum::{
    Json,
    extract::{FromRequestParts, Query, Request, State},
    http::{HeaderMap, Method, StatusCode, header},
    response::Response,
};
use serde_json::{Value, json};

use crate::{
    app::App,
    auth::{Caller, CallerSession, bearer, sign_in},
    connections::Takeover,
    errors::ApiError,
    middleware::RequestNotes,
    progress::{Follower, Offer, ProgressId, Record, Shown, known},
    settings::Settings,
    validation::PathParts,
};

/// Records that are shown of what was before.
const HISTORY: usize = 5;

/// What a request is at now. That of somebody else, and what is over for long, is as unknown as what never
/// was.
pub(crate) async fn progress(
    State(app): State<Arc<App>>,
    Caller(account): Caller,
    PathParts(id): PathParts<String>,
) -> Result<Json<Value>, ApiError> {
    let id = ProgressId::parse(&id).ok_or_else(unknown)?;
    let records = known(&app, &account.user_id, &id).await?;
    let shown: Vec<Shown> = records.iter().filter_map(Record::shown).collect();
    let newest = shown.last().ok_or_else(unknown)?;
    let history: Vec<Value> = shown[shown.len().saturating_sub(HISTORY)..]
        .iter()
        .map(|it| {
            json!({
                "status": it.status,
                "message": it.message,
                "progress": it.progress,
                "method": it.method,
                "timestamp": it.timestamp,
            })
        })
        .collect();
    Ok(Json(json!({
        "extraction_id": id.as_str(),
        "current_status": newest.status,
        "current_message": newest.message,
        "progress": newest.progress,
        "method": newest.method,
        "history": history,
        "security_validated": true,
    })))
}

fn unknown() -> ApiError {
    let detail = "Extraction progress not found".to_owned();
    ApiError::Refused { status: StatusCode::NOT_FOUND, detail }
}

/// Takes a WebSocket, over which the records of a request are sent as they are made.
pub(crate) async fn follow(
    State(app): State<Arc<App>>,
    PathParts(id): PathParts<String>,
    Query(query): Query<HashMap<String, String>>,
    request: Request,
) -> Result<Response, ApiError> {
    let (mut parts, _) = request.into_parts();
    let offer = match parts.method {
        Method::GET => Offer::of(&parts.headers)?,
        _ => None,
    };
    let Some(offer) = offer else {
        // Anything else is a private route that has nothing to say.
        Caller::from_request_parts(&mut parts, &app).await?;
        after(&query)?;
        return Err(ApiError::UpgradeRequired("Follow progress over a WebSocket"));
    };
    check_origin(&app.settings, &parts.headers)?;
    let id = ProgressId::parse(&id).ok_or_else(unknown)?;
    let after = after(&query)?;
    let notes = parts.extensions.get::<Arc<RequestNotes>>().map(AsRef::as_ref);
    let caller = caller(&app, &parts.headers, &offer, notes).await?;
    let follower = Follower::new(&app, id, after, caller).await?;
    let mut response = offer.taken();
    response.extensions_mut().insert(Takeover::by(|taken| follower.follow(taken)));
    Ok(response)
}

/// Whoever showed a token. In the address it would be in logs, so none is read there.
async fn caller(
    app: &App,
    headers: &HeaderMap,
    offer: &Offer,
    notes: Option<&RequestNotes>,
) -> Result<Option<CallerSession>, ApiError> {
    match bearer(headers).or(offer.token.as_deref()) {
        Some(token) => sign_in(app, token, notes).await.map(Some),
        None => Ok(None),
    }
}

/// The newest record that the client has, when it connects again.
fn after(query: &HashMap<String, String>) -> Result<Option<u64>, ApiError> {
    let read = |text: &String| {
        let number = text.parse::<i64>().ok().and_then(|number| u64::try_from(number).ok());
        number.ok_or_else(|| ApiError::unprocessable("`after` is the sequence of a record"))
    };
    query.get("after").map(read).transpose()
}

/// Browsers let any page open a WebSocket, and say which page it is.
fn check_origin(settings: &Settings, headers: &HeaderMap) -> Result<(), ApiError> {
    let allowed = &settings.cors_origins;
    let Some(origin) = headers.get(header::ORIGIN).filter(|_| !allowed.is_empty()) else {
        return Ok(());
    };
    if allowed.iter().any(|one| origin == one.as_str()) {
        return Ok(());
    }
    Err(ApiError::forbidden("Pages of this origin may not follow progress"))
}
