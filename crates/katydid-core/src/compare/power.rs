//! What would have been enough to see a growth by a tenth.

use super::estimate::is_share;
use crate::Metric;

/// The growth that everybody asks about, on the scale of logarithms.
const TENTH: f64 = 0.095_310_18;
/// The normal quantile of 80 %: what would most likely have been shown.
const POWER: f64 = 0.8416;
/// More runs than this nobody makes for one comparison.
const MOST_RUNS: f64 = 50.0;
/// Longer than a day nobody waits for one.
const MOST_SECONDS: f64 = 86_400.0;

/// What would be enough to see a growth by a tenth.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Needed {
    /// So many seconds on each side, in as many runs as there are.
    Seconds(f64),
    /// So many runs on each side, each as long as these: runs differ too much for one to be enough,
    /// however long it is.
    Runs(usize),
}

/// What a difference moves by, as variances.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parts {
    /// How long the sides are.
    pub(super) seconds: [f64; 2],
    /// How many runs they have.
    pub(super) runs: [usize; 2],
    /// What seconds add to each side, with neighbours as alike as they are in long runs.
    pub(super) inside: [f64; 2],
    /// What a run adds.
    pub(super) between: f64,
    /// What counting and rounding add to the difference.
    pub(super) grain: f64,
}

impl Parts {
    /// What would be enough to see a growth by a tenth four times in five, where an interval reaches
    /// `known` standard deviations to both sides when these are known; `None` when nothing would.
    pub(super) fn needed(&self, metric: Metric, known: f64) -> Option<Needed> {
        if is_share(metric) {
            return None;
        }
        let allowed = (TENTH / (known + POWER)).powi(2) - self.grain;
        let of_runs = self.between * self.runs.map(|runs| 1.0 / runs as f64).iter().sum::<f64>();
        let second = self.inside[0] * self.seconds[0] + self.inside[1] * self.seconds[1];
        let seconds = second / (allowed - of_runs);
        if allowed > of_runs && seconds <= MOST_SECONDS {
            return Some(Needed::Seconds(seconds));
        }
        let of_side = |side: usize| (self.inside[side] * self.runs[side] as f64) + self.between;
        let runs = ((of_side(0) + of_side(1)) / allowed).ceil();
        (allowed > 0.0 && runs <= MOST_RUNS).then_some(Needed::Runs(runs as usize))
    }
}
