//! The answer of every route that hands out tokens.

use axum::Json;
use serde_json::{Value, json};

use crate::auth::Pair;

pub(super) fn answer(pair: &Pair) -> Json<Value> {
    Json(json!({
        "access_token": pair.access,
        "token_type": "bearer",
        "refresh_token": pair.refresh,
    }))
}
