//! Locust's shape of the statistics.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use katydid_core::{Latency, Row, Snapshot};
use serde::Serialize;

use crate::number::{millis, nearest};
use crate::rows_and_transactions;

/// One method and name, with Locust's keys in Locust's order. Times are in ms, moments in seconds
/// of the epoch.
#[derive(Serialize)]
struct Entry<'a> {
    name: &'a str,
    method: &'a str,
    last_request_timestamp: Option<f64>,
    start_time: f64,
    num_requests: u64,
    num_none_requests: u64,
    num_failures: u64,
    total_response_time: f64,
    max_response_time: f64,
    min_response_time: Option<f64>,
    total_content_length: u64,
    /// Whole ms and how many requests took them.
    response_times: BTreeMap<u64, u64>,
    /// Seconds of the epoch and how many requests ended in them.
    num_reqs_per_sec: BTreeMap<u64, u64>,
    num_fail_per_sec: BTreeMap<u64, u64>,
}

/// An array with an object for each method and name that had a request, sorted by name; no
/// `Aggregated`. Indented by four, with a line end.
///
/// `started` is when the run began. Runs of more than two hours have their counts by two seconds,
/// or four and so on, under the second in which a step begins; their sum is `num_requests` at any
/// length.
pub fn statistics(snapshot: &Snapshot, started: SystemTime) -> Vec<u8> {
    let rows = rows_and_transactions(snapshot);
    let begun = started + snapshot.since;
    let rows = rows.iter().filter(|row| row.requests() > 0);
    let entries: Vec<Entry<'_>> = rows.map(|row| entry(row, started, begun)).collect();
    super::indented(&entries)
}

/// `begun`: since when the statistics have been counted.
fn entry(row: &Row, started: SystemTime, begun: SystemTime) -> Entry<'_> {
    let times = row.response();
    let by_second = |pick: fn((u64, u64, u64)) -> u64| {
        let counts =
            row.timeline().steps().map(|step| (seconds(started) as u64 + step.0, pick(step)));
        counts.filter(|(_, count)| *count > 0).collect()
    };
    Entry {
        name: &row.key.name,
        method: &row.key.method,
        last_request_timestamp: row.last_end().map(|end| seconds(started + end)),
        start_time: seconds(begun),
        num_requests: row.requests(),
        // A Locust request may come without a time; ours never do.
        num_none_requests: 0,
        num_failures: row.failures(),
        total_response_time: millis(times.sum()),
        max_response_time: times.max().map_or(0.0, millis),
        min_response_time: times.min().map(millis),
        total_content_length: row.bytes().body,
        response_times: whole_millis(&times),
        num_reqs_per_sec: by_second(|(_, requests, _)| requests),
        num_fail_per_sec: by_second(|(_, _, failures)| failures),
    }
}

/// Counts by the nearest whole ms.
fn whole_millis(times: &Latency) -> BTreeMap<u64, u64> {
    let mut counts = BTreeMap::new();
    let longest = times.max().unwrap_or_default();
    for (edge, count) in times.buckets() {
        // The last bucket may reach beyond the maximum.
        *counts.entry(nearest(Duration::from_micros(edge).min(longest))).or_insert(0) += count;
    }
    counts
}

fn seconds(time: SystemTime) -> f64 {
    time.duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64())
}
