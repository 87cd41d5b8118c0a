//! What the charts know of each step, and all of them column by column.

use std::collections::BTreeMap;
use std::time::Duration;

use katydid_core::{FailureKind, History, Step};
use serde::Serialize;

use super::times::{self, Buckets};
use super::{millis, seconds};

/// A step: made once, for a step of a history never changes; two neighbours may become a new one.
#[derive(Clone, Debug)]
pub(super) struct StepData {
    users: u32,
    planned: u32,
    due: u64,
    begun: u64,
    requests: u64,
    failed: u64,
    min: f64,
    max: f64,
    late: f64,
    percentiles: [f64; 3],
    pub(super) kinds: Vec<(FailureKind, u64)>,
    pub(super) times: Buckets,
}

impl StepData {
    fn of(history: &History, index: usize, step: &Step) -> Self {
        let part = history.requests(index..index + 1);
        let times = part.response();
        let time = |time: Option<Duration>| time.map_or(0.0, millis);
        Self {
            users: step.users,
            planned: step.planned_users,
            due: step.planned_starts,
            begun: step.starts,
            requests: part.requests(),
            failed: part.failures(),
            min: time(times.min()),
            max: time(times.max()),
            late: millis(step.late),
            percentiles: [0.5, 0.95, 0.99].map(|share| time(times.quantile(share))),
            kinds: part.kinds().iter().collect(),
            times: times::buckets(&times),
        }
    }
}

/// The steps of a run as far as they are known, by their beginning and their end.
#[derive(Clone, Debug, Default)]
pub(super) struct Steps(BTreeMap<(Duration, Duration), StepData>);

impl Steps {
    /// Those of this history; the answer has the indices of the ones that are new.
    pub(super) fn refresh(&mut self, history: &History) -> Vec<usize> {
        let mut before = std::mem::take(&mut self.0);
        let mut fresh = Vec::new();
        for (index, step) in history.steps().iter().enumerate() {
            let place = (step.from, step.until);
            let data = before.remove(&place).unwrap_or_else(|| {
                fresh.push(index);
                StepData::of(history, index, step)
            });
            self.0.insert(place, data);
        }
        fresh
    }

    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = &StepData> + Clone {
        self.0.values()
    }

    /// Where each begins, and where the last one ends.
    pub(super) fn edges(&self) -> Vec<f64> {
        let begin = self.0.keys().next().map(|(from, _)| seconds(*from));
        begin.into_iter().chain(self.0.keys().map(|(_, until)| seconds(*until))).collect()
    }
}

/// One number for each step.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Columns {
    /// Where each begins, and where the last one ends.
    at: Vec<f64>,
    users: Vec<u32>,
    planned: Vec<u32>,
    /// Task starts due and begun; nothing in the closed model.
    #[serde(skip_serializing_if = "Option::is_none")]
    due: Option<Vec<u64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    begun: Option<Vec<u64>>,
    requests: Vec<u64>,
    failed: Vec<u64>,
    /// Shortest and longest response time; 0 without requests, as percentiles are.
    min: Vec<f64>,
    max: Vec<f64>,
    p50: Vec<f64>,
    p95: Vec<f64>,
    p99: Vec<f64>,
    /// The most by which a thread was late, ms.
    late: Vec<f64>,
    /// A histogram each: `[bucket, count, buckets further on, count, …]`.
    times: Vec<Vec<u64>>,
}

impl Columns {
    /// Those of `steps`, with edges of their own; `level` is how coarse histograms are.
    /// In the open model starts are told too.
    pub(super) fn of(open: bool, at: Vec<f64>, steps: &[&StepData], level: u32) -> Self {
        let starts = |of: fn(&StepData) -> u64| {
            open.then(|| steps.iter().map(|step| of(step)).collect::<Vec<_>>())
        };
        let time = |of: fn(&StepData) -> f64| steps.iter().map(|step| of(step)).collect::<Vec<_>>();
        Self {
            at,
            users: steps.iter().map(|step| step.users).collect(),
            planned: steps.iter().map(|step| step.planned).collect(),
            due: starts(|step| step.due),
            begun: starts(|step| step.begun),
            requests: steps.iter().map(|step| step.requests).collect(),
            failed: steps.iter().map(|step| step.failed).collect(),
            min: time(|step| step.min),
            max: time(|step| step.max),
            p50: time(|step| step.percentiles[0]),
            p95: time(|step| step.percentiles[1]),
            p99: time(|step| step.percentiles[2]),
            late: time(|step| step.late),
            times: steps.iter().map(|step| step.times.at_level(level)).collect(),
        }
    }
}
