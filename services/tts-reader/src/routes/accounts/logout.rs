//! `POST /api/logout`: ends the session of the token, with its refresh token.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde_json::{Value, json};

use crate::{app::App, audit::Level, auth::CallerSession, errors::ApiError};

pub(crate) async fn logout(
    State(app): State<Arc<App>>,
    CallerSession { account, session, .. }: CallerSession,
) -> Result<Json<Value>, ApiError> {
    app.store.end_session(&session).await?;
    app.audit.write(Level::Info, "app.auth", &format!("Logout of user: {}", account.username));
    Ok(Json(json!({ "message": "Logged out successfully" })))
}
