//! What went wrong: failures, exceptions, and single requests to look at.

use katydid_core::{Exemplar, FailureRow, Snapshot};
use schemars::JsonSchema;
use serde::Serialize;

use super::{millis, seconds};

/// A failure text with its count.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ShownFailure {
    method: String,
    name: String,
    /// `HTTP 404 Not Found`, `timeout` …
    kind: String,
    /// Class and text.
    error: String,
    count: u64,
    /// First and last seen, since the start of the run.
    first: f64,
    last: f64,
}

impl ShownFailure {
    /// Those of requests and of transactions, the most frequent first.
    pub(super) fn all(snapshot: &Snapshot) -> Vec<Self> {
        let mut rows: Vec<FailureRow> =
            snapshot.failures().chain(snapshot.failed_transactions()).collect();
        rows.sort_by_key(|row| std::cmp::Reverse(row.count));
        rows.iter().map(Self::of).collect()
    }

    fn of(row: &FailureRow) -> Self {
        Self {
            method: row.method.to_string(),
            name: row.name.to_string(),
            kind: row.kind.to_string(),
            error: row.error(),
            count: row.count,
            first: seconds(row.first),
            last: seconds(row.last),
        }
    }
}

/// An error or panic of the suite's own code.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ShownException {
    count: u64,
    message: String,
    /// `Class/Flow/task`.
    task: String,
    /// File and line, for a panic.
    place: String,
}

impl ShownException {
    pub(super) fn all(snapshot: &Snapshot, most: usize) -> Vec<Self> {
        let row = |row: katydid_core::ExceptionRow| Self {
            count: row.count,
            message: row.message,
            task: row.task.path(),
            place: row.place,
        };
        snapshot.exceptions().take(most).map(row).collect()
    }
}

/// A request that was kept to look at. Secrets are masked in it.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ShownExemplar {
    /// The class of its failure, or `slow`: it succeeded, and took longer than 99 of 100 of its row.
    why: String,
    method: String,
    name: String,
    url: String,
    status: Option<u16>,
    error: Option<String>,
    /// When it ended, since the start of the run.
    ended: f64,
    user: u32,
    class: String,
    flow: String,
    task: String,
    tags: Vec<String>,
    /// ms.
    response_time: f64,
    service_time: f64,
    phases: ShownPhases,
    /// What the answer says of its time (`Server-Timing`).
    server_timing: Vec<ShownStated>,
    redirects: u32,
    retry: bool,
    traceparent: Option<String>,
    /// Head and beginning of the body, as sent.
    request: String,
    /// The same of the answer; empty without one.
    answer: String,
    /// A command line for bash that sends it again; secrets are variables in it.
    curl: String,
}

/// A stage that the answer names in `Server-Timing`.
#[derive(Debug, Serialize, JsonSchema)]
struct ShownStated {
    name: String,
    /// ms; `null` where it says no time.
    time: Option<f64>,
    about: String,
}

/// Where the service time went, ms.
#[derive(Debug, Serialize, JsonSchema)]
struct ShownPhases {
    dns: f64,
    connect: f64,
    tls: f64,
    send: f64,
    wait: f64,
    receive: f64,
}

impl ShownExemplar {
    pub(crate) fn all(snapshot: &Snapshot) -> Vec<Self> {
        snapshot.exemplars().map(Self::of).collect()
    }

    fn of(it: &Exemplar) -> Self {
        let [dns, connect, tls, send, wait, receive] = it.phases.times().map(millis);
        Self {
            why: it.why.to_string(),
            method: it.method.to_string(),
            name: it.name.to_string(),
            url: it.url.clone(),
            status: it.status,
            error: it.error.clone(),
            ended: seconds(it.ended),
            user: it.user,
            class: it.class.to_string(),
            flow: it.flow.to_string(),
            task: it.task.to_string(),
            tags: it.tags.iter().map(ToString::to_string).collect(),
            response_time: millis(it.response_time),
            service_time: millis(it.service_time),
            phases: ShownPhases { dns, connect, tls, send, wait, receive },
            server_timing: it
                .server_timing
                .iter()
                .map(|stage| ShownStated {
                    name: stage.name.clone(),
                    time: stage.time.map(millis),
                    about: stage.about.clone(),
                })
                .collect(),
            redirects: it.redirects,
            retry: it.retry,
            request: it.request.clone(),
            answer: it.answer.clone(),
            traceparent: it.traceparent.clone(),
            curl: it.curl.clone(),
        }
    }
}
