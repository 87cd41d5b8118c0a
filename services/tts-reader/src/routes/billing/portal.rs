//! `POST /api/create-billing-portal-session`: the page where a customer sees what was bought, and ends
//! a subscription.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde_json::{Value, json};

use crate::{app::App, auth::Caller, errors::ApiError, payments::PayError};

pub(crate) async fn portal(
    State(app): State<Arc<App>>,
    Caller(account): Caller,
) -> Result<Json<Value>, ApiError> {
    let customer = app.store.customer(&account.user_id).await?.ok_or_else(|| {
        ApiError::bad_request("No billing history found. Please make a purchase first.")
    })?;
    let back = format!("{}/usage.html", app.settings.frontend_url);
    match app.payments.portal(&customer, &back).await {
        Ok(url) => Ok(Json(json!({ "url": url }))),
        Err(PayError::Refused(cause) | PayError::Missing(cause)) => {
            tracing::error!(cause, "Stripe opens no billing portal");
            Err(ApiError::bad_request("Failed to create billing portal session"))
        }
        Err(error) => Err(error.answer("Failed to create billing portal session")),
    }
}
