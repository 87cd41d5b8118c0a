//! A target: a metric, a comparison, a limit, and the requests that it is about.

use std::fmt;
use std::time::Duration;

use super::metric::{Comparison, Metric, Unit, percent, share};
use super::scope::Scope;

/// A rule on one metric: `p95 < 500ms`, `success == 100% on tag tts`.
///
/// It is read from text ([`str::parse`], or [`Target::parse`] where classes are known) and written
/// as the same text.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    pub(super) metric: Metric,
    pub(super) comparison: Comparison,
    /// In the metric's unit: a share, nanoseconds, a number, requests per second.
    pub(super) limit: f64,
    pub(super) scope: Scope,
}

impl Target {
    /// The success rate must be at least `share` (0 to 1); 1 is written `success == 100%`.
    pub fn success_at_least(share: f64) -> Self {
        let comparison = if share >= 1.0 { Comparison::Equal } else { Comparison::AtLeast };
        Self::rule(Metric::SuccessRate, comparison, self::share(share))
    }

    /// The response time percentile `quantile` (0.95 for p95) must stay below `limit`.
    pub fn percentile_below(quantile: f64, limit: Duration) -> Self {
        Self::rule(Metric::ResponseTime(share(quantile)), Comparison::Below, nanos(limit))
    }

    /// No response may take `limit` or longer.
    pub fn max_below(limit: Duration) -> Self {
        Self::rule(Metric::MaxResponseTime, Comparison::Below, nanos(limit))
    }

    pub(super) fn rule(metric: Metric, comparison: Comparison, limit: f64) -> Self {
        Self { metric, comparison, limit, scope: Scope::All }
    }

    /// The same rule about these requests.
    #[must_use]
    pub fn on(mut self, scope: Scope) -> Self {
        self.scope = scope;
        self
    }

    /// What it is about.
    pub fn metric(&self) -> Metric {
        self.metric
    }

    /// The requests that it is about.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The rule without its scope: `p95 < 500ms`.
    pub fn rule_text(&self) -> String {
        let Self { metric, comparison, limit, .. } = self;
        let limit = match metric.unit() {
            Unit::Share => format!("{}%", percent(*limit)),
            Unit::Time => time(*limit),
            Unit::Count => limit.to_string(),
            Unit::PerSecond => format!("{limit}/s"),
        };
        format!("{metric} {comparison} {limit}")
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.rule_text())?;
        match &self.scope {
            Scope::All => Ok(()),
            scope => write!(f, " on {scope}"),
        }
    }
}

fn nanos(time: Duration) -> f64 {
    time.as_nanos() as f64
}

/// `1m30s`, `1.5s`, `250ms`, `0.25ms`.
pub(crate) fn time(nanos: f64) -> String {
    let span = Duration::from_nanos(nanos as u64);
    match span.subsec_nanos() {
        0 => crate::format_span(span),
        part if part.is_multiple_of(1_000_000) && span.as_secs() > 0 => format!("{}s", nanos / 1e9),
        _ => format!("{}ms", nanos / 1e6),
    }
}
