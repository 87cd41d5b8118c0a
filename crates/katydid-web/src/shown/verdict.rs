//! The verdict: of the target, and of the run itself.

use katydid_core::{Expected, Metric, Scope, TargetResult, Trust, Verdict, VerdictWord};
use schemars::JsonSchema;
use serde::Serialize;

/// What a run says of the target, and whether it may say anything at all. While it is on: what it
/// would say if it ended now.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ShownVerdict {
    /// `PASS`, `FAIL` or `INVALID`.
    word: &'static str,
    /// Why, each a sentence, the most important first; empty for a pass.
    causes: Vec<String>,
    exit_code: u8,
    targets: Vec<ShownTarget>,
    expectations: Vec<ShownExpected>,
    /// Where a climb stopped holding, in sentences; empty without a climb.
    knee: Vec<String>,
    /// Tasks that were executed and sent nothing.
    silent: Vec<String>,
    /// Tasks that were never drawn.
    never_drawn: Vec<String>,
}

/// What the run says of itself.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ShownTrust {
    /// `VALID`, `DISTURBED` or `INVALID`.
    word: &'static str,
    /// What speaks against it, the worst first.
    findings: Vec<ShownFinding>,
    /// What was seen and changes nothing.
    notes: Vec<String>,
}

/// Something that speaks against a run.
#[derive(Debug, Serialize, JsonSchema)]
struct ShownFinding {
    /// As in docs/RULES.md.
    rule: &'static str,
    /// `DISTURBED` or `INVALID`.
    word: &'static str,
    text: String,
}

/// A target with what was measured.
#[derive(Debug, Serialize, JsonSchema)]
struct ShownTarget {
    /// The rule as text.
    rule: String,
    /// Which requests it is about.
    scope: String,
    /// The phase of the run that it is about, if it is one.
    phase: Option<String>,
    met: bool,
    /// Times in ms, shares from 0 to 1; `null` without data.
    measured: Option<f64>,
    limit: f64,
    /// `ms`, `share`, `count` or `per-second`.
    unit: &'static str,
    /// What was measured, as people read it: `312 ms`, `no data`.
    shown: String,
    /// How far from the limit: `+62%`, `-1.50 pt`, `-`. Plus is the good side.
    margin: String,
    /// The same as a number by which targets can be put in an order; below 0 it is missed.
    margin_share: Option<f64>,
    samples: u64,
    /// `met`, `MISSED`, and why in a word.
    outcome: String,
    /// Why it was missed, as a sentence.
    cause: Option<String>,
}

/// What came of an expectation.
#[derive(Debug, Serialize, JsonSchema)]
struct ShownExpected {
    rule: String,
    met: bool,
    /// What was seen of it.
    seen: String,
    cause: Option<String>,
    details: Vec<String>,
}

impl ShownVerdict {
    pub(super) fn of(verdict: &Verdict) -> Self {
        Self {
            word: match verdict.word {
                VerdictWord::Pass => "PASS",
                VerdictWord::Fail => "FAIL",
                _ => "INVALID",
            },
            causes: verdict.causes.clone(),
            exit_code: verdict.exit_code,
            targets: verdict.targets.iter().map(target).collect(),
            expectations: verdict.expectations.iter().map(expected).collect(),
            knee: verdict.knee.as_ref().map(katydid_core::Knee::sentences).unwrap_or_default(),
            silent: verdict.silent.clone(),
            never_drawn: verdict.never_drawn.clone(),
        }
    }
}

impl ShownTrust {
    pub(super) fn of(trust: &Trust) -> Self {
        let finding = |it: &katydid_core::Finding| ShownFinding {
            rule: it.rule,
            word: it.word.as_str(),
            text: it.text.clone(),
        };
        Self {
            word: trust.word.as_str(),
            findings: trust.findings.iter().map(finding).collect(),
            notes: trust.notes.clone(),
        }
    }
}

fn target(result: &TargetResult) -> ShownTarget {
    let target = &result.target;
    let (unit, size) = match target.metric() {
        Metric::SuccessRate | Metric::FailureRate | Metric::LostRate => ("share", 1.0),
        Metric::Requests => ("count", 1.0),
        Metric::RequestRate => ("per-second", 1.0),
        // Nanoseconds.
        _ => ("ms", 1e6),
    };
    let scope = match target.scope() {
        Scope::All => "all requests".to_owned(),
        scope => scope.to_string(),
    };
    ShownTarget {
        rule: target.rule_text(),
        scope,
        measured: result.measured.map(|value| value / size),
        limit: target.limit() / size,
        unit,
        phase: target.phase().map(str::to_owned),
        met: result.met,
        shown: result.measured_text(),
        margin: result.margin_text(),
        margin_share: result.margin(),
        samples: result.samples,
        outcome: result.outcome_text(),
        cause: result.cause(),
    }
}

fn expected(it: &Expected) -> ShownExpected {
    ShownExpected {
        rule: it.rule.clone(),
        met: it.met,
        seen: it.measured.clone(),
        cause: it.cause.clone(),
        details: it.details.clone(),
    }
}
