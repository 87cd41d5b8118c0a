//! `GET /api/user`.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde::Serialize;

use crate::{
    app::App,
    auth::Caller,
    domain::{Tier, Timestamp, UserId},
    errors::ApiError,
    routes::billing::Ledger,
};

#[derive(Debug, Serialize)]
pub(crate) struct User {
    user_id: UserId,
    username: String,
    email: String,
    first_name: Option<String>,
    last_name: Option<String>,
    engine: String,
    voice_id: String,
    is_active: bool,
    email_verified: bool,
    created_at: Timestamp,
    last_login: Option<Timestamp>,
    remaining_chars: i64,
    tier: Tier,
    can_use_polly: bool,
    #[serde(flatten)]
    ledger: Ledger,
}

pub(crate) async fn user(
    State(app): State<Arc<App>>,
    Caller(account): Caller,
) -> Result<Json<User>, ApiError> {
    let now = Timestamp::now();
    let ledger = Ledger::of(app.store.spendable(&account.user_id, now).await?, now);
    let tier = account.tier_with(ledger.tier());
    Ok(Json(User {
        user_id: account.user_id,
        username: account.username,
        email: account.email,
        first_name: account.first_name,
        last_name: account.last_name,
        engine: account.engine,
        voice_id: account.voice_id,
        is_active: account.is_active,
        email_verified: account.email_verified,
        created_at: account.created_at,
        last_login: account.last_login,
        remaining_chars: account.remaining_chars,
        tier,
        can_use_polly: ledger.can_synthesize(),
        ledger,
    }))
}
