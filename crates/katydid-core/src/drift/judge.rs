//! A drift rule held against a run that has ended.

use std::ops::Range;
use std::time::Duration;

use super::rule::{DriftLimit, DriftMetric, DriftRule};
use super::slope::Slope;
use super::text;
use super::window::Window;
use crate::{Expected, Part, RunPhase, Snapshot, Target, Watched};

/// Times are kept within 0.1 %: a standard deviation of half of that.
const TIMES_WITHIN: f64 = 0.000_5;
/// A run of more than so many times the length is no advice.
const FAR: f64 = 20.0;

/// What is known of the drift of one number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Drift {
    Known(Slope),
    /// The run is too short; one of this length may do.
    TooShort(Duration),
    /// There is nothing to measure it on.
    Nothing(&'static str),
}

impl DriftRule {
    /// Holds it against a run: met when even the upper end of the interval is below the limit,
    /// missed in every other case, for what is not known is no pass (R25).
    pub fn judge(&self, snapshot: &Snapshot) -> Expected {
        let window = Window::of(snapshot);
        let of_window = |expected: Expected| expected.detail(text::window(&window));
        if self.metric != DriftMetric::Memory {
            return of_window(self.decide(self.of_requests(snapshot, &window), &window, ""));
        }
        if snapshot.watched.is_empty() {
            let why = "no process was watched; name the target's own with --watch-pid PID, or load \
                       one of this machine";
            return Expected::missed(self.to_string(), "no data", why);
        }
        let judged = |process: &Watched| {
            let whose = format!("process {} ({})", process.pid, process.name);
            self.decide(of_memory(process, &window), &window, &whose)
        };
        let mut each: Vec<Expected> = snapshot.watched.iter().map(judged).collect();
        // One that is missed goes before those that are met; what the others show is said too.
        let first = each.iter().position(|expected| !expected.met).unwrap_or(0);
        let first = each.remove(first);
        let others = each.into_iter().map(|expected| expected.measured);
        of_window(others.fold(first, |first, other| first.detail(format!("also: {other}"))))
    }

    /// How long a run of these phases that ends at `end` must be at least for this rule, if it is
    /// shorter. `rate` is the number of requests per second that the rule is about, if known.
    pub fn too_short(
        &self,
        phases: &[RunPhase],
        end: Duration,
        rate: Option<f64>,
    ) -> Option<Duration> {
        let window = Window::within(phases, Duration::ZERO..end);
        let needed = window.needed(rate.map_or(Duration::ZERO, |rate| self.block(rate)));
        (window.run_of(window.length()) < needed).then_some(needed)
    }

    /// Requests that a block needs, as a target does.
    fn needed(&self) -> u64 {
        match self.metric {
            DriftMetric::ResponseTime(quantile) => {
                Target::percentile_below(quantile, Duration::ZERO).needed()
            }
            DriftMetric::FailureRate => 1,
            DriftMetric::Memory => 0,
        }
    }

    /// How long a block must be at so many requests per second. Twice as long as the mean says: no
    /// block may lack requests.
    fn block(&self, rate: f64) -> Duration {
        let seconds = 2.0 * self.needed() as f64 / rate;
        Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX / 1_000)
    }

    fn of_requests(&self, snapshot: &Snapshot, window: &Window) -> Drift {
        let history = snapshot.history();
        let steps = history.steps();
        let part = |time: &Range<Duration>| {
            // A step lies where its middle does.
            let place = |time| steps.partition_point(|step| (step.from + step.until) / 2 < time);
            history.part(place(time.start)..place(time.end), |key| self.scope.accepts(key))
        };
        let all = part(&(window.from..window.until));
        if all.requests() == 0 {
            return Drift::Nothing("there was no such request");
        }
        let needed = self.needed();
        let value = |part: &Part| match self.metric {
            DriftMetric::ResponseTime(quantile) => {
                part.response().quantile(quantile).map(|time| time.as_nanos() as f64)
            }
            _ => Some(part.failures() as f64 / part.requests() as f64),
        };
        let known = |time: &Range<Duration>| {
            Some(part(time)).filter(|part| part.requests() >= needed).as_ref().and_then(value)
        };
        let Some(values) = window.blocks(known) else {
            let rate = all.requests() as f64 / window.length().as_secs_f64();
            return Drift::TooShort(window.needed(self.block(rate)));
        };
        let each = all.requests() as f64 / values.len() as f64;
        let error = match self.metric {
            DriftMetric::FailureRate => {
                // That nothing failed does not mean that nothing could have.
                let share = (all.failures() + 1) as f64 / (all.requests() + 2) as f64;
                (share * (1.0 - share) / each).sqrt()
            }
            _ => TIMES_WITHIN * value(&all).unwrap_or_default(),
        };
        slope(&values, window, error)
    }

    fn decide(&self, drift: Drift, window: &Window, whose: &str) -> Expected {
        let rule = self.to_string();
        let of = if whose.is_empty() { String::new() } else { format!("{whose}: ") };
        let slope = match drift {
            Drift::Known(slope) => slope,
            Drift::Nothing(why) => return Expected::missed(rule, format!("{of}no data"), why),
            Drift::TooShort(needed) => {
                let why = format!("too short to say: needs at least {}", text::minutes(needed));
                return Expected::missed(rule, format!("{of}{why}"), &format!("{of}{why}"));
            }
        };
        let limit = match self.limit {
            DriftLimit::Share(share) => share * slope.level,
            DriftLimit::Amount(amount) => amount,
        };
        let seen = format!("{of}{}", text::slope(self, &slope));
        if slope.high < limit {
            return Expected::met(rule, seen);
        }
        let why = if slope.low > limit {
            seen.clone()
        } else {
            format!("it cannot be decided: {seen}; {}", longer(&slope, limit, window))
        };
        Expected::missed(rule, seen, &why)
    }
}

fn of_memory(process: &Watched, window: &Window) -> Drift {
    if process.ended.is_some_and(|ended| ended < window.until) {
        return Drift::Nothing("the watched process ended during the run");
    }
    match window.blocks(|time| process.memory(time)) {
        Some(values) => slope(&values, window, 0.0),
        None => Drift::TooShort(window.needed(process.step())),
    }
}

fn slope(values: &[f64], window: &Window, error: f64) -> Drift {
    let hours = window.length().as_secs_f64() / 3_600.0 / values.len() as f64;
    Slope::of(values, hours, error).map_or(Drift::Nothing("there are too few blocks"), Drift::Known)
}

/// How long it takes to decide if all stays as it is: the width of an interval falls with the length
/// of the run to the power of 1.5, once because the lever is longer and half because there is more.
fn longer(slope: &Slope, limit: f64, window: &Window) -> String {
    let factor = (slope.half_width() / (limit - slope.per_hour).abs()).powf(2.0 / 3.0) * 1.1;
    if factor.is_finite() && factor < FAR {
        let needed = window.run_of(window.length().mul_f64(factor.max(1.1)));
        format!("a run of about {} would tell", text::minutes(needed))
    } else {
        "it is too close to the limit for a longer run to tell".to_owned()
    }
}
