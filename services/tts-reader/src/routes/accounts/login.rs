//! `POST /api/login` and `/api/token`, its other name.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde_json::{Value, json};

use crate::{
    app::App,
    audit::Level,
    auth::ClientAddress,
    domain::Timestamp,
    errors::ApiError,
    validation::{Fields, JsonBody, Text},
};

pub(crate) async fn login(
    State(app): State<Arc<App>>,
    ClientAddress(peer): ClientAddress,
    JsonBody(body): JsonBody,
) -> Result<Json<Value>, ApiError> {
    let mut fields = Fields::of(body)?;
    let username = fields.text("username", Text::of(1, 50));
    let password = fields.text("password", Text::of(1, 128));
    fields.finish()?;

    let (id, hash) = app.store.credentials(&username).await?.unzip();
    // Also for unknown users, so that they cannot be told from wrong passwords by the clock.
    let fits = app.passwords.verify(password, hash).await?;
    let Some(id) = id.filter(|_| fits) else {
        let line = format!("Login failed for user: {username} from {peer}");
        app.audit.write(Level::Warning, "app.auth", &line);
        return Err(ApiError::InvalidLogin);
    };
    app.store.record_login(&id, Timestamp::now()).await?;
    let (access, refresh) = app.tokens.issue(&username, &id)?;
    app.audit.write(Level::Info, "app.auth", &format!("Login of user: {username} from {peer}"));
    Ok(Json(json!({
        "access_token": access,
        "token_type": "bearer",
        "refresh_token": refresh,
    })))
}
