//! `GET /api/admin/security-audit`, `GET …/audit-user/{username}` and
//! `DELETE …/purge-fraudulent-user/{username}`: whether what accounts can spend was paid.

use std::{sync::Arc, time::Duration};

use axum::{Json, extract::State};
use serde_json::{Value, json};
use tokio::time::timeout;

use super::{
    gate::{Admin, is_admin},
    no_such_user,
    page::{Asked, Page},
};
use crate::{
    app::App,
    audit::Level,
    domain::{Issue, Timestamp},
    errors::ApiError,
    payments::{PayError, Payments},
    routes::accounts::{confirm_password, remove_account},
    store::Standing,
    validation::{JsonBody, PathParts},
};

/// How long Stripe may take for everything about one account.
const PATIENCE: Duration = Duration::from_secs(30);
const FAILED: &str = "Failed to ask Stripe";

/// `security-audit?after=NAME&limit=N`: what our own books look like, a page of accounts at a time.
/// Stripe is asked about one account at a time (`audit-user`), not about all of them at once.
pub(crate) async fn security_audit(
    State(app): State<Arc<App>>,
    Admin(_): Admin,
    page: Asked,
) -> Result<Json<Value>, ApiError> {
    let page = Page::of(page, "after")?;
    let now = Timestamp::now();
    let after = page.after.as_deref().unwrap_or_default();
    let scanned = app.store.standings(after, page.limit(), now).await?;
    let flagged: Vec<Value> = scanned
        .iter()
        .map(|it| (it, it.issues()))
        .filter(|(_, issues)| !issues.is_empty())
        .map(|(it, issues)| {
            json!({ "user_id": it.user_id, "username": it.username, "issues": issues })
        })
        .collect();
    let is_full = scanned.len() as i64 == page.limit();
    Ok(Json(json!({
        "audit_timestamp": now,
        "total_users_scanned": scanned.len(),
        "users_with_stripe_data": scanned.iter().filter(|it| it.is_customer()).count(),
        "users_with_issues": flagged.len(),
        "flagged_users": flagged,
        "next_after": scanned.last().filter(|_| is_full).map(|it| &it.username),
    })))
}

/// `audit-user/{username}`: our books, and what Stripe says about this account.
pub(crate) async fn audit_user(
    State(app): State<Arc<App>>,
    Admin(_): Admin,
    PathParts(username): PathParts<String>,
) -> Result<Json<Value>, ApiError> {
    let standing = app.store.standing(&username, Timestamp::now()).await?;
    let standing = standing.ok_or_else(no_such_user)?;
    let (issues, asked_stripe) = examine(&app, &standing).await?;
    Ok(Json(json!({
        "user_id": standing.user_id,
        "username": standing.username,
        "issues": issues,
        "verified": issues.is_empty(),
        "asked_stripe": asked_stripe,
    })))
}

/// `purge-fraudulent-user/{username}`: removes an account of which Stripe itself says that it did not
/// pay, for an administrator who gives his password. Who ever paid here is not removed so; nor is
/// anybody for what our own books look like.
pub(crate) async fn purge_user(
    State(app): State<Arc<App>>,
    Admin(admin): Admin,
    PathParts(username): PathParts<String>,
    body: JsonBody,
) -> Result<Json<Value>, ApiError> {
    confirm_password(&app, &admin, body, "removing an account").await?;
    let standing = app.store.standing(&username, Timestamp::now()).await?;
    let standing = standing.ok_or_else(no_such_user)?;
    let (issues, _) = examine(&app, &standing).await?;
    let is_proven = issues.iter().any(|issue| issue.confirmed);
    if !is_proven || standing.told > 0 || is_admin(&app, &standing.email) {
        return Err(ApiError::bad_request(
            "Cannot purge - user data verified as legitimate. Use audit-user endpoint to check.",
        ));
    }
    remove_account(&app, &standing.user_id).await?;
    let line = format!("Account purged: {username} by {}, {} issues", admin.username, issues.len());
    app.audit.write(Level::Warning, "app.admin", &line);
    Ok(Json(json!({ "status": "deleted", "username": username, "issues_found": issues.len() })))
}

/// All issues, and whether Stripe was asked.
async fn examine(app: &App, standing: &Standing) -> Result<(Vec<Issue>, bool), ApiError> {
    let mut issues = standing.issues();
    let Payments::Stripe(stripe) = &app.payments else { return Ok((issues, false)) };
    let claims = app.store.claims(standing).await?;
    let told = timeout(PATIENCE, stripe.audit(&claims)).await.unwrap_or(Err(PayError::Busy));
    issues.extend(told.map_err(|error| error.answer(FAILED))?);
    Ok((issues, true))
}
