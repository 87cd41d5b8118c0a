//! `POST /api/create-credit-checkout` and `POST /api/create-checkout-session`: where to pay.

use std::sync::Arc;

use axum::{extract::State, http::HeaderMap, response::Response};
use serde_json::json;

use crate::{
    app::App,
    auth::Caller,
    domain::PURCHASE,
    errors::ApiError,
    idempotency::{self, Begun, Keyed, replayed},
    payments::{Goods, Order},
    routes::speech::base,
    store::Account,
    validation::{Fields, JsonBody, Text},
};

/// Credits, paid once.
pub(crate) async fn buy_credits(
    State(app): State<Arc<App>>,
    Caller(account): Caller,
    headers: HeaderMap,
    JsonBody(body): JsonBody,
) -> Result<Response, ApiError> {
    let keyed = Keyed::of("create-credit-checkout", &headers, &body)?;
    let mut fields = Fields::of(body)?;
    let credits = fields.integer("credits", *PURCHASE.start(), *PURCHASE.end());
    fields.finish()?;
    if !account.email_verified {
        return Err(ApiError::forbidden(
            "Email verification required before purchasing credits. Please verify your email first.",
        ));
    }
    let failed = "Failed to create credit checkout session";
    open(&app, account, &headers, keyed, Goods::Credits(credits), failed).await
}

/// A subscription, paid again and again.
pub(crate) async fn subscribe(
    State(app): State<Arc<App>>,
    Caller(account): Caller,
    headers: HeaderMap,
    JsonBody(body): JsonBody,
) -> Result<Response, ApiError> {
    let keyed = Keyed::of("create-checkout-session", &headers, &body)?;
    let mut fields = Fields::of(body)?;
    let asked = fields.optional_text("price_id", Text::of(1, 255));
    fields.finish()?;
    if !account.email_verified {
        return Err(ApiError::forbidden(
            "Email verification required before subscribing. Please verify your email first.",
        ));
    }
    let goods = subscription(&app, asked)?;
    open(&app, account, &headers, keyed, goods, "Failed to create checkout session").await
}

/// Only what is for sale here: anybody could name another price of the same seller.
fn subscription(app: &App, asked: Option<String>) -> Result<Goods, ApiError> {
    // Without payments, opening the checkout says so.
    let Some(prices) = app.settings.payments.prices() else {
        return Ok(Goods::Subscription {
            price: asked.unwrap_or_default(),
            tier: crate::domain::Tier::Premium,
        });
    };
    let price = asked.or_else(|| prices.premium_monthly.clone());
    let sold = price.and_then(|price| Some((prices.tier(&price)?, price)));
    let (tier, price) = sold.ok_or_else(|| {
        ApiError::bad_request("This price_id is not for sale; see /api/pricing-tiers.")
    })?;
    Ok(Goods::Subscription { price, tier })
}

async fn open(
    app: &Arc<App>,
    account: Account,
    headers: &HeaderMap,
    keyed: Keyed,
    goods: Goods,
    failed: &'static str,
) -> Result<Response, ApiError> {
    let held = match keyed.begin(app, &account.user_id).await? {
        Begun::Fresh(held) => held,
        Begun::Answered(answer) => return Ok(replayed(answer)),
    };
    let order = Order {
        customer: app.store.customer(&account.user_id).await?,
        user: account.user_id,
        username: account.username,
        email: account.email,
        goods,
        frontend: app.settings.frontend_url.clone(),
        here: base(headers, &app.settings),
        key: held.passed_on(),
    };
    match app.payments.checkout(&order).await {
        Ok(url) => {
            let answer = json!({ "url": url }).to_string();
            held.answer(&answer).await?;
            Ok(idempotency::json(answer))
        }
        Err(error) => {
            held.free().await;
            Err(error.answer(failed))
        }
    }
}
