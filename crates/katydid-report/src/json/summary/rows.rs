//! Requests and transactions: counts, times, bytes.

use std::collections::BTreeMap;
use std::time::Duration;

use katydid_core as core;
use katydid_core::{Latency, PhaseTotals, StageTimes};
use schemars::JsonSchema;
use serde::Serialize;

use crate::number::{millis, per_second, ratio};

/// Requests of one method and name, or transactions of one name.
#[derive(Serialize, JsonSchema)]
pub(super) struct Row<'a> {
    name: &'a str,
    /// Empty for all requests, `TRANSACTION` for a transaction.
    method: &'a str,
    /// Completed ones, failures among them.
    requests: u64,
    failures: u64,
    /// 0 to 1.
    failure_share: Option<f64>,
    /// By class: `http 503`, `timeout`, `check`.
    failures_by_kind: BTreeMap<String, u64>,
    requests_per_second: f64,
    /// Due to last byte: what a user who came on time had to wait.
    response_time: Times,
    /// Sent to last byte: what it took once the generator had begun.
    service_time: Times,
    /// Due to first byte; two significant digits.
    first_byte: Times,
    /// Where the service time went, by phase: dns, connect, tls, send, wait, receive.
    phases: BTreeMap<&'static str, Phase>,
    /// What answers say of their time (`Server-Timing`), by stage: the target's word.
    server_timing: BTreeMap<&'a str, Stage>,
    bytes: Bytes,
    redirects: u64,
    /// Requests that repeat one before them.
    retries: u64,
    /// Successes of status 400 and above, because the suite said so.
    excused: u64,
    /// Requests whose answer says that it came from a cache.
    cached: u64,
    connections_opened: u64,
    /// When the last one ended, since the start of the run.
    last_end_s: Option<f64>,
}

/// Times of many requests; null without any.
#[derive(Serialize, JsonSchema)]
pub(super) struct Times {
    count: u64,
    min_ms: Option<f64>,
    mean_ms: Option<f64>,
    p50_ms: Option<f64>,
    p66_ms: Option<f64>,
    p75_ms: Option<f64>,
    p80_ms: Option<f64>,
    p90_ms: Option<f64>,
    p95_ms: Option<f64>,
    p98_ms: Option<f64>,
    p99_ms: Option<f64>,
    /// 99.9 %.
    p99_9_ms: Option<f64>,
    /// 99.99 %.
    p99_99_ms: Option<f64>,
    max_ms: Option<f64>,
    /// All of them added up, exact.
    sum_ms: f64,
}

/// One phase of the service time, of all requests of a row.
#[derive(Serialize, JsonSchema)]
struct Phase {
    /// Over all requests, also those that had none of it.
    mean_ms: Option<f64>,
    max_ms: f64,
    sum_ms: f64,
}

/// A stage that answers have named.
#[derive(Serialize, JsonSchema)]
struct Stage {
    /// How often it was named, and how often with a time.
    answers: u64,
    timed: u64,
    mean_ms: Option<f64>,
    max_ms: Option<f64>,
    sum_ms: f64,
}

/// What was moved.
#[derive(Serialize, JsonSchema)]
struct Bytes {
    /// Written to the socket, under TLS before encryption.
    sent: u64,
    /// Read from the socket with heads, under TLS after decryption.
    received: u64,
    /// Bodies after decompression.
    body: u64,
}

impl<'a> Row<'a> {
    /// A row counted for so long.
    pub(super) fn of(row: &'a core::Row, measured: Duration) -> Self {
        let (requests, failures) = (row.requests(), row.failures());
        let bytes = row.bytes();
        Self {
            name: &row.key.name,
            method: &row.key.method,
            requests,
            failures,
            failure_share: ratio(failures, requests),
            failures_by_kind: row.kinds().iter().map(|(kind, n)| (kind.to_string(), n)).collect(),
            requests_per_second: per_second(requests, measured),
            response_time: Times::of(&row.response()),
            service_time: Times::of(&row.service()),
            first_byte: Times::of(row.first_byte()),
            phases: phases(&row.phases(), requests),
            server_timing: row.server_timings().iter().map(stage).collect(),
            bytes: Bytes { sent: bytes.sent, received: bytes.received, body: bytes.body },
            redirects: row.redirects(),
            retries: row.retries(),
            excused: row.excused(),
            cached: row.cached(),
            connections_opened: row.connections(),
            last_end_s: row.last_end().map(|end| end.as_secs_f64()),
        }
    }
}

impl Times {
    pub(super) fn of(times: &Latency) -> Self {
        let at = |quantile| times.quantile(quantile).map(millis);
        Self {
            count: times.len(),
            min_ms: times.min().map(millis),
            mean_ms: times.mean().map(millis),
            p50_ms: at(0.5),
            p66_ms: at(0.66),
            p75_ms: at(0.75),
            p80_ms: at(0.8),
            p90_ms: at(0.9),
            p95_ms: at(0.95),
            p98_ms: at(0.98),
            p99_ms: at(0.99),
            p99_9_ms: at(0.999),
            p99_99_ms: at(0.9999),
            max_ms: times.max().map(millis),
            sum_ms: millis(times.sum()),
        }
    }
}

fn stage(stage: &StageTimes) -> (&str, Stage) {
    let shown = Stage {
        answers: stage.answers(),
        timed: stage.timed(),
        mean_ms: stage.mean().map(millis),
        max_ms: stage.max().map(millis),
        sum_ms: millis(stage.sum()),
    };
    (stage.name(), shown)
}

fn phases(totals: &PhaseTotals, requests: u64) -> BTreeMap<&'static str, Phase> {
    let ms = |ns: u64| millis(Duration::from_nanos(ns));
    let each = totals.sums_ns().into_iter().zip(totals.maxima_ns());
    let phase = |(sum, max)| Phase {
        mean_ms: (requests > 0).then(|| ms(sum) / requests as f64),
        max_ms: ms(max),
        sum_ms: ms(sum),
    };
    PhaseTotals::NAMES.into_iter().zip(each.map(phase)).collect()
}
