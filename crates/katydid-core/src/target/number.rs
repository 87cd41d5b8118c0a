//! Numbers of targets for machines: in a unit that has a name.

use super::metric::{Comparison, Unit};
use super::result::TargetResult;
use super::rule::Target;

/// Numbers for machines: times in milliseconds, shares from 0 to 1.
impl Target {
    /// How the metric is held against the limit.
    pub fn comparison(&self) -> Comparison {
        self.comparison
    }

    /// The limit, in its [unit](Self::unit_text).
    pub fn limit_number(&self) -> f64 {
        self.number(self.limit)
    }

    /// What limit and measured number are counted in: `ms`, `share` (0 to 1), `requests` or
    /// `requests per second`.
    pub fn unit_text(&self) -> &'static str {
        match self.metric.unit() {
            Unit::Share => "share",
            Unit::Time => "ms",
            Unit::Count => "requests",
            Unit::PerSecond => "requests per second",
        }
    }

    fn number(&self, value: f64) -> f64 {
        if self.metric.unit() == Unit::Time { value / 1e6 } else { value }
    }
}

impl TargetResult {
    /// What was measured, in the target's [unit](Target::unit_text); `None` without data.
    pub fn measured_number(&self) -> Option<f64> {
        self.measured.map(|value| self.target.number(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_milliseconds_and_shares_shares() {
        let numbers = |text: &str| {
            let target: Target = text.parse().unwrap();
            (target.limit_number(), target.unit_text())
        };
        assert_eq!(numbers("p95 < 1.5s"), (1_500.0, "ms"));
        assert_eq!(numbers("success >= 99.5%"), (0.995, "share"));
        assert_eq!(numbers("rate >= 50/s"), (50.0, "requests per second"));
        assert_eq!(numbers("requests >= 7"), (7.0, "requests"));
    }
}
