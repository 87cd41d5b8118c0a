//! Letters that prove whose an address is.
//!
//! Whoever asks for one is answered before anything is looked up, so neither the answer nor its
//! time tells whether an address belongs to an account.

use std::{sync::Arc, time::Duration};

use axum::{Json, extract::State};
use serde_json::{Value, json};
use tracing::Instrument;

use crate::{
    app::App,
    audit::Level,
    auth::{ClientAddress, Mailed},
    domain::Timestamp,
    errors::ApiError,
    mail::Letter,
    store::{Purpose, StoreError},
    validation::{Fields, JsonBody},
};

/// How long the link of a letter works. The letters say so.
const VERIFY: Duration = Duration::from_hours(24);
const RESET: Duration = Duration::from_hours(1);

/// `POST /api/resend-verification`.
pub(crate) async fn resend_verification(
    State(app): State<Arc<App>>,
    ClientAddress(_): ClientAddress,
    JsonBody(body): JsonBody,
) -> Result<Json<Value>, ApiError> {
    let email = asked(&app, body, Purpose::VerifyEmail).await?;
    let answer = json!({ "message": "Verification email sent successfully", "email": email });
    order(&app, email, Purpose::VerifyEmail)?;
    Ok(Json(answer))
}

/// `POST /api/password-reset`.
pub(crate) async fn ask_for_reset(
    State(app): State<Arc<App>>,
    ClientAddress(_): ClientAddress,
    JsonBody(body): JsonBody,
) -> Result<Json<Value>, ApiError> {
    let email = asked(&app, body, Purpose::ResetPassword).await?;
    order(&app, email, Purpose::ResetPassword)?;
    let message = "If an account has this address, a letter is on its way";
    Ok(Json(json!({ "message": message })))
}

/// Has a letter written and posted, if the address is of an account that needs one.
///
/// # Errors
/// When too many are being written already.
pub(super) fn order(app: &Arc<App>, email: String, purpose: Purpose) -> Result<(), ApiError> {
    let busy = ApiError::Busy { what: "The post", retry_after: 1 };
    let place = Arc::clone(&app.writing).try_acquire_owned().map_err(|_| busy)?;
    let writer = Arc::clone(app);
    let work = async move {
        let _place = place;
        if let Err(error) = write(&writer, &email, purpose).await {
            tracing::error!(%error, "a letter could not be written");
        }
    };
    app.tasks.spawn(work.in_current_span());
    Ok(())
}

async fn asked(app: &App, body: Value, purpose: Purpose) -> Result<String, ApiError> {
    let mut fields = Fields::of(body)?;
    let email = fields.email("email");
    fields.finish()?;
    // One kind of letter must not use up what another is allowed.
    let counted = app.letter_limit.check(&format!("{}\n{email}", purpose.name())).await;
    counted.map_err(|denied| {
        denied.told(|exceeded| ApiError::Throttled {
            what: "Too many letters for this address",
            retry_after: exceeded.status.reset,
        })
    })?;
    Ok(email)
}

async fn write(app: &App, email: &str, purpose: Purpose) -> Result<(), StoreError> {
    let Some(person) = app.store.addressee(email).await? else { return Ok(()) };
    if purpose == Purpose::VerifyEmail && person.email_verified {
        return Ok(());
    }
    if app.post.is_off() {
        app.post.suppress();
        return Ok(());
    }
    let mailed = match Mailed::new() {
        Ok(mailed) => mailed,
        Err(error) => {
            tracing::error!(%error, "no randomness for a token");
            return Ok(());
        }
    };
    let lifetime = if purpose == Purpose::VerifyEmail { VERIFY } else { RESET };
    let expires_at = Timestamp::now().plus(lifetime);
    app.store.keep_token(&person.user_id, purpose, &mailed.hash, expires_at).await?;
    let frontend = &app.settings.frontend_url;
    app.post.send(Letter::new(purpose, &person, frontend, &mailed.token));
    let what = if purpose == Purpose::VerifyEmail { "Verification" } else { "Password reset" };
    let line = format!("{what} letter for user: {}", person.username);
    app.audit.write(Level::Info, "app.auth", &line);
    Ok(())
}
