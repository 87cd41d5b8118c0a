//! The stages of a run, as they stand side by side.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::rows::Times;
use crate::number::{per_second, ratio};
use crate::stages::Stage;

/// A stage of the plan with the requests that ended in it.
#[derive(Serialize, JsonSchema)]
pub(super) struct RunStage<'a> {
    name: &'a str,
    /// Its beginning by plan, since the start of the run.
    from_s: f64,
    /// Its end by plan; null where only the run ends it.
    until_s: Option<f64>,
    /// For how long it was counted: what its rate is divided by.
    measured_s: f64,
    /// Users that it leads to by plan; null in the open model.
    users: Option<u32>,
    /// The highest rate of task starts by plan; null in the closed model.
    starts_per_second: Option<f64>,
    /// Completed ones, failures among them.
    requests: u64,
    failures: u64,
    /// 0 to 1.
    failure_share: Option<f64>,
    /// By class: `http 503`, `timeout`, `check`.
    failures_by_kind: BTreeMap<String, u64>,
    /// Failures without a whole answer.
    lost: u64,
    requests_per_second: f64,
    /// Due to last byte.
    response_time: Times,
    /// Requests whose answer says that it came from a cache.
    cached: u64,
    connections_opened: u64,
    /// The share of exchanges (requests, and redirects that were followed) that found a connection
    /// open, 0 to 1.
    reuse_share: Option<f64>,
}

impl<'a> RunStage<'a> {
    pub(super) fn of(stage: &Stage<'a>) -> Self {
        let Stage { phase, part, length } = stage;
        let (requests, failures) = (part.requests(), part.failures());
        Self {
            name: &phase.name,
            from_s: phase.from.as_secs_f64(),
            until_s: phase.until.map(|until| until.as_secs_f64()),
            measured_s: length.as_secs_f64(),
            users: phase.users,
            starts_per_second: phase.starts,
            requests,
            failures,
            failure_share: ratio(failures, requests),
            failures_by_kind: part.kinds().iter().map(|(kind, n)| (kind.to_string(), n)).collect(),
            lost: part.kinds().lost(),
            requests_per_second: per_second(requests, *length),
            response_time: Times::of(&part.response()),
            cached: part.cached(),
            connections_opened: part.connections(),
            reuse_share: part.reuse(),
        }
    }
}
