//! Which engine a caller may have.

use axum::http::StatusCode;
use serde_json::json;

use crate::{
    app::App,
    domain::{Tier, Timestamp, UserId},
    errors::ApiError,
    validation::Text,
};

/// `standard` or `neural`, as bodies name it.
pub(crate) const ENGINE: Text =
    Text::of(0, 20).matching("^(standard|neural)$", |text| matches!(text, "standard" | "neural"));

/// The engine that really speaks: there is one local engine, and it is a standard one. Neural is
/// an offer to PRO accounts that is answered with the best voice there is.
pub(crate) const SPEAKS: &str = "standard";

/// Refuses an engine that was asked for and is not the caller's.
pub(crate) async fn permit(app: &App, asked: &str, user: &UserId) -> Result<(), ApiError> {
    if asked != "neural" {
        return Ok(());
    }
    if !app.settings.neural_voices {
        return Err(ApiError::bad_request(
            "Neural voices are not yet available. Coming soon for Pro users!",
        ));
    }
    let tier = app.store.tier(user, Timestamp::now()).await?;
    if tier == Tier::Pro {
        return Ok(());
    }
    Err(ApiError::RefusedWith {
        status: StatusCode::FORBIDDEN,
        detail: json!({
            "error": "Feature not available in your tier",
            "message": "Neural voices need the Pro tier; use the standard engine or upgrade.",
            "current_tier": tier.lower(),
            "upgrade_required": true,
        }),
    })
}
