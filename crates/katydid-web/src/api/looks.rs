//! What shows something.

use axum::Extension;
use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use katydid_report::html::name_series;
use schemars::JsonSchema;
use serde::Serialize;

use super::error::ApiError;
use super::fields::Fields;
use super::table::{AFTER, NAME};
use crate::app::App;
use crate::live::{Seen, ShownLines};
use crate::router::typed;
use crate::security::Visitor;
use crate::shown::{ShownExemplar, ShownSuite};

/// Requests that were kept to look at.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct ShownExemplars {
    exemplars: Vec<ShownExemplar>,
}

pub(super) fn json(value: &impl Serialize) -> Response {
    typed("application/json", serde_json::to_vec(value).expect("texts and numbers alone"))
}

pub(super) async fn suite(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
) -> Response {
    json(&ShownSuite::of(&app.suite, &visitor))
}

pub(super) async fn state(State(app): State<App>) -> Response {
    typed("application/json", app.live.state())
}

pub(super) async fn snapshot(State(app): State<App>) -> Result<Response, ApiError> {
    let text = app.live.snapshot().ok_or_else(nothing_yet)?;
    Ok(typed("application/json", text))
}

pub(super) async fn exemplars(State(app): State<App>) -> Result<Response, ApiError> {
    let view = app.board.view();
    let run = view.run.as_ref().ok_or_else(nothing_yet)?;
    Ok(json(&ShownExemplars { exemplars: ShownExemplar::all(&run.snapshot) }))
}

pub(super) async fn names(
    State(app): State<App>,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    let fields = Fields::query(query.as_deref(), &NAME)?;
    let wanted = fields.text("name").unwrap_or_default();
    let (method, name) = wanted.split_once(' ').unwrap_or(("", wanted));
    let view = app.board.view();
    let run = view.run.as_ref().ok_or_else(nothing_yet)?;
    let series = name_series(&run.snapshot, method, name);
    let series =
        series.ok_or_else(|| ApiError::missing(format!("no request is named `{wanted}`")))?;
    Ok(typed("application/json", series))
}

pub(super) async fn log(
    State(app): State<App>,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    let fields = Fields::query(query.as_deref(), &AFTER)?;
    let after = u64::from(fields.whole("after").unwrap_or_default());
    Ok(json(&ShownLines::of(&app.live.lines_after(after))))
}

pub(super) async fn events(
    State(app): State<App>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let id = headers.get("last-event-id").and_then(|id| id.to_str().ok()).unwrap_or_default();
    let Some(reader) = app.live.reader(Seen::of(id)) else {
        let text = "too many streams are open; close some pages";
        return Err(ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "too-many", text));
    };
    let mut response = Response::new(Body::new(reader.into_body()));
    let all = response.headers_mut();
    all.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    // Proxies that collect answers would hold back events.
    all.insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}

pub(super) fn nothing_yet() -> ApiError {
    ApiError::missing("nothing has run yet; POST /api/v1/run begins a run")
}
