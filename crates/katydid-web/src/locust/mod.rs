//! Locust's HTTP API: the same paths, methods, fields, types and meanings, so that scripts, exporters
//! and Locust's own page work with it. docs/LOCUST_DIFFERENCES.md has what is meant to differ.
//!
//! Its answers are always indented JSON with sorted keys, and its errors often have status 200: both
//! are what programs made for it expect.

mod files;
mod shares;
mod stats;
mod swarm;
mod user;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use katydid_core::RunState;
use serde::Serialize;

use crate::app::App;
use crate::board::{Stage, View};
use crate::director::{Change, Refusal};
use crate::router::typed;

pub(crate) use user::Edited;

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/swarm", post(swarm::swarm))
        .route("/stop", post(stop))
        .route("/stats/reset", post(reset))
        .route("/stats/requests", get(stats::requests))
        .route("/stats/requests/csv", get(files::requests))
        .route("/stats/failures/csv", get(files::failures))
        .route("/stats/requests_full_history/csv", get(files::full_history))
        .route("/stats/report", get(files::report))
        .route("/exceptions", get(stats::exceptions))
        .route("/exceptions/csv", get(files::exceptions))
        .route("/tasks", get(shares::tasks))
        .route("/logs", get(logs))
        .route("/worker-count", get(worker_count))
        .route("/user", post(user::user))
}

/// As Flask writes it. Fields are given in the order of their names.
fn json(value: &impl Serialize) -> Response {
    let mut text = serde_json::to_vec_pretty(value).expect("texts and numbers alone");
    text.push(b'\n');
    typed("application/json", text)
}

/// A sentence.
fn sentence(status: StatusCode, text: impl Into<String>) -> Response {
    (status, text.into()).into_response()
}

fn refused(refusal: &Refusal) -> Response {
    let status = match refusal {
        Refusal::Wrong { .. } => StatusCode::BAD_REQUEST,
        Refusal::Conflict(_) => StatusCode::CONFLICT,
        Refusal::Confirm(_) => StatusCode::PRECONDITION_REQUIRED,
    };
    sentence(status, refusal.to_string())
}

/// Locust's word for where things stand.
fn state(view: &View) -> &'static str {
    match (view.stage, &view.run) {
        // Whoever has just ordered a run waits for this to end.
        (Stage::Preparing, _) => "spawning",
        (_, Some(run)) => crate::shown::state(run.state),
        (_, None) => "ready",
    }
}

/// Whether a run is on that can be changed.
fn is_on(view: &View) -> bool {
    let runs = |state| matches!(state, RunState::Spawning | RunState::Running);
    view.stage == Stage::On && view.run.as_ref().is_some_and(|run| runs(run.state))
}

#[derive(Serialize)]
struct Stopped {
    message: &'static str,
    success: bool,
}

/// Stops the run; the answer comes when its users have gone.
async fn stop(State(app): State<App>) -> Response {
    let mut views = app.board.follow();
    if matches!(app.board.view().stage, Stage::On | Stage::Preparing) {
        match app.change(Change::Stop).await {
            // It has just ended by itself.
            Ok(()) | Err(Refusal::Conflict(_)) => {}
            Err(refusal) => return refused(&refusal),
        }
        let over =
            |view: &std::sync::Arc<View>| !matches!(view.stage, Stage::On | Stage::Preparing);
        // Whoever put views has gone: then nothing runs, either.
        let _ = views.wait_for(over).await;
    }
    json(&Stopped { message: "Test stopped", success: true })
}

/// Begins the statistics anew.
async fn reset(State(app): State<App>) -> Response {
    let view = app.board.view();
    if view.run.is_none() {
        return typed("text/html; charset=utf-8", "ok");
    }
    match app.change(Change::ResetStats).await {
        Ok(()) => typed("text/html; charset=utf-8", "ok"),
        Err(refusal) => refused(&refusal),
    }
}

#[derive(Serialize)]
struct Logs {
    master: Vec<String>,
    workers: std::collections::BTreeMap<String, Vec<String>>,
}

async fn logs(State(app): State<App>) -> Response {
    match app.call(|director| Ok(director.log_after(0))).await {
        Ok(lines) => {
            let master = lines.into_iter().map(|line| line.text).collect();
            json(&Logs { master, workers: std::collections::BTreeMap::new() })
        }
        Err(refusal) => refused(&refusal),
    }
}

#[derive(Serialize)]
struct Workers {
    worker_count: u32,
}

/// There are no workers.
async fn worker_count() -> Response {
    json(&Workers { worker_count: 0 })
}
