//! A target: a metric, a comparison, a limit, and the requests that it is about.

use std::fmt;
use std::time::Duration;

use super::metric::{Comparison, Metric, Unit, percent, share};
use super::scope::Scope;
use serde::{Deserialize, Serialize};

/// A rule on one metric: `p95 < 500ms`, `success == 100% on tag tts`.
///
/// It is read from text ([`str::parse`], or [`Target::parse`] where classes are known) and written
/// as the same text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Target {
    pub(super) metric: Metric,
    pub(super) comparison: Comparison,
    /// In the metric's unit: a share, nanoseconds, a number, requests per second.
    pub(super) limit: f64,
    pub(super) scope: Scope,
    pub(super) phase: Option<String>,
    pub(super) abort: Option<Duration>,
}

/// How long a target with `abort` is left alone unless it says otherwise: connections are opened
/// and caches are filled then, and a target needs some seconds of requests to mean anything.
const GRACE: Duration = Duration::from_secs(10);

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
        Self { metric, comparison, limit, scope: Scope::All, phase: None, abort: None }
    }

    /// The same rule about these requests.
    #[must_use]
    pub fn on(mut self, scope: Scope) -> Self {
        self.scope = scope;
        self
    }

    /// The same rule about one [phase](crate::RunPhase) of the run: a stage, `ramp` or `steady`.
    #[must_use]
    pub fn in_phase(mut self, name: &str) -> Self {
        self.phase = Some(name.to_owned());
        self
    }

    /// The run ends when it is missed: `grace` after the beginning of what it is about, or later.
    #[must_use]
    pub fn abort_after(mut self, grace: Duration) -> Self {
        self.abort = Some(grace);
        self
    }

    /// [`abort_after`](Self::abort_after) ten seconds.
    #[must_use]
    pub fn abort(self) -> Self {
        self.abort_after(GRACE)
    }

    /// The phase that it is about; `None` for the whole run.
    pub fn phase(&self) -> Option<&str> {
        self.phase.as_deref()
    }

    /// After which time it may end the run, if it may.
    pub fn grace(&self) -> Option<Duration> {
        self.abort
    }

    /// What it is about.
    pub fn metric(&self) -> Metric {
        self.metric
    }

    /// What the metric is held against: a share, nanoseconds, requests, or requests per second.
    pub fn limit(&self) -> f64 {
        self.limit
    }

    /// The requests that it is about.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The rule without what it is about: `p95 < 500ms`.
    pub fn rule_text(&self) -> String {
        format!("{} {} {}", self.metric, self.comparison, self.limit_text())
    }

    /// The limit as the rule has it: `500ms`, `99.5%`.
    pub fn limit_text(&self) -> String {
        let limit = self.limit;
        match self.metric.unit() {
            Unit::Share => format!("{}%", percent(limit)),
            Unit::Time => time(limit),
            Unit::Count => limit.to_string(),
            Unit::PerSecond => format!("{limit}/s"),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.rule_text())?;
        if self.scope != Scope::All {
            write!(f, " on {}", self.scope)?;
        }
        if let Some(phase) = &self.phase {
            write!(f, " in {phase}")?;
        }
        match self.abort {
            None => Ok(()),
            Some(GRACE) => f.write_str(" abort"),
            Some(grace) => write!(f, " abort after {}", crate::format_span(grace)),
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
