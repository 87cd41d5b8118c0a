//! What moved with latency: series of monitors held against the p95 of the run, step by step.
//!
//! A coincidence in time proves no cause, and the words say so. Numbers that follow themselves
//! (a ramp, a queue) agree with each other by chance far more often than drawn ones do, so the
//! steps count as fewer independent ones (Bartlett), and the limit grows with the number of series
//! and lags that were tried.

mod rank;
#[cfg(test)]
mod tests;

use std::cmp::Ordering;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use crate::monitored::{Series, Unit};
use crate::recorder::{RowKey, RowKind};
use crate::{Monitored, Snapshot};

/// Steps by which a series may come earlier or later.
const MOST_LAG: usize = 10;
/// Steps that both must have in common.
const LEAST_STEPS: usize = 20;
/// Requests of a step from which on its p95 says something.
const LEAST_REQUESTS: u64 = 10;
/// Chance of a false one among all series of a run.
const CHANCE: f64 = 0.01;
/// A weaker agreement is not worth a line.
const WEAK: f64 = 0.5;
/// A lag is only told when it agrees better by this.
const BETTER: f64 = 0.03;

/// A series that moved with the run's p95.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Coincidence {
    /// The monitor.
    pub monitor: Arc<str>,
    /// The series.
    pub series: Arc<str>,
    /// What its numbers mean.
    pub unit: Unit,
    /// Rank correlation, −1 to 1.
    pub correlation: f64,
    /// How long before p95 it moved; `None` when at the same time or after it.
    pub before: Option<Duration>,
    /// How long after p95 it moved.
    pub after: Option<Duration>,
    /// Its mean in the third of the steps with the lowest p95, and in that with the highest.
    pub ends: (f64, f64),
    /// Steps that both have.
    pub steps: usize,
}

impl Coincidence {
    /// In words: `db_in_use of backend rose 2 s before p95 did (from 1 to 8; 0.91 over 58 steps)`.
    pub fn text(&self) -> String {
        let Self { monitor, series, unit, correlation, steps, .. } = self;
        let moved = if *correlation > 0.0 { "rose" } else { "fell" };
        let seconds = |time: Duration| Unit::Seconds.show(time.as_secs_f64());
        let when = match (self.before, self.after) {
            (Some(before), _) if *correlation > 0.0 => {
                format!("{} before p95 did", seconds(before))
            }
            (Some(before), _) => format!("{} before p95 rose", seconds(before)),
            (_, Some(after)) => format!("{} after p95 rose", seconds(after)),
            _ => "as p95 rose".to_owned(),
        };
        let (low, high) = (unit.show(self.ends.0), unit.show(self.ends.1));
        format!(
            "{series} of {monitor} {moved} {when} (from {low} to {high}; correlation \
             {correlation:.2} over {steps} steps)"
        )
    }
}

/// What must be said beside every list of them.
pub const COINCIDENCE: &str = "coincidences in time, no proof of cause";

/// The series that moved with the p95 of all requests, the closest first.
pub fn coincidences(snapshot: &Snapshot) -> Vec<Coincidence> {
    coincidences_of(snapshot, |key| key.kind == RowKind::Request)
}

/// The series that moved with the p95 of the rows of these keys, the closest first.
pub fn coincidences_of(snapshot: &Snapshot, wanted: impl Fn(&RowKey) -> bool) -> Vec<Coincidence> {
    let history = snapshot.history();
    let windows: Vec<Range<Duration>> =
        history.steps().iter().map(|step| step.from..step.until).collect();
    let latency: Vec<Option<f64>> = (0..windows.len())
        .map(|at| {
            let part = history.part(at..at + 1, &wanted);
            let p95 = part.response().quantile(0.95)?;
            (part.requests() >= LEAST_REQUESTS).then_some(p95.as_secs_f64())
        })
        .collect();
    let all = snapshot.all_monitored();
    let tried: usize = all.iter().map(|monitor: &Monitored| monitor.series.len()).sum();
    let mut found: Vec<Coincidence> = all
        .iter()
        .flat_map(|monitor| monitor.series.iter().map(move |series| (monitor, series)))
        .filter_map(|(monitor, series)| {
            let values: Vec<Option<f64>> =
                windows.iter().map(|window| value(series, window)).collect();
            let best = closest(&latency, &values, tried)?;
            let step = history.steps().last()?.until.saturating_sub(windows.first()?.start)
                / windows.len().max(1) as u32;
            let lag = |lag: usize| (lag > 0).then(|| step * lag as u32);
            Some(Coincidence {
                monitor: Arc::clone(&monitor.name),
                series: Arc::clone(&series.name),
                unit: series.unit,
                correlation: best.correlation,
                before: lag(best.lag.min(0).unsigned_abs()),
                after: lag(best.lag.max(0).unsigned_abs()),
                ends: ends(&latency, &values, best.lag)?,
                steps: best.steps,
            })
        })
        .collect();
    found.sort_by(|left, right| {
        right.correlation.abs().partial_cmp(&left.correlation.abs()).unwrap_or(Ordering::Equal)
    });
    found
}

