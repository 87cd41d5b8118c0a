//! `/api/dev/test-accounts`: accounts in batches for load tests. Not routed at all outside dev mode.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Query, State, rejection::QueryRejection},
    http::StatusCode,
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use tts_reader_accounts::{Batch, Change, NewMembers, Selection};

use crate::{
    app::App,
    audit::Level,
    errors::{ApiError, INTERNAL},
    store::CreateError,
    test_accounts::{self, ChangeError},
    validation::{JsonBody, with_whole_numbers},
};

/// Which accounts to list.
#[derive(Debug, Deserialize)]
pub(crate) struct Page {
    batch: Batch,
    #[serde(default)]
    after: String,
}

/// What becomes of which accounts.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Order {
    change: Change,
    of: Selection,
}

/// `GET`: the accounts of a batch by id, a page of them.
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    page: Result<Query<Page>, QueryRejection>,
) -> Result<Json<Value>, ApiError> {
    let Query(page) = page.map_err(|error| ApiError::unprocessable(error.body_text()))?;
    let accounts = app.store.test_accounts(&page.batch, &page.after).await?;
    Ok(Json(json!({ "accounts": accounts })))
}

/// `POST`: makes those that are missing.
pub(crate) async fn create(
    State(app): State<Arc<App>>,
    JsonBody(body): JsonBody,
) -> Result<Json<Value>, ApiError> {
    let new: NewMembers = read(body)?;
    test_accounts::check_new(&new).map_err(|error| ApiError::unprocessable(error.to_string()))?;
    let hash = |password| app.passwords.hash(password);
    let made = test_accounts::create(&app.store, &new, hash).await?;
    let line = format!("Test accounts created: {} of batch {}", made.len(), new.batch);
    app.audit.write(Level::Info, "app.auth", &line);
    Ok(Json(json!({ "accounts": made })))
}

/// `POST …/change`: changes those that are there.
pub(crate) async fn change(
    State(app): State<Arc<App>>,
    JsonBody(body): JsonBody,
) -> Result<Json<Value>, ApiError> {
    let Order { change, of } = read(body)?;
    test_accounts::check_selection(&of, &change)
        .map_err(|error| ApiError::unprocessable(error.to_string()))?;
    let hash = |password| app.passwords.hash(password);
    let changed = test_accounts::change(&app.store, &*app.storage, &change, &of, hash).await?;
    let what = match change {
        Change::Remove => "deleted",
        Change::TopUp { .. } => "given credits",
        Change::ResetCredits => "set back to their credits",
        Change::RemoveAudio => "freed of their audio",
        Change::SetPassword { .. } => "given a password",
    };
    let line = format!("Test accounts {what}: {changed} of batch {}", of.batch);
    app.audit.write(Level::Info, "app.auth", &line);
    Ok(Json(json!({ "changed": changed })))
}

fn read<T: DeserializeOwned>(body: Value) -> Result<T, ApiError> {
    serde_json::from_value(with_whole_numbers(body))
        .map_err(|error| ApiError::unprocessable(error.to_string()))
}

impl From<CreateError> for ApiError {
    fn from(error: CreateError) -> Self {
        match error {
            CreateError::Taken { .. } => {
                Self::Refused { status: StatusCode::CONFLICT, detail: error.to_string() }
            }
            CreateError::Store(error) => error.into(),
        }
    }
}

impl From<ChangeError> for ApiError {
    fn from(error: ChangeError) -> Self {
        match error {
            ChangeError::Store(error) => error.into(),
            ChangeError::Audio { .. } => Self::internal(INTERNAL, error),
        }
    }
}
