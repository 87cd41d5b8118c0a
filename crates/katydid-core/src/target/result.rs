//! A target held against a run.

use std::time::Duration;

use super::metric::{Metric, Unit};
use super::rule::Target;
use super::scope::Scope;
use crate::history::unknown_phase;
use crate::{Latency, Part, RowKey, RunPhase, Snapshot, counted, nearest};

/// A target with what was measured.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct TargetResult {
    /// The rule.
    pub target: Target,
    /// What was measured; `None` without data.
    pub measured: Option<f64>,
    /// Requests behind the number.
    pub samples: u64,
    /// Whether it holds, on at least as many samples as it [needs](Target::needed).
    pub met: bool,
    /// Requests, or transactions, that had waited for longer than the limit when the end of the run, or of
    /// their user, cut them off, where they alone make it missed; `measured` is then the least that it can be.
    pub cut: u64,
    /// Where nothing was measured: the name that was probably meant.
    pub nearest: Option<String>,
    /// Why there is nothing to measure: the run has no such phase.
    pub(super) no_phase: Option<String>,
}

impl Target {
    /// Holds it against a run: the rows that it is about are merged, histograms with them, and
    /// judged as one. Of a phase, that is what ended in it, or was cut off in it.
    pub fn evaluate(&self, snapshot: &Snapshot) -> TargetResult {
        let history = snapshot.history();
        let wanted = |key: &RowKey| self.scope.accepts(key);
        let phase = self.phase().map(|name| history.phase(name).map(|(index, _)| index));
        let (part, length) = match phase {
            None => (snapshot.part(wanted), snapshot.measured()),
            Some(None) => (Part::default(), Duration::ZERO),
            Some(Some(index)) => {
                (history.part(history.steps_of(index), wanted), snapshot.measured_in(index))
            }
        };
        let samples = part.requests();
        let met = self.holds_for(&part, length);
        // What was cut off is in no number, and took so long at least.
        let cut = if met && self.is_upper() {
            snapshot.cut(phase.flatten(), wanted)
        } else {
            Latency::default()
        };
        let least = self.metric.at_least(&part, &cut);
        let least = least.filter(|least| !self.comparison.holds(*least, self.limit));
        let longer = cut.len() - cut.count_at_most(Duration::from_nanos(self.limit as u64));
        TargetResult {
            target: self.clone(),
            measured: least.or_else(|| self.metric.of(&part, length)),
            samples,
            met: met && least.is_none(),
            cut: least.map_or(0, |_| longer.max(1)),
            nearest: if samples == 0 { self.nearest_name(snapshot) } else { None },
            no_phase: self.unknown_phase(history.phases()),
        }
    }

    /// Holds it against a piece of a run of this length, whatever phase it is about.
    pub(crate) fn evaluate_part(&self, part: &Part, length: Duration) -> TargetResult {
        TargetResult {
            target: self.clone(),
            measured: self.metric.of(part, length),
            samples: part.requests(),
            met: self.holds_for(part, length),
            cut: 0,
            nearest: None,
            no_phase: None,
        }
    }

    /// Why a run of these phases has none that it is about, as a sentence with the nearest name;
    /// `None` when it has.
    pub fn unknown_phase(&self, phases: &[RunPhase]) -> Option<String> {
        self.phase().and_then(|name| unknown_phase(phases, name))
    }

    /// Whether it holds for a piece of a run of this length, which has the samples that it needs.
    pub(crate) fn holds_for(&self, part: &Part, length: Duration) -> bool {
        let measured = self.metric.of(part, length);
        let holds = measured.is_some_and(|value| self.comparison.holds(value, self.limit));
        holds && part.requests() >= self.needed()
    }

    /// What a piece of a run has instead of the limit, for people.
    pub(crate) fn measured_text(&self, part: &Part, length: Duration) -> String {
        self.metric.of(part, length).map_or_else(|| "no data".to_owned(), |value| self.show(value))
    }

    /// Whether it sets an upper limit.
    fn is_upper(&self) -> bool {
        use super::metric::Comparison::{AtMost, Below};
        matches!(self.comparison, Below | AtMost)
    }

