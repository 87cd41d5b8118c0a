//! What a search has found.

use std::time::Duration;

use katydid_core::{ProbeRecord, SearchOutcome};
use serde::Serialize;

use crate::number::millis;
use crate::table::shown;

/// Users, and requests per second with which they held every target.
#[derive(Serialize)]
struct Found<'a> {
    /// Whether `held_users` can be relied on.
    found: bool,
    conclusion: &'a str,
    held_users: Option<u32>,
    broke_users: Option<u32>,
    broke_target: Option<String>,
    requests_per_second: Option<f64>,
    p95_ms: Option<f64>,
    failure_share: Option<f64>,
    seconds: f64,
    probes: Vec<Probe<'a>>,
}

#[derive(Serialize)]
struct Probe<'a> {
    number: u32,
    users: u32,
    /// Seconds since the search began.
    began: f64,
    seconds: f64,
    requests: u64,
    failures: u64,
    requests_per_second: f64,
    median_ms: Option<f64>,
    p95_ms: Option<f64>,
    p99_ms: Option<f64>,
    max_ms: Option<f64>,
    run: &'a str,
    shows: &'a str,
    causes: &'a [String],
}

/// One object: what was found, and every probe. Of the probes in which the load held it has the
/// fewest requests per second, the longest p95 and the largest share of failures.
pub fn search(outcome: &SearchOutcome) -> Vec<u8> {
    let worst = outcome.worst_of_held();
    let conclusion = outcome.sentence();
    super::indented(&Found {
        found: outcome.is_found(),
        conclusion: &conclusion,
        held_users: outcome.held(),
        broke_users: outcome.broke(),
        broke_target: outcome.breaking().map(|result| result.target.to_string()),
        requests_per_second: worst.map(|(rate, ..)| rate),
        p95_ms: worst.map(|(_, p95, _)| millis(p95)),
        failure_share: worst.map(|(.., share)| share),
        seconds: outcome.took.as_secs_f64(),
        probes: outcome.probes.iter().map(probe).collect(),
    })
}

fn probe(record: &ProbeRecord) -> Probe<'_> {
    let ms = |time: Option<Duration>| time.map(millis);
    Probe {
        number: record.number,
        users: record.users,
        began: record.began.as_secs_f64(),
        seconds: record.measured.as_secs_f64(),
        requests: record.requests,
        failures: record.failures,
        requests_per_second: record.rate(),
        median_ms: ms(record.median),
        p95_ms: ms(record.p95),
        p99_ms: ms(record.p99),
        max_ms: ms(record.longest),
        run: record.run.as_str(),
        shows: shown(record.shows),
        causes: &record.causes,
    }
}
