//! `POST /api/login` and `/api/token`, its other name: a password for a pair of tokens.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde_json::Value;

use super::pair::answer;
use crate::{
    app::App,
    audit::Level,
    auth::{ClientAddress, fits, is_outdated, new_id},
    domain::{Timestamp, UserId},
    errors::ApiError,
    store::Session,
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
    let outdated = hash.clone().filter(|hash| is_outdated(hash));
    // Also for unknown users, so that they cannot be told from wrong passwords by the clock.
    let fits = fits(&app, &username, password.clone(), hash).await?;
    let Some(id) = id.filter(|_| fits) else {
        let line = format!("Login failed for user: {username} from {peer}");
        app.audit.write(Level::Warning, "app.auth", &line);
        return Err(ApiError::InvalidLogin);
    };
    if let Some(old) = outdated {
        renew(&app, &id, &old, password).await;
    }
    let now = Timestamp::now();
    let session = new_id();
    let pair = app.tokens.issue(&username, &id, &session)?;
    let session = Session {
        id: &session,
        refresh_id: &pair.refresh_id,
        expires_at: now.plus(app.tokens.pair_lifetime()),
    };
    app.store.begin_session(&id, &session, now).await?;
    app.audit.write(Level::Info, "app.auth", &format!("Login of user: {username} from {peer}"));
    Ok(answer(&pair))
}

/// Puts a hash of ours in the place of one of the original service. A failure costs nothing: the old
/// one is good for the next login too.
async fn renew(app: &App, id: &UserId, old: &str, password: String) {
    let renewed = async {
        let new = app.passwords.hash(password).await?;
        Ok::<_, ApiError>(app.store.replace_password(id, old, &new).await?)
    };
    if let Err(error) = renewed.await {
        tracing::warn!(%error, "the hash of a password is still the original's");
    }
}