    /// Whether it judges failures of requests with this key.
    pub(crate) fn judges_failures_of(&self, key: &crate::RowKey) -> bool {
        self.metric.judges_failures() && self.scope.accepts(key)
    }

    fn nearest_name(&self, snapshot: &Snapshot) -> Option<String> {
        let Scope::Name { name, .. } = &self.scope else { return None };
        let transactions =
            if self.scope.is_transaction() { snapshot.transactions() } else { vec![] };
        let of_requests = snapshot.rows().filter(|_| !self.scope.is_transaction());
        let names = of_requests.chain(&transactions).map(|row| &*row.key.name);
        nearest(name, names).map(str::to_owned)
    }

    fn show(&self, value: f64) -> String {
        match self.metric.unit() {
            Unit::Share => percent(value, self.limit),
            Unit::Time => millis(value, self.limit),
            Unit::Count => format!("{value}"),
            Unit::PerSecond => format!("{value:.2}/s"),
        }
    }
}

impl TargetResult {
    /// What was measured, for people: `98.50%`, `312 ms`, `no data`.
    pub fn measured_text(&self) -> String {
        self.measured.map_or_else(|| "no data".to_owned(), |value| self.target.show(value))
    }

    /// How far the measured value is from the limit: `+62%` of it for times and numbers, points
    /// of a percent for shares. Plus is the good side.
    pub fn margin_text(&self) -> String {
        let Some(way) = self.way() else { return "-".to_owned() };
        let limit = self.target.limit;
        match self.target.metric.unit() {
            Unit::Share => format!("{:+.2} pt", way * 100.0),
            _ if limit == 0.0 => "-".to_owned(),
            _ => format!("{:+.0}%", way / limit * 100.0),
        }
    }

    /// [`margin_text`](Self::margin_text) as a number by which targets of any unit can be put in an
    /// order: the part of the limit that is left, or for shares of what the limit allows (1 % of
    /// failures where 2 % may fail is 0.5). Below 0 it is missed.
    pub fn margin(&self) -> Option<f64> {
        let limit = self.target.limit;
        let allowed = match self.target.metric.unit() {
            Unit::Share => limit.min(1.0 - limit),
            _ => limit,
        };
        // Where nothing is allowed, each permille counts like a whole limit.
        self.way().map(|way| way / if allowed > 0.0 { allowed } else { 0.001 })
    }

    /// Of an upper limit on response times that was missed: the percentile that it is about (1 is
    /// the longest), and by how much.
    pub(crate) fn excess(&self) -> Option<(f64, Duration)> {
        let quantile = match self.target.metric {
            Metric::ResponseTime(quantile) => quantile,
            Metric::MaxResponseTime => 1.0,
            _ => return None,
        };
        let missed = self.target.is_upper() && !self.met;
        let over = self.measured.filter(|_| missed)? - self.target.limit;
        (over >= 0.0).then(|| (quantile, Duration::from_nanos(over as u64)))
    }

    /// Of a target that was met: the share of all requests that may be slow, or fail, before it is
    /// missed. `None` where it is about no share of them.
    pub(crate) fn room(&self) -> Option<f64> {
        let room = match self.target.metric {
            Metric::ResponseTime(quantile) => 1.0 - quantile,
            Metric::MaxResponseTime => 0.0,
            _ => return self.failure_room(),
        };
        (self.met && self.target.is_upper()).then_some(room)
    }

    /// The same of one about requests that fail.
    pub(crate) fn failure_room(&self) -> Option<f64> {
        let limit = self.target.limit;
        let room = match self.target.metric {
            Metric::SuccessRate => 1.0 - limit,
            Metric::FailureRate | Metric::LostRate => limit,
            _ => return None,
        };
        self.met.then_some(room)
    }

    /// How far the measured value is on the good side of the limit, in the unit of the metric.
    fn way(&self) -> Option<f64> {
        use super::metric::Comparison::{Above, AtLeast, AtMost, Below, Equal};
        let (value, limit) = (self.measured?, self.target.limit);
        let way = match self.target.comparison {
            Below | AtMost => limit - value,
            Above | AtLeast => value - limit,
            Equal => -(value - limit).abs(),
        };
        // 0 and not -0.
        Some(way + 0.0)
    }

