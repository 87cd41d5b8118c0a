//! Rows of the tables: requests, transactions, tasks, users.

use std::collections::BTreeMap;
use std::time::Duration;

use katydid_core::{Row, Snapshot, StageTimes};
use schemars::JsonSchema;
use serde::Serialize;

use super::millis;

/// A row of requests or transactions.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ShownRow {
    /// `GET`; empty for totals, `TRANSACTION` for transactions.
    method: String,
    name: String,
    tags: Vec<String>,
    /// Requests, failures among them.
    requests: u64,
    failures: u64,
    /// Response times in ms: due to last byte, failures included. `null` without requests.
    p50: Option<f64>,
    p95: Option<f64>,
    p99: Option<f64>,
    mean: Option<f64>,
    min: Option<f64>,
    max: Option<f64>,
    /// Mean ms from the last byte sent to the first byte of the answer. `null` without requests.
    wait: Option<f64>,
    /// What answers say of their time (`Server-Timing`), by stage.
    server_timing: Vec<ShownStage>,
    /// Mean bytes of a body, decoded.
    size: f64,
    /// Requests and failures per second over the last ten seconds; 0 in a run that is over.
    rps: f64,
    fps: f64,
    /// Requests and failures per second over the whole time measured.
    total_rps: f64,
    total_fps: f64,
}

impl ShownRow {
    /// `over`: the run is over, and nothing is current any more.
    pub(crate) fn of(row: &Row, measured: Duration, over: bool) -> Self {
        let times = row.response();
        let at = |quantile| times.quantile(quantile).map(millis);
        let per_second = |count: u64| match measured.as_secs_f64() {
            0.0 => 0.0,
            seconds => rounded(count as f64 / seconds),
        };
        let (current, failing) = if over { (0.0, 0.0) } else { row.current_rates() };
        Self {
            method: row.key.method.to_string(),
            name: row.key.name.to_string(),
            tags: row.key.tags.iter().map(ToString::to_string).collect(),
            requests: row.requests(),
            failures: row.failures(),
            p50: at(0.5),
            p95: at(0.95),
            p99: at(0.99),
            mean: times.mean().map(millis),
            min: times.min().map(millis),
            max: times.max().map(millis),
            wait: {
                let [.., wait, _] = row.phases().sums_ns();
                let mean = wait.checked_div(row.requests());
                mean.map(|ns| millis(Duration::from_nanos(ns)))
            },
            server_timing: row.server_timings().iter().map(ShownStage::of).collect(),
            size: match row.requests() {
                0 => 0.0,
                requests => rounded(row.bytes().body as f64 / requests as f64),
            },
            rps: rounded(current),
            fps: rounded(failing),
            total_rps: per_second(row.requests()),
            total_fps: per_second(row.failures()),
        }
    }
}

fn rounded(value: f64) -> f64 {
    (value * 1e3).round() / 1e3
}

/// A stage that answers name in `Server-Timing`.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ShownStage {
    name: String,
    /// How often it was named.
    answers: u64,
    /// ms, as the target says; `null` where it says no time.
    mean: Option<f64>,
    max: Option<f64>,
}

impl ShownStage {
    fn of(stage: &StageTimes) -> Self {
        Self {
            name: stage.name().to_owned(),
            answers: stage.answers(),
            mean: stage.mean().map(millis),
            max: stage.max().map(millis),
        }
    }
}

/// A user class and its users now.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ShownUsers {
    class: String,
    users: u32,
}

impl ShownUsers {
    pub(super) fn all(snapshot: &Snapshot) -> Vec<Self> {
        let users = snapshot.users.iter();
        users.map(|(class, users)| Self { class: class.to_string(), users: *users }).collect()
    }
}

/// A task with what it did, and its share as documented and measured.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ShownTask {
    class: String,
    /// `Outer/Inner` in a nested flow; empty for a task of the class itself.
    flow: String,
    task: String,
    tags: Vec<String>,
    /// Executions that came to their end.
    executions: u64,
    /// Executions that were cut.
    cut: u64,
    /// Requests made by all of these.
    requests: u64,
    /// Executions that ended in an error or a panic of the suite's own code.
    exceptions: u64,
    /// The share of its class's executions that the weights promise, 0 to 1; `null` where the code
    /// of the tasks decides.
    expected_share: Option<f64>,
    /// The share that was drawn, cut ones included; `null` before the first.
    measured_share: Option<f64>,
}

impl ShownTask {
    pub(super) fn all(snapshot: &Snapshot) -> Vec<Self> {
        let mut drawn: BTreeMap<&str, u64> = BTreeMap::new();
        for row in snapshot.tasks() {
            *drawn.entry(&row.info.class).or_default() += row.counts.executions + row.counts.cut;
        }
        let task = |row: &katydid_core::TaskRow| {
            let (info, counts) = (&row.info, row.counts);
            let all = drawn.get(&*info.class).copied().unwrap_or_default();
            let mine = counts.executions + counts.cut;
            Self {
                class: info.class.to_string(),
                flow: info.flow.to_string(),
                task: info.task.to_string(),
                tags: info.tags.iter().map(ToString::to_string).collect(),
                executions: counts.executions,
                cut: counts.cut,
                requests: counts.requests,
                exceptions: counts.exceptions,
                expected_share: info.expected_share,
                measured_share: (all > 0).then(|| mine as f64 / all as f64),
            }
        };
        snapshot.tasks().iter().map(task).collect()
    }
}
