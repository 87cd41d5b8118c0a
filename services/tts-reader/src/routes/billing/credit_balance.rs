//! `GET /api/credit-balance`.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde::Serialize;

use super::Ledger;
use crate::{
    app::App,
    auth::Caller,
    domain::{Tier, Timestamp, UserId},
    errors::ApiError,
};

#[derive(Debug, Serialize)]
pub(crate) struct CreditBalance {
    user_id: UserId,
    username: String,
    tier: Tier,
    can_use_polly: bool,
    is_active: bool,
    email_verified: bool,
    #[serde(flatten)]
    ledger: Ledger,
}

pub(crate) async fn credit_balance(
    State(app): State<Arc<App>>,
    Caller(account): Caller,
) -> Result<Json<CreditBalance>, ApiError> {
    let now = Timestamp::now();
    let ledger = Ledger::of(app.store.spendable(&account.user_id, now).await?, now);
    let tier = account.tier_with(ledger.tier());
    Ok(Json(CreditBalance {
        user_id: account.user_id,
        username: account.username,
        tier,
        can_use_polly: ledger.can_synthesize(),
        is_active: account.is_active,
        email_verified: account.email_verified,
        ledger,
    }))
}
