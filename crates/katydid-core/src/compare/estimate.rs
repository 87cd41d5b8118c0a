//! One difference: its size, and by how much it moves without any reason.

use super::alike::{AllWaves, Likeness};
use super::group::Group;
use super::noise::{Chance, Normal, student_factor};
use super::power::Parts;
use super::resample::{Draws, freedom, shrinkage};
use super::runs::{Between, between};
use crate::{Metric, counted};

/// Blocks with requests that a side needs at least.
pub(super) const FEWEST_BLOCKS: usize = 8;
/// Requests that a mean or a share needs at least.
const FEWEST_REQUESTS: f64 = 20.0;
/// Requests that must lie beyond a percentile.
const FEWEST_BEYOND: f64 = 10.0;
/// The normal quantile of an interval of 95 %.
pub(super) const USUAL_REACH: f64 = 1.96;

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
    /// By how much runs of one build may differ, for all that is known: one draw each.
    pub(super) deviations: Vec<f64>,
    /// 95 % of `deviations` are within this many times [`USUAL_REACH`].
    pub(super) error: f64,
    /// Four in five `deviations` are below.
    pub(super) usual: f64,
    /// So many neighbouring blocks say as much as one would by itself.
    pub(super) alike: f64,
    /// What it is made of.
    pub(super) parts: Parts,
}

/// How far replicates of a side lie from their mean, as if no block were alike to its neighbours.
struct Side {
    values: Vec<f64>,
    variance: f64,
}

/// Draws once for all numbers of a comparison.
#[derive(Debug)]
pub(super) struct Bench {
    pub(super) settings: Settings,
    draws: [Draws; 2],
    chances: Vec<Chance>,
    waves: AllWaves,
    normal: Normal,
}

impl Bench {
    /// For groups of these two sides: scopes differ, blocks do not.
    pub(super) fn new(settings: Settings, groups: [&Group; 2]) -> Self {
        let Settings { replicates, seed, .. } = settings;
        let draws = [0, 1].map(|side: usize| {
            let seed = seed.wrapping_mul(2).wrapping_add(side as u64);
            Draws::new(&groups[side].stretches, replicates, seed)
        });
        let mut normal = Normal::seeded(seed ^ 0x6b61_7479);
        let chances = Chance::many(replicates, &mut normal);
        Self { settings, draws, chances, waves: AllWaves::default(), normal }
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
        let by = scaled(metric, values[1]) - scaled(metric, values[0]);
        let series = [0, 1].map(|side: usize| groups[side].influence(metric, values[side]));
        let with = |side: usize| (&series[side][..], &groups[side].stretches[..]);
        let likeness = Likeness::of([with(0), with(1)], &mut self.waves);
        let sides = [0, 1].map(|side: usize| self.side(metric, side, groups[side]));
        let inside = [0, 1].map(|side: usize| sides[side].variance * likeness.average[side]);
        let between = between(metric, groups, values, inside, self.settings.run_noise);
        let grain = grain(metric, groups, values);
        let freedoms = groups.map(|group| freedom(&group.stretches));
        let deviations = self.deviations(&sides, freedoms, &likeness, (between, grain));
        let (error, usual) = widths(&deviations);
        let long = likeness.in_the_long_run;
        let parts = Parts {
            seconds: groups.map(|group| group.seconds.iter().sum()),
            runs: groups.map(|group| group.runs.len()),
            inside: [0, 1].map(|side: usize| sides[side].variance * long[side]),
            between: between.of_run.powi(2),
            grain: grain.powi(2),
        };
        let alike = f64::midpoint(likeness.average[0], likeness.average[1]);
        Moved { by, deviations, error, usual, alike, parts }
    }

    fn side(&self, metric: Metric, side: usize, group: &Group) -> Side {
        // A replicate can miss the few blocks with requests; it says nothing then.
        let taken = |weights: &[u32]| {
            group.value(metric, weights).map_or(f64::NAN, |value| scaled(metric, value))
        };
        let mut values: Vec<f64> = self.draws[side].iter().map(taken).collect();
        let told: Vec<f64> = values.iter().copied().filter(|value| !value.is_nan()).collect();
        let mean = told.iter().sum::<f64>() / told.len() as f64;
        let shrinkage = shrinkage(&group.stretches);
        let wider = shrinkage.sqrt();
        for value in &mut values {
            *value = if value.is_nan() { 0.0 } else { (*value - mean) * wider };
        }
        let variance = told.iter().map(|value| (value - mean).powi(2)).sum::<f64>();
        Side { values, variance: variance / told.len() as f64 * shrinkage }
    }

    /// What all sources of chance make together, replicate by replicate. Each side moves as its
    /// blocks do, more by what neighbours share, and as Student's t for the blocks being few. What
    /// runs add is drawn for each number by itself.
    fn deviations(
        &mut self,
        sides: &[Side; 2],
        freedoms: [f64; 2],
        likeness: &Likeness,
        (between, grain): (Between, f64),
    ) -> Vec<f64> {
        let normal = &mut self.normal;
        let all = self.chances.iter().enumerate().map(|(at, chance)| {
            let alike = likeness.drawn(chance.alike);
            let [base, new] = [0, 1].map(|side: usize| {
                let few = student_factor(freedoms[side], chance.sides[side]);
                sides[side].values[at] * alike[side].sqrt() * few
            });
            let few = if between.freedom.is_finite() {
                student_factor(between.freedom, chance.runs)
            } else {
                1.0
            };
            new - base + between.of_difference * few * normal.next() + grain * normal.next()
        });
        all.collect()
    }
}

/// The half-width of 95 % ÷ [`USUAL_REACH`], and the size below which four in five lie.
fn widths(deviations: &[f64]) -> (f64, f64) {
    let mut sizes: Vec<f64> = deviations.iter().map(|it| it.abs()).collect();
    sizes.sort_by(f64::total_cmp);
    let at = |share: f64| {
        let rank = (share * (sizes.len() as f64 + 1.0)).ceil() as usize;
        sizes[rank.clamp(1, sizes.len()) - 1]
    };
    // They lie on both sides alike: one in five of them is above what three in five are within.
    (at(0.95) / USUAL_REACH, at(0.6))
}

/// A value on the scale on which it is judged.
pub(super) fn scaled(metric: Metric, value: f64) -> f64 {
    if is_share(metric) { value } else { value.ln() }
}

/// Whether it is judged by the difference of two shares, and not by a ratio.
pub(super) fn is_share(metric: Metric) -> bool {
    metric == Metric::FailureRate
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
        let steps = counted(blocks, "step");
        format!("requests in {steps} of time; {FEWEST_BLOCKS} tell how a number moves")
    })
}
