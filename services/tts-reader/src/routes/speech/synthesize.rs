//! `POST /api/synthesize`: text in, a link to audio and its marks out; or the audio itself, while it is
//! spoken.

use std::sync::Arc;

use axum::{extract::State, http::HeaderMap, response::Response};

use super::{answer, request::Form};
use crate::{app::App, auth::Caller, errors::ApiError, progress::Wanted, validation::JsonBody};

const FORM: Form = Form {
    name: "synthesize",
    may_listen: true,
    answer: |synthesis, _, _| answer::json(&synthesis),
};

pub(crate) async fn synthesize(
    State(app): State<Arc<App>>,
    Caller(account): Caller,
    wanted: Wanted,
    headers: HeaderMap,
    JsonBody(body): JsonBody,
) -> Result<Response, ApiError> {
    FORM.carry_out(&app, (account, wanted), &headers, body).await
}
