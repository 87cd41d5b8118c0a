//! One difference: its size, and by how much it moves without any reason.

use std::collections::HashMap;

use super::group::Group;
use super::noise::Normal;
use super::resample::{Dependence, Draws, dependence, freedom, shrinkage};
use crate::Metric;

/// Blocks with requests that a side needs at least.
pub(super) const FEWEST_BLOCKS: usize = 8;
/// Requests that a mean or a share needs at least.
const FEWEST_REQUESTS: f64 = 20.0;
/// Requests that must lie beyond a percentile.
const FEWEST_BEYOND: f64 = 10.0;
/// How many runs the assumption about runs is worth, once several have been measured.
const ASSUMED_RUNS: f64 = 2.0;
/// Failures are no matter of speed: they differ between runs by this share of themselves for each
/// 1 % of the noise assumed of times.
const FAILURES_PER_NOISE: f64 = 10.0;

/// How a comparison is made.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Settings {
    /// By how much (standard deviation, as a share) the response times of two runs of one build are
    /// assumed to differ beyond what the seconds inside a run show.
    pub run_noise: f64,
    /// How often seconds are drawn anew.
    pub replicates: usize,
    /// Seed of all random draws: the same runs give the same answer.
    pub seed: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { run_noise: 0.015, replicates: 2_000, seed: 1 }
    }
}

/// One number on both sides, with all that is needed to judge it beside others.
#[derive(Debug)]
pub(super) struct Estimate {
    pub(super) metric: Metric,
    pub(super) base: Option<f64>,
    pub(super) new: Option<f64>,
    /// `Err`: why nothing is said of it.
    pub(super) change: Result<Moved, String>,
}

/// A difference on the scale on which it is judged: the logarithm of the ratio, of failures the
/// difference of shares.
#[derive(Debug)]
pub(super) struct Moved {
    pub(super) by: f64,
    /// Standard deviation of `by` among runs of the same build.
    pub(super) error: f64,
    /// How far replicates of each side lie from their mean, with degrees of freedom.
    pub(super) sides: [Deviations; 2],
    /// The part of `error` that runs add to the seconds inside them, and its degrees of freedom
    /// (infinite where it is assumed).
    pub(super) between: (f64, f64),
    /// The part that comes of the width of a bucket and the like.
    pub(super) grain: f64,
    /// How many blocks were drawn as one.
    pub(super) block: usize,
}

#[derive(Debug)]
pub(super) struct Deviations {
    pub(super) values: Vec<f64>,
    pub(super) freedom: f64,
    variance: f64,
}

/// Draws weights once for each side and length of block.
#[derive(Debug)]
pub(super) struct Bench {
    pub(super) settings: Settings,
    draws: HashMap<(usize, usize), Draws>,
}

impl Bench {
    pub(super) fn new(settings: Settings) -> Self {
        Self { settings, draws: HashMap::new() }
    }

    /// Holds a number of two groups against each other.
    pub(super) fn estimate(&mut self, metric: Metric, groups: [&Group; 2]) -> Estimate {
        let value = |group: &Group| group.value(metric, &vec![1; group.blocks()]);
        let [base, new] = groups.map(value);
        let change = match (base, new) {
            (Some(base), Some(new)) => match lacking(metric, groups) {
                Some(why) => Err(why),
                None => Ok(self.moved(metric, groups, [base, new])),
            },
            (None, None) => Err("no requests".to_owned()),
            (None, _) => Err("no requests in the base".to_owned()),
            (_, None) => Err("no requests in the new runs".to_owned()),
        };
        Estimate { metric, base, new, change }
    }

    fn moved(&mut self, metric: Metric, groups: [&Group; 2], values: [f64; 2]) -> Moved {
        let depends = depends(metric, groups);
        let sides = [0, 1].map(|side| self.deviations(metric, side, groups[side], depends));
        let scale = |value: f64| if is_share(metric) { value } else { value.ln() };
        let by = scale(values[1]) - scale(values[0]);
        let inside = sides[0].variance + sides[1].variance;
        let between = self.between(metric, groups, values, &sides);
        let grain = grain(metric, groups, values);
        let error = (inside + between.0.powi(2) + grain.powi(2)).sqrt();
        Moved { by, error, sides, between, grain, block: depends.length }
    }

    fn deviations(
        &mut self,
        metric: Metric,
        side: usize,
        group: &Group,
        Dependence { length: block, missed }: Dependence,
    ) -> Deviations {
        let Settings { replicates, seed, .. } = self.settings;
        let seed = seed.wrapping_mul(2).wrapping_add(side as u64);
        let draws = self
            .draws
            .entry((side, block))
            .or_insert_with(|| Draws::new(&group.stretches, block, replicates, seed));
        let scale = |value: f64| if is_share(metric) { value } else { value.ln() };
        // A replicate can miss the few blocks with requests; it says nothing then.
        let taken = |weights: &[u32]| group.value(metric, weights).map_or(f64::NAN, scale);
        let mut values: Vec<f64> = draws.iter().map(taken).collect();
        let told: Vec<f64> = values.iter().copied().filter(|value| !value.is_nan()).collect();
        let mean = told.iter().sum::<f64>() / told.len() as f64;
        let variance = told.iter().map(|value| (value - mean).powi(2)).sum::<f64>();
        let shrinkage = shrinkage(&group.stretches, block) * missed;
        let wider = shrinkage.sqrt();
        for value in &mut values {
            *value = if value.is_nan() { 0.0 } else { (*value - mean) * wider };
        }
        let freedom = freedom(&group.stretches, block);
        Deviations { values, freedom, variance: variance / told.len() as f64 * shrinkage }
    }

