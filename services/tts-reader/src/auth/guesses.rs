//! Checking a password, with a bound on how often it may be wrong.

use crate::{app::App, errors::ApiError};

/// Whether the password belongs to the hash; with no hash it takes as long and is false.
///
/// A try counts against the name before it is known to be wrong, and is given back when it was not:
/// many at once cannot slip through. Names that nobody has are counted too, so that being refused
/// tells nothing. Where test accounts are allowed nothing is counted: there many sign in as one.
///
/// # Errors
/// When the name was tried too often in the last hour, or there is no thread for it.
pub(crate) async fn fits(
    app: &App,
    username: &str,
    password: String,
    hash: Option<String>,
) -> Result<bool, ApiError> {
    if app.settings.dev {
        return app.passwords.verify(password, hash).await;
    }
    let counted = app.guesses.check(username).await;
    counted.map_err(|denied| {
        denied.told(|exceeded| ApiError::Throttled {
            what: "Too many wrong passwords for this account",
            retry_after: exceeded.status.reset,
        })
    })?;
    let fits = app.passwords.verify(password, hash).await;
    if !matches!(fits, Ok(false)) {
        app.guesses.give_back(username).await;
    }
    fits
}
