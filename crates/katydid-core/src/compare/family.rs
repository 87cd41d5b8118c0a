//! Differences judged together: intervals that all hold at once.

use super::Difference;
use super::compared::Change;
use super::estimate::{Estimate, Moved, USUAL_REACH, is_share};
use super::noise::normal_quantile;
use crate::Metric;

/// How far the intervals of a family reach.
#[derive(Clone, Copy, Debug)]
pub(super) struct Family {
    /// So many times its error an interval of each member reaches to both sides.
    reach: f64,
    /// The same in standard deviations, for a member whose standard deviation is known.
    known: f64,
}

impl Family {
    /// Makes all members hold at once with a probability of 1 − `error`.
    ///
    /// The largest deviation among all members, replicate by replicate (max-t of Westfall and Young
    /// 1993, single step): members that move together, as p95 and p99 do, count as few.
    pub(super) fn of(members: &[&Moved], error: f64) -> Self {
        let known = normal_quantile(1.0 - error / 2.0 / members.len().max(1) as f64);
        let replicates = members.iter().map(|it| it.deviations.len()).max().unwrap_or(0);
        let largest = |at: usize| {
            let sizes = members.iter().map(|it| (it.deviations[at] / it.error).abs());
            sizes.fold(0.0, f64::max)
        };
        let mut largest: Vec<f64> = (0..replicates).map(largest).collect();
        largest.sort_by(f64::total_cmp);
        let rank = ((1.0 - error) * (largest.len() as f64 + 1.0)).ceil() as usize;
        let reach = largest.get(rank.clamp(1, largest.len().max(1)) - 1).copied();
        Self { reach: reach.unwrap_or_default().max(USUAL_REACH), known }
    }

    /// A member with its interval.
    pub(super) fn difference(self, estimate: Estimate) -> Difference {
        let Estimate { metric, base, new, change } = estimate;
        let told = change.as_ref().ok().map(|moved| self.change(metric, moved));
        Difference { metric, base, new, change: told, lacking: change.err() }
    }

    fn change(self, metric: Metric, moved: &Moved) -> Change {
        let back = |by: f64| if is_share(metric) { by } else { by.exp_m1() };
        let half = self.reach * moved.error;
        let detectable = back(half + moved.usual);
        let needed = (detectable > 0.1).then(|| moved.parts.needed(metric, self.known)).flatten();
        Change {
            estimate: back(moved.by),
            low: back(moved.by - half),
            high: back(moved.by + half),
            detectable,
            needed,
            alike: moved.alike,
            run_noise: moved.parts.between.sqrt(),
        }
    }
}
