//! Saved runs, and what can be downloaded.

use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use katydid_core::or_nearest;

use super::error::ApiError;
use super::fields::Fields;
use super::looks::{json, nothing_yet};
use super::table::COMPARE;
use crate::app::App;
use crate::board::Run;
use crate::router::{attached, typed};
use crate::saved::{File, ShownFiles};
use crate::security::sandboxed;
use crate::shown::ShownSnapshot;

const HTML: &str = "text/html; charset=utf-8";

pub(super) async fn list(State(app): State<App>) -> Result<Response, ApiError> {
    Ok(json(&app.apart(|app| app.shelf.list()).await?))
}

pub(super) async fn snapshot(
    State(app): State<App>,
    Path(run): Path<String>,
) -> Result<Response, ApiError> {
    let shown = app.apart(move |app| Ok(ShownSnapshot::of(&*app.shelf.open(&run)?))).await?;
    Ok(json(&shown))
}

pub(super) async fn report(
    State(app): State<App>,
    Path(run): Path<String>,
) -> Result<Response, ApiError> {
    let page = app.apart(move |app| Ok(app.director.report(&*app.shelf.open(&run)?))).await?;
    Ok(sandboxed(typed(HTML, page)))
}

pub(super) async fn files(
    State(app): State<App>,
    Path(run): Path<String>,
) -> Result<Response, ApiError> {
    let files = app.apart(move |app| Ok(ShownFiles::of(&*app.shelf.open(&run)?))).await?;
    Ok(json(&files))
}

pub(super) async fn file(
    State(app): State<App>,
    Path((run, name)): Path<(String, String)>,
) -> Result<Response, ApiError> {
    let file = app.apart(move |app| File::of(&*app.shelf.open(&run)?, &name, &app.director));
    Ok(handed_out(file.await?))
}

pub(super) async fn files_now(State(app): State<App>) -> Result<Response, ApiError> {
    let run = run_now(&app)?;
    Ok(json(&app.apart(move |_| Ok(ShownFiles::of(&run))).await?))
}

pub(super) async fn file_now(
    State(app): State<App>,
    Path(name): Path<String>,
) -> Result<Response, ApiError> {
    let run = run_now(&app)?;
    let file = app.apart(move |app| File::of(&run, &name, &app.director));
    Ok(handed_out(file.await?))
}

pub(super) async fn compare(
    State(app): State<App>,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    let fields = Fields::query(query.as_deref(), &COMPARE)?;
    let text = |name| fields.text(name).unwrap_or_default().to_owned();
    let (base, new) = (text("base"), text("with"));
    let allow_invalid = fields.flag("allow_invalid").unwrap_or(false);
    let for_machines = match fields.text("form").unwrap_or("page") {
        "page" => false,
        "json" => true,
        other => {
            let hint = or_nearest(other, ["page", "json"]);
            return Err(ApiError::wrong("wrong", "form", format!("`{other}` is no form; {hint}")));
        }
    };
    let compared =
        app.apart(move |app| app.shelf.compare([&base, &new], allow_invalid, for_machines)).await?;
    Ok(if for_machines {
        typed("application/json", compared)
    } else {
        sandboxed(typed(HTML, compared))
    })
}

fn run_now(app: &App) -> Result<Run, ApiError> {
    app.board.view().run.clone().ok_or_else(nothing_yet)
}

/// Always to be saved, never to be shown: what lies in a folder is no part of the page.
fn handed_out(file: File) -> Response {
    sandboxed(attached(typed(file.kind, file.bytes), &file.name))
}
