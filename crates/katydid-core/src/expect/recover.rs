//! Recovery: how long after the highest load a rule holds again, and goes on holding.

use std::fmt;
use std::time::Duration;

use crate::span::SpanError;
use crate::standstill::STALL;
use crate::target::{TagClass, Target, TargetError};
use crate::{History, Part, RowKey, RunPhase, Snapshot, Step, format_span, parse_span};
use serde::{Deserialize, Serialize};

/// The shortest time over which the rule is asked. A second of a few users has too few requests for
/// a percentile; ten would hide when it was.
const WINDOW: Duration = Duration::from_secs(5);
/// By how much less a window may be short: ticks are not equally long.
const SLACK: Duration = Duration::from_millis(100);

/// The last look at waiting requests may be so long before the end.
const TICKS: Duration = Duration::from_secs(2);

/// Steps up to this length are told of as moments.
const FINE: Duration = Duration::from_secs(3);

/// After the stage with the most users (or the highest rate of arrivals) a rule must hold again within some time, and from then on to
/// the end of the run.
///
/// It is asked over windows that begin with every step of the history after that stage. Each has at
/// least 5 s, and as many more as it takes to have the samples that the rule needs. The target has
/// recovered at the beginning of the first window from which on all hold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recover {
    rule: Target,
    within: Duration,
}

/// A text that is no rule of recovery.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RecoverError {
    /// There is no time in which it has to be.
    #[error("`{0}` does not say within which time; write `p95 < 1s within 30s`")]
    NoLimit(String),
    /// The time cannot be read.
    #[error("`within`: {0}")]
    Within(#[from] SpanError),
    /// The rule cannot be read.
    #[error("{0}")]
    Rule(#[from] TargetError),
    /// It is about a piece of the run already.
    #[error(
        "`{0}`: a rule of recovery is about what follows the highest stage; leave `in` and `abort` out"
    )]
    Piece(String),
}

impl Recover {
    /// `rule` must hold again within `within`.
    pub fn new(rule: Target, within: Duration) -> Self {
        Self { rule, within }
    }

    /// Reads `p95 < 1s within 30s`, or in words `p95 back under 1s within 30s` (`back over` for
    /// rates). Scopes are those of targets.
    ///
    /// # Errors
    /// When it is not of this form.
    pub fn parse(text: &str, classes: &[TagClass]) -> Result<Self, RecoverError> {
        let (rule, within) =
            text.rsplit_once(" within ").ok_or_else(|| RecoverError::NoLimit(text.to_owned()))?;
        let within = parse_span(within.trim())?;
        let rule = rule.replacen(" back under ", " < ", 1).replacen(" back over ", " > ", 1);
        let target = Target::parse(rule.trim(), classes)?;
        if target.phase().is_some() || target.grace().is_some() {
            return Err(RecoverError::Piece(text.to_owned()));
        }
        Ok(Self::new(target, within))
    }

    /// The rule that must hold again.
    pub fn rule(&self) -> &Target {
        &self.rule
    }

    /// Why a run of these phases has nothing to recover from, as a sentence.
    pub fn out_of_place(&self, phases: &[RunPhase]) -> Option<String> {
        let text = "the run has no calmer stage after its highest";
        peak(phases).is_none().then(|| text.to_owned())
    }

