//! What Locust lets people download.

use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use jiff::{Timestamp, tz::TimeZone};
use katydid_core::Snapshot;
use katydid_report::csv;

use super::sentence;
use super::stats::started;
use super::swarm::default_host;
use crate::app::App;
use crate::board::Run;
use crate::router::{attached, typed};
use crate::security::sandboxed;

const NO_HISTORY: &str = "Error: Server was not started with option to generate full history.";

pub(super) async fn requests(State(app): State<App>) -> Response {
    download(&app, "requests", |_, snapshot| csv::stats(snapshot))
}

pub(super) async fn failures(State(app): State<App>) -> Response {
    download(&app, "failures", |run, snapshot| match run {
        Some(run) => csv::failures(snapshot, started(run)),
        None => csv::failures(snapshot, std::time::SystemTime::UNIX_EPOCH),
    })
}

pub(super) async fn exceptions(State(app): State<App>) -> Response {
    download(&app, "exceptions", |_, snapshot| csv::exceptions(snapshot))
}

/// Before the first run there are files without rows.
fn download(
    app: &App,
    what: &str,
    write: impl FnOnce(Option<&Run>, &Snapshot) -> Vec<u8>,
) -> Response {
    let view = app.board.view();
    let empty = Snapshot::new(&[], &[], 1);
    let run = view.run.as_ref();
    let bytes = write(run, run.map_or(&empty, |run| &run.snapshot));
    let name = format!("{}_{what}.csv", stem(app, run));
    attached(typed("text/csv", bytes), &name)
}

/// The file that the program itself writes with `--csv` and `--csv-full-history`.
pub(super) async fn full_history(State(app): State<App>) -> Response {
    let view = app.board.view();
    let Some(run) = &view.run else { return sentence(StatusCode::NOT_FOUND, NO_HISTORY) };
    let setting = |wanted: &str| {
        let found = run.header.settings.iter().find(|[name, ..]| name == wanted);
        found.map(|[_, value, _]| value.clone())
    };
    let (Some(prefix), Some("true")) = (setting("csv"), setting("csv-full-history").as_deref())
    else {
        return sentence(StatusCode::NOT_FOUND, NO_HISTORY);
    };
    let path = csv::FileNames::for_prefix(&prefix).history;
    let read = tokio::task::spawn_blocking(move || std::fs::read(path)).await;
    match read {
        Ok(Ok(bytes)) => {
            let name = format!("{}_requests_full_history.csv", stem(&app, Some(run)));
            attached(typed("text/csv", bytes), &name)
        }
        _ => sentence(StatusCode::NOT_FOUND, "Error: the file of the full history is not there."),
    }
}

/// The report of now, or of the end.
pub(super) async fn report(State(app): State<App>, RawQuery(query): RawQuery) -> Response {
    let view = app.board.view();
    let Some(run) = view.run.clone() else {
        return sentence(StatusCode::NOT_FOUND, "Error: nothing has run yet.");
    };
    let name = format!("{}.html", stem(&app, Some(&run)));
    let page = match app.call(move |director| Ok(director.report(&run))).await {
        Ok(page) => page,
        Err(refusal) => return super::refused(&refusal),
    };
    let response = sandboxed(typed("text/html; charset=utf-8", page));
    let wanted = query.as_deref().unwrap_or_default();
    let mut pairs = url::form_urlencoded::parse(wanted.as_bytes());
    let downloaded = pairs.any(|(name, value)| name == "download" && !value.is_empty());
    if downloaded { attached(response, &name) } else { response }
}

/// Locust's name without what follows: program, local time, suite, host.
fn stem(app: &App, run: Option<&Run>) -> String {
    let begun =
        run.map_or_else(std::time::SystemTime::now, |run| started(run) + run.snapshot.since);
    let zone = TimeZone::system();
    let time = Timestamp::try_from(begun).map_or_else(
        |_| "unknown".to_owned(),
        |time| time.to_zoned(zone).strftime("%Y-%m-%d-%Hh%M").to_string(),
    );
    let suite = run.map_or(&app.suite.name, |run| &run.header.suite);
    let host = default_host(app, run).filter(|host| !host.is_empty());
    let host = host.map(|host| format!("_{host}")).unwrap_or_default();
    format!("Locust_{time}_{suite}{host}")
}