    /// Whether it was missed for nothing but too few samples.
    pub fn lacks_samples(&self) -> bool {
        let Target { comparison, limit, .. } = self.target;
        !self.met && self.measured.is_none_or(|value| comparison.holds(value, limit))
    }

    /// The target with its limit at this share above what was measured, in two digits and never
    /// above its own, where it is an upper limit on a time; any other as it is.
    pub(crate) fn with_room(&self, share: f64) -> Target {
        let mut target = self.target.clone();
        if let Some(value) = self.measured
            && target.is_upper()
            && target.metric.unit() == Unit::Time
        {
            target.limit = target.limit.min(two_digits_up(value * (1.0 + share)));
        }
        target
    }

    /// Whether it was met on fewer samples than make the number firm.
    pub fn is_on_few(&self) -> bool {
        self.met && self.samples < self.target.firm()
    }

    /// One or two words on how it ended, for tables.
    pub fn outcome_text(&self) -> String {
        let needed = self.target.needed();
        match self {
            Self { met: true, .. } if self.is_on_few() => {
                format!("met on few (firm from {})", self.target.firm())
            }
            Self { met: true, .. } => "met".to_owned(),
            Self { samples, .. } if *samples < needed => {
                format!("MISSED: needs {}", counted(needed, "sample"))
            }
            _ => "MISSED".to_owned(),
        }
    }

    /// Why it was missed, as a sentence; `None` when it was met.
    pub fn cause(&self) -> Option<String> {
        let (target, samples, needed) = (&self.target, self.samples, self.target.needed());
        if let Some(why) = &self.no_phase {
            return Some(format!("target `{target}` missed: {why}"));
        }
        let why = match (self.measured, &self.nearest) {
            _ if self.met => return None,
            (None, Some(name)) => format!("nothing was measured; did you mean `{name}`?"),
            (None, None) => {
                format!("nothing was measured, it needs {}", counted(needed, "sample"))
            }
            _ if samples < needed => {
                format!("it needs {} and has {samples}", counted(needed, "sample"))
            }
            _ if self.cut > 0 => format!(
                "{} or more, {} had waited for longer than the limit when the end of the run, or of \
                 their user, cut {} off",
                self.measured_text(),
                counted(
                    self.cut,
                    if target.scope.is_transaction() { "transaction" } else { "request" }
                ),
                if self.cut == 1 { "it" } else { "them" }
            ),
            _ => format!("{} over {}", self.measured_text(), counted(samples, "request")),
        };
        Some(format!("target `{target}` missed: {why}"))
    }
}

/// Rounded up to two significant digits: 312 becomes 320.
fn two_digits_up(value: f64) -> f64 {
    let unit = 10f64.powf((value.max(1.0).log10() - 1.0).floor());
    (value / unit).ceil() * unit
}

/// A number with as many decimals as it takes to stand on the right side of its limit: 99.999 is
/// not `100.00`.
fn beside(value: f64, limit: f64, digits: usize) -> String {
    let right = |text: &String| {
        let shown = text.parse().unwrap_or(value);
        (shown < limit) == (value < limit) && (shown > limit) == (value > limit)
    };
    let mut texts = (digits..9).map(|digits| format!("{value:.digits$}"));
    texts.clone().find(right).or(texts.next_back()).unwrap_or_default()
}

fn percent(value: f64, limit: f64) -> String {
    beside(value * 100.0, super::metric::percent(limit), 2) + "%"
}

fn millis(nanos: f64, limit: f64) -> String {
    let millis = nanos / 1e6;
    beside(millis, limit / 1e6, if millis < 10.0 { 2 } else { 0 }) + " ms"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_near_miss_is_not_shown_as_a_hit() {
        assert_eq!(percent(0.999_999, 1.0), "99.9999%");
        assert_eq!(percent(1.0, 1.0), "100.00%");
        assert_eq!(percent(0.994_999, 0.995), "99.4999%");
        assert_eq!(percent(0.985, 1.0), "98.50%");
        assert_eq!(millis(499_700_000.0, 500e6), "499.7 ms");
        assert_eq!(millis(312_400_000.0, 500e6), "312 ms");
    }
}