    /// Holds it against a run that has ended.
    pub fn judge(&self, snapshot: &Snapshot) -> super::Expected {
        let missed = |seen: &str, why: &str| super::Expected::missed(self.to_string(), seen, why);
        let history = snapshot.history();
        let Some((peak, end)) = peak(history.phases()) else {
            return missed("no peak", &self.out_of_place(history.phases()).unwrap_or_default());
        };
        if let Some(silence) = silence(snapshot, end) {
            let seconds = silence.as_secs_f64();
            let why =
                format!("in the last {seconds:.0} s no answer came at all, while requests waited");
            return missed("no answers", &why);
        }
        let windows = self.windows(history, end);
        let Some(last) = windows.last() else {
            let left = snapshot.elapsed.saturating_sub(end).as_secs_f64();
            let needed = self.rule.needed();
            let why = format!(
                "in the {left:.1} s after {} no time of {} s or more has the {needed} requests \
                 that the rule needs",
                peak.name,
                WINDOW.as_secs()
            );
            return missed("too few requests", &why);
        };
        let bad =
            windows.iter().rposition(|window| !self.rule.holds_for(&window.part, window.length));
        let recovered = windows.get(bad.map_or(0, |bad| bad + 1));
        let Some(first) = recovered else {
            let seen = self.rule.measured_text(&last.part, last.length);
            let why = format!(
                "at the end, {:.0} s after {}, it was still {seen}",
                last.from.saturating_sub(end).as_secs_f64(),
                peak.name
            );
            return missed("not recovered", &why);
        };
        let took = first.from.saturating_sub(end);
        let seen = format!("after {:.1} s", took.as_secs_f64());
        let judged = if took <= self.within {
            super::Expected::met(self.to_string(), seen)
        } else {
            let why = format!("it held again {:.1} s after {}", took.as_secs_f64(), peak.name);
            missed(&seen, &why)
        };
        match coarsest(history, end) {
            step if step > FINE => judged.detail(format!(
                "recovery is known to {:.0} s only: that long is a step of the history by now",
                step.as_secs_f64()
            )),
            _ => judged,
        }
    }

    /// Windows after `end` that are long enough and have enough samples.
    fn windows(&self, history: &History, end: Duration) -> Vec<Window> {
        let steps = history.steps();
        let wanted = |key: &RowKey| self.rule.scope().accepts(key);
        let counts = history.counts(wanted);
        let first = steps.partition_point(|step| step.from + SLACK < end);
        let mut windows = Vec::new();
        let mut until = first;
        let mut samples = 0;
        for from in first..steps.len() {
            let length = |until: usize| steps[until - 1].until.saturating_sub(steps[from].from);
            let short = |until: usize| until == from || length(until) + SLACK < WINDOW;
            while short(until) || samples < self.rule.needed() {
                let Some(count) = counts.get(until) else { return windows };
                samples += count;
                until += 1;
            }
            let part = history.part(from..until, wanted);
            windows.push(Window { from: steps[from].from, length: length(until), part });
            samples -= counts[from];
        }
        windows
    }
}

/// A stretch of time over which the rule is asked.
struct Window {
    from: Duration,
    length: Duration,
    part: Part,
}

/// For how long, since `end` at the earliest, no answer came any more up to the end of the run, if
/// that is a stall. There is nothing in such a time that a window could be made of.
fn silence(snapshot: &Snapshot, end: Duration) -> Option<Duration> {
    let last = snapshot.standstills().max_by_key(|it| it.until)?;
    // Users finish after the end of the stages, and that is not asked for.
    let stages = snapshot.history().phases().last().and_then(|phase| phase.until);
    let over = stages.unwrap_or(snapshot.elapsed).min(snapshot.elapsed);
    let length = over.saturating_sub(last.from.max(end));
    (last.until + TICKS >= over && length > STALL).then_some(length)
}

/// The longest step after `end`.
fn coarsest(history: &History, end: Duration) -> Duration {
    let after = history.steps().iter().filter(|step| step.from + SLACK >= end);
    after.map(Step::length).max().unwrap_or_default()
}

/// The phase with the highest load (the last of several) and its end; `None` without a calmer one
/// after it.
fn peak(phases: &[RunPhase]) -> Option<(&RunPhase, Duration)> {
    let load = |phase: &RunPhase| phase.users.map(f64::from).or(phase.starts).unwrap_or_default();
    let peak = phases.iter().max_by(|left, right| load(left).total_cmp(&load(right)))?;
    let end = peak.until?;
    let calmer = |phase: &RunPhase| phase.from >= end && load(phase) < load(peak);
    phases.iter().any(calmer).then_some((peak, end))
}

/// As tables show it: what [`Recover::parse`] reads, and what it is.
impl fmt::Display for Recover {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "recover: {} within {}", self.rule, format_span(self.within))
    }
}
