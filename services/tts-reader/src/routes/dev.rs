//! `POST /api/dev/…`: accounts and credits for load tests. Not routed at all outside dev mode.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde_json::{Value, json};

use super::accounts::{PASSWORD, USERNAME, taken};
use crate::{
    app::App,
    auth::Caller,
    domain::{Tier, Timestamp},
    errors::ApiError,
    metrics::Moved,
    store::{Grant, NewAccount, StoreError},
    validation::{Fields, JsonBody, Text},
};

/// Most credits one call can give.
const MOST_CREDITS: i64 = 1_000_000_000;
const TIER: Text =
    Text::of(0, 20).matching("^(FREE|LIGHT|PREMIUM|PRO)$", |text| text.parse::<Tier>().is_ok());

/// `POST /api/dev/accounts`: an account in one call; what is left out is made up.
pub(crate) async fn create_account(
    State(app): State<Arc<App>>,
    JsonBody(body): JsonBody,
) -> Result<Json<Value>, ApiError> {
    let unique = uuid::Uuid::new_v4().simple().to_string();
    let mut fields = Fields::of(body)?;
    let username = fields.optional_text("username", USERNAME);
    let password = fields.optional_text("password", PASSWORD);
    let email = fields.optional_email("email");
    let tier = fields.optional_text("tier", TIER);
    let credits = fields.optional_integer("credits", 0, MOST_CREDITS).unwrap_or(0);
    let verified = fields.optional_bool("verified").unwrap_or(true);
    fields.finish()?;

    let username = username.unwrap_or_else(|| format!("loadtest_{}", &unique[..16]));
    let password = password.unwrap_or_else(|| unique.clone());
    let tier = tier_of(tier.as_deref(), credits);
    let now = Timestamp::now();
    let account = NewAccount {
        email: email.unwrap_or_else(|| format!("{username}@example.com")),
        username,
        password_hash: app.passwords.hash(password.clone()).await?,
        first_name: None,
        last_name: None,
        origin: Default::default(),
        tier,
        email_verified: verified,
    };
    let grant = (credits > 0).then(|| Grant::now(credits, tier, now));
    let people = std::slice::from_ref(&account);
    let created = app.store.create_accounts(people, grant.as_ref(), now).await;
    let ids = created.map_err(|error| match error {
        StoreError::Taken(column) => taken(column, &account.username, &account.email),
        other => other.into(),
    })?;
    app.metrics.credits(Moved::Granted, credits);
    Ok(Json(json!({
        "user_id": ids.first(),
        "username": account.username,
        "password": password,
        "email": account.email,
        "tier": tier,
        "credits": credits,
        "email_verified": verified,
    })))
}

/// `POST /api/dev/credits`: credits for the caller.
pub(crate) async fn add_credits(
    State(app): State<Arc<App>>,
    Caller(account): Caller,
    JsonBody(body): JsonBody,
) -> Result<Json<Value>, ApiError> {
    let mut fields = Fields::of(body)?;
    let credits = fields.integer("credits", 1, MOST_CREDITS);
    let tier = fields.optional_text("tier", TIER);
    fields.finish()?;
    let now = Timestamp::now();
    let grant = Grant::now(credits, tier_of(tier.as_deref(), credits), now);
    let balance = app.store.grant(&account.user_id, &grant, now).await?;
    app.metrics.credits(Moved::Granted, credits);
    Ok(Json(json!({
        "user_id": account.user_id,
        "credits_added": credits,
        "credit_balance": balance,
        "tier": account.tier.max(grant.tier),
    })))
}

fn tier_of(named: Option<&str>, credits: i64) -> Tier {
    named.and_then(|name| name.parse().ok()).unwrap_or_else(|| Tier::of_purchase(credits))
}
