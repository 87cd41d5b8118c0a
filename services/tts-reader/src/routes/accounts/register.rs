//! `POST /api/register`.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde_json::{Value, json};

use super::letters::order;
use crate::{
    app::App,
    audit::Level,
    auth::ClientAddress,
    domain::{Tier, Timestamp},
    errors::ApiError,
    store::{Column, NewAccount, Purpose, StoreError},
    validation::{Fields, JsonBody, Text},
};

pub(crate) const USERNAME: Text = Text::of(3, 50).matching("^[a-zA-Z0-9_-]+$", |text| {
    text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
});
pub(crate) const PASSWORD: Text = Text::of(6, 128);
const NOTE: Text = Text::of(0, 128);

pub(crate) async fn register(
    State(app): State<Arc<App>>,
    ClientAddress(peer): ClientAddress,
    JsonBody(body): JsonBody,
) -> Result<Json<Value>, ApiError> {
    let mut fields = Fields::of(body)?;
    let username = fields.text("username", USERNAME);
    let email = fields.email("email");
    let password = fields.text("password", PASSWORD);
    let first_name = fields.optional_text("first_name", NOTE);
    let last_name = fields.optional_text("last_name", NOTE);
    let origin = ["signup_source", "utm_source", "utm_medium", "utm_campaign"]
        .map(|name| fields.optional_text(name, NOTE));
    fields.finish()?;

    // Before the costly hash; the unique columns decide when two ask at once.
    match app.store.taken(&username, &email).await? {
        (true, _) => return Err(taken(Column::Username, &username, &email)),
        (_, true) => return Err(taken(Column::Email, &username, &email)),
        _ => {}
    }
    let now = Timestamp::now();
    let account = NewAccount {
        username,
        email,
        password_hash: app.passwords.hash(password).await?,
        first_name,
        last_name,
        origin,
        tier: Tier::Free,
        email_verified: false,
    };
    let created = app.store.create_accounts(std::slice::from_ref(&account), None, now).await;
    let ids = created.map_err(|error| match error {
        StoreError::Taken(column) => taken(column, &account.username, &account.email),
        other => other.into(),
    })?;
    // Signing up succeeds also when the post is overwhelmed: the letter can be asked for again.
    if let Err(error) = order(&app, account.email.clone(), Purpose::VerifyEmail) {
        tracing::warn!(%error, "no verification letter for a new account");
    }
    let line = format!("Account created: {} from {peer}", account.username);
    app.audit.write(Level::Info, "app.auth", &line);
    Ok(Json(json!({
        "user_id": ids.first(),
        "username": account.username,
        "email": account.email,
        "first_name": account.first_name,
        "last_name": account.last_name,
        "remaining_chars": 100_000,
        "engine": "standard",
        "voice_id": "Joanna",
        "created_at": now,
    })))
}

/// The documented answer when a name or address is in use.
pub(crate) fn taken(column: Column, username: &str, email: &str) -> ApiError {
    ApiError::bad_request(match column {
        Column::Username => format!("Username '{username}' already exists"),
        Column::Email => format!("Email '{email}' already registered"),
    })
}
