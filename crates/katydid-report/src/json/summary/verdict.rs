//! What is said of the target, and what the run says of itself.

use katydid_core as core;
use schemars::JsonSchema;
use serde::Serialize;

use crate::table::{exit_reason, scope, word};

/// What the run says of the target.
#[derive(Serialize, JsonSchema)]
pub(super) struct Verdict<'a> {
    /// `PASS`, `FAIL` or `INVALID`.
    word: &'static str,
    /// Why, the most important first; empty for a pass.
    causes: &'a [String],
    /// The exit code of the command, as far as it was known when this was written.
    exit_code: u8,
    /// Why the code is another than the word makes expect.
    exit_reason: Option<String>,
    /// The code that the run itself would have had, where the suite chose another.
    overruled_exit_code: Option<u8>,
    /// Tasks that were executed and sent nothing.
    silent_tasks: &'a [String],
    /// Tasks that were never drawn, which is no fault.
    never_drawn_tasks: &'a [String],
}

/// What the run says of itself.
#[derive(Serialize, JsonSchema)]
pub(super) struct Trust<'a> {
    /// `VALID`, `DISTURBED` or `INVALID`.
    word: &'static str,
    findings: Vec<Finding<'a>>,
    /// What was seen and changes nothing.
    notes: &'a [String],
}

/// Something that speaks against the run.
#[derive(Serialize, JsonSchema)]
struct Finding<'a> {
    /// The rule's name in the table of rules.
    rule: &'static str,
    /// `DISTURBED` or `INVALID`.
    word: &'static str,
    text: &'a str,
}

/// A rule on one number.
#[derive(Serialize, JsonSchema)]
pub(super) struct Target<'a> {
    /// As the plan has it.
    rule: String,
    metric: String,
    /// `<`, `<=`, `>`, `>=` or `==`.
    comparison: String,
    limit: f64,
    /// What was measured; null without data.
    measured: Option<f64>,
    /// What limit and measured number are counted in: `ms`, `share` (0 to 1), `requests` or
    /// `requests per second`.
    unit: &'static str,
    /// The requests that it is about.
    scope: String,
    /// The phase that it is about; null for the whole run.
    phase: Option<&'a str>,
    /// How far the measured number is from the limit, for people; plus is the good side.
    margin: String,
    /// Requests behind the number.
    samples: u64,
    met: bool,
    /// Why it was missed.
    cause: Option<String>,
}

/// A rule beyond one number.
#[derive(Serialize, JsonSchema)]
pub(super) struct Expectation<'a> {
    rule: &'a str,
    /// What was seen, for people.
    seen: &'a str,
    met: bool,
    /// Why it was missed.
    cause: Option<&'a str>,
    details: &'a [String],
}

impl<'a> Verdict<'a> {
    pub(super) fn of(verdict: &'a core::Verdict) -> Self {
        Self {
            word: word(verdict),
            causes: &verdict.causes,
            exit_code: verdict.exit_code,
            exit_reason: exit_reason(verdict),
            overruled_exit_code: verdict.overruled,
            silent_tasks: &verdict.silent,
            never_drawn_tasks: &verdict.never_drawn,
        }
    }
}

impl<'a> Trust<'a> {
    pub(super) fn of(trust: &'a core::Trust) -> Self {
        let finding = |it: &'a core::Finding| Finding {
            rule: it.rule,
            word: it.word.as_str(),
            text: &it.text,
        };
        Self {
            word: trust.word.as_str(),
            findings: trust.findings.iter().map(finding).collect(),
            notes: &trust.notes,
        }
    }
}

impl<'a> Target<'a> {
    pub(super) fn of(result: &'a core::TargetResult) -> Self {
        let target = &result.target;
        Self {
            rule: target.to_string(),
            metric: target.metric().to_string(),
            comparison: target.comparison().to_string(),
            limit: target.limit_number(),
            measured: result.measured_number(),
            unit: target.unit_text(),
            scope: scope(result),
            phase: target.phase(),
            margin: result.margin_text(),
            samples: result.samples,
            met: result.met,
            cause: result.cause(),
        }
    }
}

impl<'a> Expectation<'a> {
    pub(super) fn of(expected: &'a core::Expected) -> Self {
        Self {
            rule: &expected.rule,
            seen: &expected.measured,
            met: expected.met,
            cause: expected.cause.as_deref(),
            details: &expected.details,
        }
    }
}
