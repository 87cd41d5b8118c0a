//! Removing an account, whoever asks for it.

use crate::{
    app::App,
    audit::Level,
    auth::fits,
    domain::{Timestamp, UserId},
    errors::ApiError,
    store::Account,
    validation::{Fields, JsonBody, Text},
};

/// Ends the account's subscriptions, so that they take no more money, and removes it with all but
/// its books.
pub(crate) async fn remove_account(app: &App, id: &UserId) -> Result<(), ApiError> {
    for subscription in app.store.running_subscriptions(id).await? {
        let ended = app.payments.end_subscription(&subscription).await;
        ended.map_err(|error| error.answer("Failed to end the subscription"))?;
    }
    app.store.delete_account(id, Timestamp::now()).await?;
    if let Err(error) = app.storage.remove_all(id).await {
        // The sweep removes it when it is old.
        tracing::warn!(%error, user_id = %id, "cannot remove a deleted account's audio");
    }
    Ok(())
}

/// Asks for the caller's password once more: a token that somebody found must not be enough. `what`
/// is for the audit log.
pub(crate) async fn confirm_password(
    app: &App,
    account: &Account,
    body: JsonBody,
    what: &str,
) -> Result<(), ApiError> {
    let mut fields = Fields::of(body.0)?;
    let password = fields.text("password", Text::of(1, 128));
    fields.finish()?;
    let hash = app.store.credentials(&account.username).await?.map(|(_, hash)| hash);
    if fits(app, &account.username, password, hash).await? {
        return Ok(());
    }
    let line = format!("Wrong password for {what}: {}", account.username);
    app.audit.write(Level::Warning, "app.auth", &line);
    Err(ApiError::forbidden("Wrong password"))
}
