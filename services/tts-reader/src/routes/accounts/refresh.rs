//! `POST /api/refresh`: a refresh token for the next pair of tokens, once.
//!
//! The documents promised it and the original never had it: there a refresh token opened every
//! route by itself. A refresh token that comes a second time is held by two, and nobody can say
//! which of them is the owner, so the session ends for both.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde_json::Value;

use super::pair::answer;
use crate::{
    app::App,
    audit::Level,
    auth::{ClientAddress, Kind},
    domain::Timestamp,
    errors::ApiError,
    store::{Rotation, Session},
    validation::{Fields, JsonBody, Text},
};

pub(crate) async fn refresh(
    State(app): State<Arc<App>>,
    ClientAddress(peer): ClientAddress,
    JsonBody(body): JsonBody,
) -> Result<Json<Value>, ApiError> {
    let mut fields = Fields::of(body)?;
    let token = fields.text("refresh_token", Text::of(1, 4_096));
    fields.finish()?;

    let claims = app.tokens.read(&token, Kind::Refresh).ok_or(ApiError::BadToken)?;
    let pair = app.tokens.issue(&claims.sub, &claims.uid, &claims.sid)?;
    let next = Session {
        id: &claims.sid,
        refresh_id: &pair.refresh_id,
        expires_at: Timestamp::now().plus(app.tokens.pair_lifetime()),
    };
    match app.store.rotate_session(&claims.uid, &claims.jti, &next).await? {
        Rotation::Done => Ok(answer(&pair)),
        Rotation::Reused => {
            let user = &claims.sub;
            let line =
                format!("Refresh token of user {user} used again from {peer}: session ended");
            app.audit.write(Level::Warning, "app.auth", &line);
            Err(ApiError::BadToken)
        }
        Rotation::Gone => Err(ApiError::BadToken),
    }
}
