//! How much runs of one build differ beyond what the seconds inside them show.

use std::ops::Range;

use super::estimate::{is_share, scaled};
use super::group::Group;
use crate::Metric;

/// How many runs the assumption about runs is worth, once several have been measured.
const ASSUMED_RUNS: f64 = 2.0;
/// Failures are no matter of speed: they differ between runs by this share of themselves for each
/// 1 % of the noise assumed of times.
const FAILURES_PER_NOISE: f64 = 10.0;

/// What runs add to the seconds inside them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Between {
    /// The standard deviation of one run.
    pub(super) of_run: f64,
    /// That of the difference of both sides, with as many runs as they have.
    pub(super) of_difference: f64,
    /// Degrees of freedom; infinite where it is assumed.
    pub(super) freedom: f64,
}

/// What runs add: with several a side measured, and steadied by the assumption; else assumed.
/// `inside` is the variance that seconds give each side.
pub(super) fn between(
    metric: Metric,
    groups: [&Group; 2],
    values: [f64; 2],
    inside: [f64; 2],
    run_noise: f64,
) -> Between {
    let assumed = run_noise * factor(metric, values);
    let counts = groups.map(|group| group.runs.len() as f64);
    let of = |of_run: f64, freedom: f64| {
        let of_difference = of_run * (1.0 / counts[0] + 1.0 / counts[1]).sqrt();
        Between { of_run, of_difference, freedom }
    };
    let freedom = counts[0] + counts[1] - 2.0;
    if freedom < 1.0 {
        return of(assumed, f64::INFINITY);
    }
    let spread: f64 = groups.iter().map(|group| spread(metric, group)).sum();
    // What the seconds inside a run explain of it.
    let explained = f64::midpoint(inside[0] * counts[0], inside[1] * counts[1]);
    let beyond = (spread / freedom - explained).max(0.0);
    let all = freedom + ASSUMED_RUNS;
    of(((ASSUMED_RUNS * assumed.powi(2) + freedom * beyond) / all).sqrt(), all)
}

/// Sum of the squares by which the runs of a side lie around their mean.
fn spread(metric: Metric, group: &Group) -> f64 {
    let of_run = |run: &Range<usize>| {
        let mut weights = vec![0; group.blocks()];
        weights[run.clone()].fill(1);
        group.value(metric, &weights).map(|value| scaled(metric, value))
    };
    let told: Vec<f64> = group.runs.iter().filter_map(of_run).collect();
    let mean = told.iter().sum::<f64>() / told.len().max(1) as f64;
    told.iter().map(|value| (value - mean).powi(2)).sum()
}

/// How much more a number moves from run to run than a mean does: the tail hangs on few requests.
fn factor(metric: Metric, values: [f64; 2]) -> f64 {
    match metric {
        _ if is_share(metric) => FAILURES_PER_NOISE * f64::midpoint(values[0], values[1]),
        Metric::ResponseTime(quantile) if quantile > 0.97 => 2.0,
        Metric::ResponseTime(quantile) if quantile > 0.9 => 1.5,
        _ => 1.0,
    }
}