/// What a series says of a step.
fn value(series: &Series, window: &Range<Duration>) -> Option<f64> {
    series.at(window).or_else(|| series.near((window.start + window.end) / 2))
}

/// The agreement of two rows at one lag.
#[derive(Clone, Copy, Debug)]
struct Agreement {
    correlation: f64,
    /// Steps by which the series is later than latency; below 0: earlier.
    lag: isize,
    steps: usize,
}

/// The lag at which they agree best, if that is more than chance.
fn closest(latency: &[Option<f64>], values: &[Option<f64>], tried: usize) -> Option<Agreement> {
    let lags = -(MOST_LAG as isize)..=MOST_LAG as isize;
    let tests = lags.clone().count() * tried.max(1);
    let agreed: Vec<Agreement> =
        lags.filter_map(|lag| agreement(latency, values, lag, tests)).collect();
    let best = agreed
        .iter()
        .max_by(|left, right| left.correlation.abs().total_cmp(&right.correlation.abs()))?;
    let now = agreed.iter().find(|it| it.lag == 0);
    let now = now.filter(|now| now.correlation.abs() + BETTER >= best.correlation.abs());
    Some(*now.unwrap_or(best))
}

/// The agreement at a lag, if it is more than chance.
fn agreement(
    latency: &[Option<f64>],
    values: &[Option<f64>],
    lag: isize,
    tests: usize,
) -> Option<Agreement> {
    let (x, y) = pairs(latency, values, lag);
    let steps = x.len();
    if steps < LEAST_STEPS {
        return None;
    }
    let (x, y) = (rank::ranks(&x), rank::ranks(&y));
    let correlation = rank::correlation(&x, &y)?;
    let shared = rank::own(&x) * rank::own(&y);
    let independent = (steps as f64 * (1.0 - shared) / (1.0 + shared)).clamp(0.0, steps as f64);
    if independent <= 3.0 || correlation.abs() < WEAK {
        return None;
    }
    // Fisher; exp(−z²/2) is never below the two-sided chance of z.
    let z = correlation.abs().min(0.999_999).atanh() * (independent - 3.0).sqrt();
    let chance = (-z * z / 2.0).exp() * tests as f64;
    (chance < CHANCE).then_some(Agreement { correlation, lag, steps })
}

/// Steps that both have, the series `lag` steps later than latency.
fn pairs(latency: &[Option<f64>], values: &[Option<f64>], lag: isize) -> (Vec<f64>, Vec<f64>) {
    let pair = |(at, p95): (usize, &Option<f64>)| {
        let other = values.get(at.checked_add_signed(lag)?)?;
        Some(((*p95)?, (*other)?))
    };
    latency.iter().enumerate().filter_map(pair).unzip()
}

/// Means of a series in the thirds of the steps with the lowest and the highest latency.
fn ends(latency: &[Option<f64>], values: &[Option<f64>], lag: isize) -> Option<(f64, f64)> {
    let (x, y) = pairs(latency, values, lag);
    let mut both: Vec<(f64, f64)> = x.into_iter().zip(y).collect();
    both.sort_by(|left, right| left.0.total_cmp(&right.0));
    let third = (both.len() / 3).max(1);
    let mean = |part: &[(f64, f64)]| part.iter().map(|it| it.1).sum::<f64>() / part.len() as f64;
    let (low, high) = (both.get(..third)?, both.get(both.len() - third..)?);
    Some((mean(low), mean(high)))
}