    /// The standard deviation that runs add to a difference, and its degrees of freedom.
    fn between(
        &self,
        metric: Metric,
        groups: [&Group; 2],
        values: [f64; 2],
        sides: &[Deviations; 2],
    ) -> (f64, f64) {
        let assumed = self.settings.run_noise * factor(metric, values);
        let counts = groups.map(|group| group.runs.len() as f64);
        let per_run = 1.0 / counts[0] + 1.0 / counts[1];
        let freedom = counts[0] + counts[1] - 2.0;
        if freedom < 1.0 {
            return (assumed * per_run.sqrt(), f64::INFINITY);
        }
        let spread: f64 = groups.iter().map(|group| spread(metric, group)).sum();
        // What the seconds inside a run explain of it.
        let of_side = |side: usize| sides[side].variance * counts[side];
        let inside = f64::midpoint(of_side(0), of_side(1));
        let beyond = (spread / freedom - inside).max(0.0);
        let all = freedom + ASSUMED_RUNS;
        let variance = (ASSUMED_RUNS * assumed.powi(2) + freedom * beyond) / all;
        ((variance * per_run).sqrt(), all)
    }
}

/// How a number depends on its neighbours: of times, as much as the mean at least, for the few
/// requests beyond a percentile hide how alike the seconds are.
fn depends(metric: Metric, groups: [&Group; 2]) -> Dependence {
    let of = |metric: Metric| {
        let series = groups.map(|group| {
            let value = group.value(metric, &vec![1; group.blocks()]).unwrap_or_default();
            group.influence(metric, value)
        });
        dependence([(&series[0], &groups[0].stretches), (&series[1], &groups[1].stretches)])
    };
    match metric {
        Metric::ResponseTime(_) => [metric, Metric::MeanResponseTime, Metric::ResponseTime(0.5)]
            .map(of)
            .into_iter()
            .fold(Dependence::NONE, Dependence::max),
        Metric::MeanResponseTime => of(metric).max(of(Metric::ResponseTime(0.5))),
        _ => of(metric),
    }
}

/// Sum of the squares by which the runs of a side lie around their mean.
fn spread(metric: Metric, group: &Group) -> f64 {
    let of_run = |run: &std::ops::Range<usize>| {
        let mut weights = vec![0; group.blocks()];
        weights[run.clone()].fill(1);
        let value = group.value(metric, &weights)?;
        Some(if is_share(metric) { value } else { value.ln() })
    };
    let told: Vec<f64> = group.runs.iter().filter_map(of_run).collect();
    let mean = told.iter().sum::<f64>() / told.len().max(1) as f64;
    told.iter().map(|value| (value - mean).powi(2)).sum()
}

/// Whether it is judged by the difference of two shares, and not by a ratio.
pub(super) fn is_share(metric: Metric) -> bool {
    metric == Metric::FailureRate
}

/// How much more a number moves from run to run than a mean does: the tail hangs on few requests.
fn factor(metric: Metric, values: [f64; 2]) -> f64 {
    match metric {
        Metric::FailureRate => FAILURES_PER_NOISE * f64::midpoint(values[0], values[1]),
        Metric::ResponseTime(quantile) if quantile > 0.97 => 2.0,
        Metric::ResponseTime(quantile) if quantile > 0.9 => 1.5,
        _ => 1.0,
    }
}

/// The standard deviation that counting and rounding alone leave in a difference.
fn grain(metric: Metric, groups: [&Group; 2], values: [f64; 2]) -> f64 {
    let of = |side: usize| {
        let requests = groups[side].all_requests();
        match metric {
            // One request more or less at the edges.
            Metric::RequestRate => 1.0 / requests.powi(2),
            // Seconds without any failure vary by nothing; one that was nearly seen is added
            // (Agresti and Caffo 2000).
            Metric::FailureRate if values[side] > 0.0 => 0.0,
            Metric::FailureRate => 1.0 / (requests + 2.0).powi(2),
            // A bucket is a thousandth wide, or a microsecond; evenly filled.
            _ => (1e-3_f64).max(1e3 / values[side]).powi(2) / 12.0,
        }
    };
    (of(0) + of(1)).sqrt()
}

/// Why too little was measured for a word on it.
fn lacking(metric: Metric, groups: [&Group; 2]) -> Option<String> {
    let needed = match metric {
        Metric::ResponseTime(quantile) => {
            (FEWEST_BEYOND / (1.0 - quantile).min(quantile)).ceil().max(FEWEST_REQUESTS)
        }
        _ => FEWEST_REQUESTS,
    };
    let fewest = groups.map(Group::all_requests).into_iter().fold(f64::MAX, f64::min);
    let blocks = groups.map(Group::busy_blocks).into_iter().min().unwrap_or(0);
    if fewest < needed {
        return Some(format!("{fewest:.0} of the {needed:.0} requests that {metric} needs"));
    }
    (blocks < FEWEST_BLOCKS).then(|| {
        format!("requests in {blocks} steps of time; {FEWEST_BLOCKS} tell how a number moves")
    })
}

/// The seed of the draws that are common to a family.
pub(super) fn common(settings: Settings) -> Normal {
    Normal::seeded(settings.seed ^ 0x6b61_7479)
}
