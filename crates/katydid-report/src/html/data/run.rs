//! The data of the charts of a run.

use katydid_core::{FailureKind, Snapshot};
use serde::Serialize;

use super::marks::{Band, Flag, bands, flags};
use super::series::{Chart, charts};
use super::steps::{Columns, StepData, Steps};
use super::{millis, round, seconds, times};

/// Classes of failures with a line of their own.
const MOST_KINDS: usize = 6;

/// All that the charts are drawn from. Times of the run are seconds since its start, response
/// times ms.
#[derive(Debug, Serialize)]
pub(super) struct RunData<'a> {
    /// It is all, and not what is new.
    whole: bool,
    #[serde(flatten)]
    beside: &'a Beside,
    steps: Columns,
}

/// What there is beside the steps.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Beside {
    #[serde(flatten)]
    pub(super) about: About,
    /// What happened at which moment.
    pub(super) marks: Vec<Flag>,
    /// Series of processes and monitors.
    pub(super) charts: Vec<Chart>,
}

/// What is always said anew: it is little, or all of it may change.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct About {
    /// Whether task starts arrive by plan.
    #[serde(skip)]
    pub(super) open: bool,
    /// Length of the run.
    end: f64,
    /// When the statistics began.
    since: f64,
    /// Planned pieces of the run.
    phases: Vec<Band>,
    /// Bucket `k` of a histogram has the times around `factor`^(k + `shift`) µs.
    factor: f64,
    shift: f64,
    /// Failures by class: a count for each step.
    failures: Vec<Line>,
    /// Percentiles of the whole run, within 0.1 %.
    exact: Exact,
    /// Further ones: share and ms.
    curves: Vec<Curve>,
}

#[derive(Clone, Debug, Serialize)]
struct Line {
    name: String,
    counts: Vec<u64>,
}

#[derive(Clone, Debug, Default, Serialize)]
struct Exact {
    #[serde(skip_serializing_if = "Option::is_none")]
    p50: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    p95: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    p99: Option<f64>,
}

#[derive(Clone, Debug, Serialize)]
struct Curve {
    name: &'static str,
    points: Vec<(f64, f64)>,
}

impl<'a> RunData<'a> {
    /// `level` is how coarse histograms are.
    pub(super) fn of(beside: &'a Beside, steps: &Steps, level: u32) -> Self {
        let all: Vec<&StepData> = steps.iter().collect();
        Self {
            whole: true,
            beside,
            steps: Columns::of(beside.about.open, steps.edges(), &all, level),
        }
    }
}

impl Beside {
    /// Of a snapshot whose steps are known; `level` is how coarse histograms are.
    pub(super) fn of(snapshot: &Snapshot, steps: &Steps, level: u32) -> Self {
        let all: Vec<&StepData> = steps.iter().collect();
        let (factor, shift) = times::scale(level);
        let (exact, curves) = percentiles(snapshot);
        Self {
            about: About {
                open: snapshot.arrivals().is_some(),
                end: seconds(snapshot.elapsed),
                since: seconds(snapshot.since),
                phases: bands(snapshot),
                factor,
                shift,
                failures: failures(&all),
                exact,
                curves,
            },
            marks: flags(snapshot),
            charts: charts(snapshot),
        }
    }
}

/// The most frequent classes, and all others as one.
fn failures(steps: &[&StepData]) -> Vec<Line> {
    let mut kinds: Vec<(FailureKind, u64)> = Vec::new();
    for (kind, count) in steps.iter().flat_map(|step| &step.kinds) {
        match kinds.iter_mut().find(|(known, _)| known == kind) {
            Some((_, sum)) => *sum += count,
            None => kinds.push((*kind, *count)),
        }
    }
    kinds.sort_by_key(|(kind, count)| (std::cmp::Reverse(*count), *kind));
    let others = kinds.split_off(kinds.len().min(MOST_KINDS));
    let counts = |wanted: &dyn Fn(FailureKind) -> bool| -> Vec<u64> {
        let of = |step: &&StepData| {
            step.kinds.iter().filter(|(kind, _)| wanted(*kind)).map(|(_, count)| count).sum()
        };
        steps.iter().map(of).collect()
    };
    let line = |(kind, _): &(FailureKind, u64)| Line {
        name: kind.to_string(),
        counts: counts(&|other| other == *kind),
    };
    let mut lines: Vec<Line> = kinds.iter().map(line).collect();
    if !others.is_empty() {
        let other = counts(&|kind| others.iter().any(|(other, _)| *other == kind));
        lines.push(Line { name: "other classes".to_owned(), counts: other });
    }
    lines
}

/// Shares that are evenly spread where the axis is `1 ÷ (1 − share)` by powers of ten.
fn percentiles(snapshot: &Snapshot) -> (Exact, Vec<Curve>) {
    let all = snapshot.aggregated();
    if all.requests() == 0 {
        return Default::default();
    }
    let shares = |count: u64| {
        // Beyond the last request there is nothing.
        let decades = (count as f64).log10().max(1.0);
        (0..=100).map(move |index| 1.0 - 10f64.powf(-decades * f64::from(index) / 100.0))
    };
    let curve = |name, times: &katydid_core::Latency| Curve {
        name,
        points: shares(times.len())
            .filter_map(|share| Some((round(share, 7), millis(times.quantile(share)?))))
            .collect(),
    };
    let response = all.response();
    let [p50, p95, p99] = [0.5, 0.95, 0.99].map(|share| response.quantile(share).map(millis));
    let curves = vec![curve("response time", &response), curve("service time", &all.service())];
    (Exact { p50, p95, p99 }, curves)
}
