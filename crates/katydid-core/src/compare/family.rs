//! Differences judged together: intervals that all hold at once.

use super::estimate::{Moved, Settings, common};
use super::noise::student_factor;

/// The normal quantile below which the half-width of an interval never falls, at an error of 5 % and
/// 2.5 % (two-sided).
const LEAST: [(f64, f64); 2] = [(0.05, 1.96), (0.025, 2.2414)];
/// The normal quantile of 80 %: a difference that would most likely have been shown.
const POWER: f64 = 0.8416;

/// So many standard errors an interval of each member reaches to both sides, so that all of them
/// hold at once with a probability of 1 − `error`.
///
/// The largest deviation among all members, replicate by replicate (max-t of Westfall and Young 1993,
/// single step): members that move together, as p95 and p99 do, count as few. Each side's deviations
/// are widened as Student's t by the number of its independent blocks; what runs add is drawn, for
/// each member by itself.
pub(super) fn reach(members: &[&Moved], error: f64, settings: Settings) -> f64 {
    let least = LEAST.iter().find(|(known, _)| *known == error).map_or(1.96, |(_, least)| *least);
    let replicates = members.iter().map(|it| it.sides[0].values.len()).max().unwrap_or(0);
    let mut normal = common(settings);
    let mut largest: Vec<f64> = (0..replicates)
        .map(|at| {
            let of_sides = [normal.next(), normal.next()];
            let of_runs = normal.next();
            let deviation = |member: &&Moved| {
                let side = |side: usize| {
                    let it = &member.sides[side];
                    it.values[at] * student_factor(it.freedom, of_sides[side])
                };
                let (between, freedom) = member.between;
                let wider =
                    if freedom.is_finite() { student_factor(freedom, of_runs) } else { 1.0 };
                let added = between * wider * normal.next() + member.grain * normal.next();
                ((side(1) - side(0) + added) / member.error).abs()
            };
            members.iter().map(deviation).fold(0.0, f64::max)
        })
        .collect();
    if largest.is_empty() {
        return least;
    }
    largest.sort_by(f64::total_cmp);
    let rank = ((1.0 - error) * (largest.len() as f64 + 1.0)).ceil() as usize;
    largest[rank.clamp(1, largest.len()) - 1].max(least)
}

/// The difference that would have been shown four times in five.
pub(super) fn detectable(moved: &Moved, reach: f64) -> f64 {
    (reach + POWER) * moved.error
}
