//! `GET /api/verify-email?token=…`: uses up the token of a verification letter.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Query, State, rejection::QueryRejection},
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    app::App,
    audit::Level,
    auth::{ClientAddress, mailed_hash},
    domain::Timestamp,
    errors::ApiError,
    validation::FieldError,
};

/// What the link of the letter has behind its `?`.
#[derive(Debug, Deserialize)]
pub(crate) struct Asked {
    token: String,
}

pub(crate) async fn verify_email(
    State(app): State<Arc<App>>,
    ClientAddress(_): ClientAddress,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<Value>, ApiError> {
    let Ok(Query(Asked { token })) = asked else {
        return Err(ApiError::Invalid(vec![FieldError::missing_in_query("token")]));
    };
    let verified = app.store.verify_email(&mailed_hash(&token), Timestamp::now()).await?;
    let Some((user_id, username)) = verified else {
        return Err(ApiError::bad_request("Invalid or expired verification token"));
    };
    app.audit.write(Level::Info, "app.auth", &format!("Address verified of user: {username}"));
    Ok(Json(json!({
        "message": "Email verified successfully",
        "user_id": user_id,
        "username": username,
    })))
}
