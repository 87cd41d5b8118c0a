//! `DELETE /api/user`: the caller's account, its credits, its history and its audio. What it paid stays
//! in the books, without a name.
//!
//! The password is asked again: a token that somebody found must not be enough. Where test accounts
//! are allowed it may be left out, because a load test that ends removes its accounts by the
//! hundred, and one costly hash each is a load that no users make.

use std::sync::Arc;

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
};

use super::removal::{confirm_password, remove_account};
use crate::{
    app::App,
    audit::Level,
    auth::Caller,
    errors::ApiError,
    validation::{JsonBody, RawBody},
};

pub(crate) async fn delete_user(
    State(app): State<Arc<App>>,
    Caller(account): Caller,
    headers: HeaderMap,
    RawBody(body): RawBody,
) -> Result<StatusCode, ApiError> {
    // A body that is wrong is not one that was left out.
    if !(body.is_empty() && app.settings.dev) {
        let body = JsonBody::parse(&headers, &body)?;
        confirm_password(&app, &account, body, "deleting the account").await?;
    }
    remove_account(&app, &account.user_id).await?;
    app.audit.write(Level::Info, "app.auth", &format!("Account deleted: {}", account.username));
    Ok(StatusCode::NO_CONTENT)
}
