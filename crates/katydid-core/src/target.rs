//! Targets: rules on what was measured. A target without data fails (R25).

use std::fmt;
use std::time::Duration;

use crate::{Row, Snapshot};

/// A number of a run.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Metric {
    /// Successful requests ÷ requests, 0 to 1.
    SuccessRate,
    /// The response time that this share (0 to 1) of all requests does not exceed.
    ResponseTime(f64),
    /// The longest response time.
    MaxResponseTime,
}

/// How a metric is held against its limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Comparison {
    /// `<`
    Below,
    /// `>=`
    AtLeast,
    /// `==`
    Equal,
}

/// A rule on one metric over all requests: `p95 < 500ms`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Target {
    metric: Metric,
    comparison: Comparison,
    /// Share for rates, seconds for times.
    limit: f64,
}

/// A target with what was measured.
#[derive(Clone, Debug, PartialEq)]
pub struct TargetResult {
    /// The rule.
    pub target: Target,
    /// What was measured; `None` without data.
    pub measured: Option<f64>,
    /// Requests behind the number.
    pub samples: u64,
    /// Whether it holds.
    pub met: bool,
}

impl Target {
    /// The success rate must be at least `share` (0 to 1); 1 is written `success == 100%`.
    pub fn success_at_least(share: f64) -> Self {
        let comparison = if share >= 1.0 { Comparison::Equal } else { Comparison::AtLeast };
        Self { metric: Metric::SuccessRate, comparison, limit: share }
    }

    /// The response time percentile `quantile` (0.95 for p95) must stay below `limit`.
    pub fn percentile_below(quantile: f64, limit: Duration) -> Self {
        let metric = Metric::ResponseTime(quantile);
        Self { metric, comparison: Comparison::Below, limit: limit.as_secs_f64() }
    }

    /// No response may take `limit` or longer.
    pub fn max_below(limit: Duration) -> Self {
        let comparison = Comparison::Below;
        Self { metric: Metric::MaxResponseTime, comparison, limit: limit.as_secs_f64() }
    }

    /// Holds it against a run.
    pub fn evaluate(&self, snapshot: &Snapshot) -> TargetResult {
        self.evaluate_row(&snapshot.aggregated())
    }

    fn evaluate_row(&self, row: &Row) -> TargetResult {
        let samples = row.requests();
        let measured = match self.metric {
            _ if samples == 0 => None,
            Metric::SuccessRate => Some(1.0 - row.failures() as f64 / samples as f64),
            Metric::ResponseTime(quantile) => row.response().quantile(quantile).map(seconds),
            Metric::MaxResponseTime => row.response().max().map(seconds),
        };
        let met = measured.is_some_and(|value| match self.comparison {
            Comparison::Below => value < self.limit,
            Comparison::AtLeast => value >= self.limit,
            Comparison::Equal => value == self.limit,
        });
        TargetResult { target: *self, measured, samples, met }
    }

    fn show(&self, value: f64) -> String {
        match self.metric {
            Metric::SuccessRate => share(value),
            Metric::ResponseTime(_) | Metric::MaxResponseTime => millis(value),
        }
    }
}

impl TargetResult {
    /// What was measured, for people: `98.50%`, `312 ms`, `no data`.
    pub fn measured_text(&self) -> String {
        self.measured.map_or_else(|| "no data".to_owned(), |value| self.target.show(value))
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.metric {
            Metric::SuccessRate => f.write_str("success"),
            Metric::ResponseTime(quantile) => write!(f, "p{}", trim(quantile * 100.0)),
            Metric::MaxResponseTime => f.write_str("max"),
        }?;
        let sign = match self.comparison {
            Comparison::Below => "<",
            Comparison::AtLeast => ">=",
            Comparison::Equal => "==",
        };
        let limit = match self.metric {
            Metric::SuccessRate => format!("{}%", trim(self.limit * 100.0)),
            Metric::ResponseTime(_) | Metric::MaxResponseTime => {
                crate::format_span(Duration::from_secs_f64(self.limit))
            }
        };
        write!(f, " {sign} {limit}")
    }
}

fn seconds(time: Duration) -> f64 {
    time.as_secs_f64()
}

/// A share in percent that never rounds a miss up to a hit: 99.999 % is not `100%`.
fn share(value: f64) -> String {
    let percent = value * 100.0;
    if value < 1.0 && percent > 99.99 {
        format!("{}%", (percent * 1e6).floor() / 1e6)
    } else {
        format!("{percent:.2}%")
    }
}

fn millis(seconds: f64) -> String {
    let millis = seconds * 1_000.0;
    if millis < 10.0 { format!("{millis:.2} ms") } else { format!("{millis:.0} ms") }
}

fn trim(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_read_as_the_plan_writes_them() {
        assert_eq!(Target::success_at_least(1.0).to_string(), "success == 100%");
        assert_eq!(Target::success_at_least(0.995).to_string(), "success >= 99.5%");
        let p95 = Target::percentile_below(0.95, Duration::from_millis(500));
        assert_eq!(p95.to_string(), "p95 < 500ms");
        let p999 = Target::percentile_below(0.999, Duration::from_secs(2));
        assert_eq!(p999.to_string(), "p99.9 < 2s");
    }

    #[test]
    fn a_near_miss_is_not_shown_as_a_hit() {
        assert_eq!(share(0.999_999), "99.9999%");
        assert_eq!(share(1.0), "100.00%");
    }

    /// R25: k6's empty trend is 0 and passes; ours has no data and fails.
    #[test]
    fn a_target_without_data_fails() {
        let empty = Snapshot::new(&[], &[], 1);
        for target in
            [Target::success_at_least(0.0), Target::percentile_below(0.95, Duration::from_secs(1))]
        {
            let result = target.evaluate(&empty);
            assert!(!result.met);
            assert_eq!(result.measured_text(), "no data");
        }
    }
}
