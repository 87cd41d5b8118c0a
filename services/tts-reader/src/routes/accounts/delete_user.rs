//! `DELETE /api/user`: the caller's account, its credits, its history and its audio.

use std::sync::Arc;

use axum::{extract::State, http::StatusCode};

use crate::{app::App, audit::Level, auth::Caller, errors::ApiError};

pub(crate) async fn delete_user(
    State(app): State<Arc<App>>,
    Caller(account): Caller,
) -> Result<StatusCode, ApiError> {
    app.store.delete_account(&account.user_id).await?;
    if let Err(error) = app.audio.remove_all(&account.user_id).await {
        // The sweep removes it within the life of a link.
        tracing::warn!(%error, user_id = %account.user_id, "cannot remove a deleted account's audio");
    }
    app.audit.write(Level::Info, "app.auth", &format!("Account deleted: {}", account.username));
    Ok(StatusCode::NO_CONTENT)
}
