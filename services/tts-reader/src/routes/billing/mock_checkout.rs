//! `/api/dev/checkout/…`: the till of a load test, where everything is paid at once, without money.

use std::sync::Arc;

use axum::{Json, extract::State, response::Html};
use serde_json::{Value, json};

use super::webhook::handle;
use crate::{
    app::App,
    domain::Timestamp,
    errors::ApiError,
    payments::{MockCheckout, Payments},
    validation::PathParts,
};

/// A page with one button.
pub(crate) async fn mock_checkout(
    State(app): State<Arc<App>>,
    PathParts(token): PathParts<String>,
) -> Result<Html<String>, ApiError> {
    let goods = read(&app, &token)?.goods();
    // `goods` is made of numbers and names of tiers.
    Ok(Html(format!(
        "<!doctype html><html lang=\"en\"><title>Test payment</title><h1>Test payment</h1>\
         <p>No money is taken for {goods}.</p><form method=\"post\"><button>Pay</button></form>"
    )))
}

/// Pays. Done again, it changes nothing more.
pub(crate) async fn pay_mock_checkout(
    State(app): State<Arc<App>>,
    PathParts(token): PathParts<String>,
) -> Result<Json<Value>, ApiError> {
    let checkout = read(&app, &token)?;
    let (event, change) = checkout.pay(Timestamp::now());
    let verdict = handle(&app, &event, &change).await?;
    Ok(Json(json!({ "status": verdict.as_str(), "success_url": checkout.success })))
}

fn read(app: &App, token: &str) -> Result<MockCheckout, ApiError> {
    match &app.payments {
        Payments::Mock(mock) => mock.read(token).ok_or_else(ApiError::not_found),
        Payments::Off | Payments::Stripe(_) => Err(ApiError::not_found()),
    }
}
