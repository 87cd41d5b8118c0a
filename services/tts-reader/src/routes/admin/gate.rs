//! Who may look at everybody's accounts.

use std::sync::Arc;

use axum::{extract::FromRequestParts, http::request::Parts};

use crate::{app::App, auth::Caller, errors::ApiError, store::Account};

/// An administrator: the address is in `ADMIN_EMAILS` *and* verified, so that nobody becomes one by
/// registering with somebody else's.
#[derive(Debug)]
pub(crate) struct Admin(pub(crate) Account);

impl FromRequestParts<Arc<App>> for Admin {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, ApiError> {
        let Caller(account) = Caller::from_request_parts(parts, app).await?;
        if app.settings.admin_emails.is_empty() {
            return Err(ApiError::forbidden("Admin access not configured"));
        }
        if account.email_verified && is_admin(app, &account.email) {
            return Ok(Self(account));
        }
        Err(ApiError::forbidden("Admin access required"))
    }
}

/// Whether the address is in the list.
pub(super) fn is_admin(app: &App, email: &str) -> bool {
    app.settings.admin_emails.contains(&email.to_ascii_lowercase())
}
