//! `/stats/requests` and `/exceptions`. Fields stand in the order of their names.

use std::time::{Duration, SystemTime};

use axum::extract::State;
use axum::response::Response;
use katydid_core::{Row, Snapshot};
use serde::Serialize;

use super::{json, state};
use crate::app::App;
use crate::board::{Run, Stage, View};
use crate::shown::epoch;

/// Rows and errors that Locust lists.
const MOST: usize = 500;

#[derive(Debug, Default, Serialize)]
struct Stats {
    current_fail_per_sec: f64,
    current_response_time_percentiles: Percentiles,
    current_rps: f64,
    errors: Vec<Failed>,
    fail_ratio: f64,
    state: &'static str,
    stats: Vec<Entry>,
    total_fail_per_sec: f64,
    total_rps: f64,
    user_count: u32,
}

/// Of the last ten seconds; `null` without a request in them.
#[derive(Debug, Default, Serialize)]
struct Percentiles {
    #[serde(rename = "response_time_percentile_0.5")]
    median: Option<u64>,
    #[serde(rename = "response_time_percentile_0.95")]
    p95: Option<u64>,
}

#[derive(Debug, Serialize)]
struct Failed {
    error: String,
    first_seen: f64,
    last_seen: f64,
    method: String,
    name: String,
    occurrences: u64,
}

#[derive(Debug, Default, Serialize)]
struct Entry {
    avg_content_length: f64,
    avg_response_time: f64,
    current_fail_per_sec: f64,
    current_rps: f64,
    max_response_time: f64,
    median_response_time: u64,
    method: String,
    min_response_time: f64,
    name: String,
    num_failures: u64,
    num_requests: u64,
    #[serde(rename = "response_time_percentile_0.95")]
    p95: u64,
    #[serde(rename = "response_time_percentile_0.99")]
    p99: u64,
    total_fail_per_sec: f64,
    total_rps: f64,
}

pub(super) async fn requests(State(app): State<App>) -> Response {
    let view = app.board.view();
    json(&stats(&view))
}

fn stats(view: &View) -> Stats {
    let Some(run) = &view.run else {
        let aggregated = Entry { name: "Aggregated".to_owned(), ..Entry::default() };
        return Stats { state: state(view), stats: vec![aggregated], ..Stats::default() };
    };
    let snapshot = &*run.snapshot;
    // Nothing is current in a run that is over.
    let on = view.stage == Stage::On;
    let all = snapshot.aggregated();
    let mut entries: Vec<Entry> =
        listed(snapshot).iter().map(|row| entry(row, snapshot, on)).collect();
    let total = entry(&all, snapshot, on);
    let current = all.current_response();
    let at = |quantile| current.quantile(quantile).filter(|_| on).map(|time| whole(Some(time)));
    let stats = Stats {
        current_fail_per_sec: total.current_fail_per_sec,
        current_response_time_percentiles: Percentiles { median: at(0.5), p95: at(0.95) },
        current_rps: total.current_rps,
        errors: errors(run),
        fail_ratio: ratio(all.failures(), all.requests()),
        state: state(view),
        total_fail_per_sec: total.total_fail_per_sec,
        total_rps: total.total_rps,
        user_count: if on { snapshot.user_count() } else { 0 },
        stats: Vec::new(),
    };
    entries.push(total);
    Stats { stats: entries, ..stats }
}

/// Requests by name, then transactions, as in the CSV file.
fn listed(snapshot: &Snapshot) -> Vec<Row> {
    let requests = snapshot.rows_by_name().into_iter().map(std::borrow::Cow::into_owned);
    requests.chain(snapshot.transactions()).take(MOST).collect()
}

fn entry(row: &Row, snapshot: &Snapshot, on: bool) -> Entry {
    let times = row.response();
    let exact = |time: Option<Duration>| time.map_or(0.0, |time| time.as_secs_f64() * 1e3);
    let seconds = snapshot.measured().as_secs_f64();
    let rate = |count: u64| if seconds > 0.0 { count as f64 / seconds } else { 0.0 };
    let (current_rps, current_fail_per_sec) = if on { row.current_rates() } else { (0.0, 0.0) };
    Entry {
        avg_content_length: ratio(row.bytes().body, row.requests()),
        avg_response_time: exact(times.mean()),
        current_fail_per_sec,
        current_rps,
        max_response_time: exact(times.max()).round(),
        median_response_time: whole(times.quantile(0.5)),
        method: row.key.method.to_string(),
        min_response_time: exact(times.min()).round(),
        name: row.key.name.to_string(),
        num_failures: row.failures(),
        num_requests: row.requests(),
        p95: whole(times.quantile(0.95)),
        p99: whole(times.quantile(0.99)),
        total_fail_per_sec: rate(row.failures()),
        total_rps: rate(row.requests()),
    }
}

fn whole(time: Option<Duration>) -> u64 {
    time.map_or(0, |time| (time.as_secs_f64() * 1e3).round() as u64)
}

fn ratio(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

fn errors(run: &Run) -> Vec<Failed> {
    let started = started(run);
    let failed = |row: katydid_core::FailureRow| Failed {
        error: row.error(),
        first_seen: epoch(started + row.first),
        last_seen: epoch(started + row.last),
        method: row.method.to_string(),
        name: row.name.to_string(),
        occurrences: row.count,
    };
    run.snapshot.failures().take(MOST).map(failed).collect()
}

/// When a run began.
pub(super) fn started(run: &Run) -> SystemTime {
    run.ending.as_ref().map_or(run.header.started, |ending| ending.started)
}

#[derive(Serialize)]
struct Exceptions {
    exceptions: Vec<Exception>,
}

#[derive(Serialize)]
struct Exception {
    count: u64,
    msg: String,
    nodes: &'static str,
    traceback: String,
}

pub(super) async fn exceptions(State(app): State<App>) -> Response {
    let view = app.board.view();
    let exception = |row: katydid_core::ExceptionRow| Exception {
        count: row.count,
        traceback: row.traceback(),
        msg: row.message,
        nodes: "local",
    };
    let run = view.run.as_ref();
    let all = run.into_iter().flat_map(|run| run.snapshot.exceptions()).map(exception);
    json(&Exceptions { exceptions: all.collect() })
}
