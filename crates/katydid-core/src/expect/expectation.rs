//! All kinds of expectations, and what comes of one.

use std::fmt;

use super::degrade::{Degrade, no_knee};
use super::monitor::MonitorRule;
use super::recover::Recover;
use crate::{DriftRule, RunPhase, Snapshot, Target};
use serde::{Deserialize, Serialize};

/// Something that a run must show beyond rules on one number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Expectation {
    /// After its highest load the target is soon as it was: `recover = "p95 < 1s within 30s"`.
    Recover(Recover),
    /// Under more load than it is made for the target does not stop: `degrade = "gradual"`.
    Degrade(Degrade),
    /// A rule that locates the knee of a climb and judges nothing else: `knee = ["p95 < 1s"]`.
    Knee(Target),
    /// A number does not grow with the hours: `drift = ["memory < 5%/h"]`.
    Drift(DriftRule),
    /// A number seen beside the load keeps its limit: `rules = ["connections_used < 80%"]`.
    Monitor(MonitorRule),
}

/// What came of an expectation.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Expected {
    /// The rule, as text.
    pub rule: String,
    /// What was seen of it, in a few words: `after 12.0 s`.
    pub measured: String,
    /// Whether it was met.
    pub met: bool,
    /// Why it was missed, as a sentence; `None` when it was met.
    pub cause: Option<String>,
    /// More that a reader may want to know, each a sentence.
    pub details: Vec<String>,
}

impl Expected {
    /// A rule that was met, with what was seen.
    pub fn met(rule: impl Into<String>, measured: impl Into<String>) -> Self {
        let (rule, measured) = (rule.into(), measured.into());
        Self { rule, measured, met: true, cause: None, details: Vec::new() }
    }

    /// A rule that was missed, with what was seen and why it is not enough: the rest of a sentence
    /// that begins with the rule.
    pub fn missed(rule: impl Into<String>, measured: impl Into<String>, why: &str) -> Self {
        let (rule, measured) = (rule.into(), measured.into());
        let cause = Some(format!("expectation `{rule}` missed: {why}"));
        Self { rule, measured, met: false, cause, details: Vec::new() }
    }

    /// Adds a sentence that a reader may want to know.
    #[must_use]
    pub fn detail(mut self, text: impl Into<String>) -> Self {
        self.details.push(text.into());
        self
    }

    /// One word on how it ended, for tables.
    pub fn outcome_text(&self) -> &'static str {
        if self.met { "met" } else { "MISSED" }
    }
}

impl Expectation {
    /// Why it can mean nothing for a run of these phases, as a sentence; `None` when it can.
    pub fn out_of_place(&self, phases: &[RunPhase]) -> Option<String> {
        match self {
            Self::Recover(recover) => recover.out_of_place(phases),
            Self::Knee(rule) => no_knee(rule, phases),
            // A run may be too short for drift, which depends on how much is sent.
            Self::Degrade(_) | Self::Drift(_) | Self::Monitor(_) => None,
        }
    }

    /// Holds it against a run that has ended. `None` for a rule that only locates the knee.
    pub fn judge(&self, snapshot: &Snapshot) -> Option<Expected> {
        Some(match self {
            Self::Recover(recover) => recover.judge(snapshot),
            Self::Degrade(degrade) => degrade.judge(snapshot),
            Self::Drift(drift) => drift.judge(snapshot),
            Self::Monitor(rule) => rule.judge(snapshot),
            Self::Knee(_) => return None,
        })
    }

    /// The rule, if it is one that locates the knee.
    pub fn knee(&self) -> Option<&Target> {
        match self {
            Self::Knee(rule) => Some(rule),
            _ => None,
        }
    }
}

/// As tables show it.
impl fmt::Display for Expectation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Recover(recover) => recover.fmt(f),
            Self::Degrade(degrade) => degrade.fmt(f),
            Self::Knee(rule) => write!(f, "knee: {rule}"),
            Self::Drift(drift) => drift.fmt(f),
            Self::Monitor(rule) => rule.fmt(f),
        }
    }
}
