//! `POST /api/password-reset/confirm`: a new password for the token of a reset letter.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde_json::{Value, json};

use super::PASSWORD;
use crate::{
    app::App,
    audit::Level,
    auth::{ClientAddress, MAILED_CHARACTERS, mailed_hash},
    domain::Timestamp,
    errors::ApiError,
    store::Purpose,
    validation::{Fields, JsonBody, Text},
};

pub(crate) async fn reset_password(
    State(app): State<Arc<App>>,
    ClientAddress(peer): ClientAddress,
    JsonBody(body): JsonBody,
) -> Result<Json<Value>, ApiError> {
    let mut fields = Fields::of(body)?;
    let token = fields.text("token", Text::of(1, 4 * MAILED_CHARACTERS));
    let password = fields.text("new_password", PASSWORD);
    fields.finish()?;

    let hash = mailed_hash(&token);
    let worthless = || ApiError::bad_request("Invalid or expired reset token");
    // Before the costly hash; the token is used up only together with the change.
    if !app.store.token_holds(Purpose::ResetPassword, &hash, Timestamp::now()).await? {
        return Err(worthless());
    }
    let password = app.passwords.hash(password).await?;
    let changed = app.store.reset_password(&hash, &password, Timestamp::now()).await?;
    let username = changed.ok_or_else(worthless)?;
    let line = format!("Password reset by letter, sessions ended: {username} from {peer}");
    app.audit.write(Level::Warning, "app.auth", &line);
    Ok(Json(json!({ "message": "Password changed successfully" })))
}
