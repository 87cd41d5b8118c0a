//! `GET /api/admin/users`, `…/users/{username}/credits` and `…/payment-events`.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde_json::{Value, json};

use super::{
    gate::Admin,
    page::{Asked, Page},
};
use crate::{app::App, domain::Timestamp, errors::ApiError, validation::PathParts};

/// `users?after=NAME&limit=N`: accounts by name.
pub(crate) async fn users(
    State(app): State<Arc<App>>,
    Admin(_): Admin,
    page: Asked,
) -> Result<Json<Value>, ApiError> {
    let page = Page::of(page, "after")?;
    let after = page.after.as_deref().unwrap_or_default();
    let users = app.store.users(after, page.limit(), Timestamp::now()).await?;
    Ok(Json(json!({ "users": users })))
}

/// `users/{username}/credits?after=ID&limit=N`: a ledger, with what lapsed, was spent or refunded.
pub(crate) async fn credits(
    State(app): State<Arc<App>>,
    Admin(_): Admin,
    PathParts(username): PathParts<String>,
    page: Asked,
) -> Result<Json<Value>, ApiError> {
    let page = Page::of(page, "after")?;
    let after = match page.after.as_deref().map(str::parse) {
        None => 0,
        Some(Ok(id)) => id,
        Some(Err(_)) => return Err(ApiError::unprocessable("`after` is a transaction's id")),
    };
    let user = app.store.buyer(None, Some(&username)).await?.ok_or_else(super::no_such_user)?;
    let now = Timestamp::now();
    let (entries, tier) = tokio::try_join!(
        app.store.entries(&user, after, page.limit()),
        app.store.tier(&user, now),
    )?;
    Ok(Json(
        json!({ "user_id": user, "username": username, "tier": tier, "transactions": entries }),
    ))
}

/// `payment-events?before=ID&limit=N`: what Stripe told and what became of it, the newest first.
pub(crate) async fn payment_events(
    State(app): State<Arc<App>>,
    Admin(_): Admin,
    page: Asked,
) -> Result<Json<Value>, ApiError> {
    let page = Page::of(page, "before")?;
    let events = app.store.payment_events(page.before.as_deref(), page.limit()).await?;
    Ok(Json(json!({ "events": events })))
}
