//! `DELETE /api/user`: the caller's account, its credits, its history and its audio.
//!
//! The password is asked again: a token that somebody found must not be enough. Where test accounts
//! are allowed it may be left out, because a load test that ends removes its accounts by the
//! hundred, and one costly hash each is a load that no users make.

use std::sync::Arc;

use axum::{extract::State, http::StatusCode};

use crate::{
    app::App,
    audit::Level,
    auth::{Caller, fits},
    errors::ApiError,
    store::Account,
    validation::{Fields, JsonBody, Text},
};

pub(crate) async fn delete_user(
    State(app): State<Arc<App>>,
    Caller(account): Caller,
    body: Result<JsonBody, ApiError>,
) -> Result<StatusCode, ApiError> {
    match body {
        Err(_) if app.settings.dev => {}
        body => confirm(&app, &account, body?).await?,
    }
    app.store.delete_account(&account.user_id).await?;
    if let Err(error) = app.audio.remove_all(&account.user_id).await {
        // The sweep removes it within the life of a link.
        tracing::warn!(%error, user_id = %account.user_id, "cannot remove a deleted account's audio");
    }
    app.audit.write(Level::Info, "app.auth", &format!("Account deleted: {}", account.username));
    Ok(StatusCode::NO_CONTENT)
}

async fn confirm(app: &App, account: &Account, body: JsonBody) -> Result<(), ApiError> {
    let mut fields = Fields::of(body.0)?;
    let password = fields.text("password", Text::of(1, 128));
    fields.finish()?;
    let hash = app.store.credentials(&account.username).await?.map(|(_, hash)| hash);
    if fits(app, &account.username, password, hash).await? {
        return Ok(());
    }
    let line = format!("Wrong password for deleting the account: {}", account.username);
    app.audit.write(Level::Warning, "app.auth", &line);
    Err(ApiError::forbidden("Wrong password"))
}
