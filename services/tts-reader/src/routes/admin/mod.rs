//! `GET /api/admin/…`: for those whose address is in `ADMIN_EMAILS`.

use std::sync::Arc;

use axum::{
    Json,
    extract::{FromRequestParts, Query, State, rejection::QueryRejection},
    http::request::Parts,
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{app::App, auth::Caller, domain::Timestamp, errors::ApiError, validation::PathParts};

/// Most entries of one page.
const MOST: i64 = 1_000;

/// Whoever may look at everybody's accounts: the address is in the list *and* verified, so that
/// nobody becomes an administrator by registering with somebody else's.
#[derive(Debug)]
pub(crate) struct Admin;

impl FromRequestParts<Arc<App>> for Admin {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, ApiError> {
        let Caller(account) = Caller::from_request_parts(parts, app).await?;
        let admins = &app.settings.admin_emails;
        if admins.is_empty() {
            return Err(ApiError::forbidden("Admin access not configured"));
        }
        if account.email_verified && admins.contains(&account.email.to_lowercase()) {
            return Ok(Self);
        }
        Err(ApiError::forbidden("Admin access required"))
    }
}

/// Which page.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Page {
    after: Option<String>,
    before: Option<String>,
    limit: Option<i64>,
}

type Asked = Result<Query<Page>, QueryRejection>;

impl Page {
    /// A page of a list that goes by `after`, or by `before`.
    fn of(asked: Asked, by: &str) -> Result<Self, ApiError> {
        let Query(page) = asked.map_err(|error| ApiError::unprocessable(error.body_text()))?;
        let other = if by == "after" { &page.before } else { &page.after };
        if other.is_some() {
            return Err(ApiError::unprocessable(format!("this list goes by `{by}`")));
        }
        if !(1..=MOST).contains(&page.limit()) {
            return Err(ApiError::unprocessable(format!("`limit` is from 1 to {MOST}")));
        }
        Ok(page)
    }

    fn limit(&self) -> i64 {
        self.limit.unwrap_or(100)
    }
}

/// `users?after=NAME&limit=N`: accounts by name.
pub(crate) async fn users(
    State(app): State<Arc<App>>,
    _: Admin,
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
    _: Admin,
    PathParts(username): PathParts<String>,
    page: Asked,
) -> Result<Json<Value>, ApiError> {
    let page = Page::of(page, "after")?;
    let after = match page.after.as_deref().map(str::parse) {
        None => 0,
        Some(Ok(id)) => id,
        Some(Err(_)) => return Err(ApiError::unprocessable("`after` is a transaction's id")),
    };
    let user = app.store.buyer(None, Some(&username)).await?.ok_or_else(|| ApiError::Refused {
        status: axum::http::StatusCode::NOT_FOUND,
        detail: "User not found".to_owned(),
    })?;
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
    _: Admin,
    page: Asked,
) -> Result<Json<Value>, ApiError> {
    let page = Page::of(page, "before")?;
    let events = app.store.payment_events(page.before.as_deref(), page.limit()).await?;
    Ok(Json(json!({ "events": events })))
}
