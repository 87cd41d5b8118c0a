//! Cases of what no target judges, and of how the run ended.

use std::collections::BTreeSet;

use katydid_core::{TargetResult, Verdict, counted, exit};
use quick_junit::{NonSuccessKind, TestCase};

use super::{passed, unhappy};
use crate::Facts;

/// Failures that nobody judges, and the end.
pub(super) fn cases(facts: &Facts<'_>) -> Vec<TestCase> {
    let mut cases = unjudged(facts);
    cases.extend(end(facts.verdict));
    if let [first, ..] = &mut cases[..] {
        // The time of a run is in one case, for readers add up.
        first.set_time(facts.snapshot.elapsed);
    }
    cases
}

/// A failure for each cause that is neither a target's nor an expectation's nor the run's own.
fn unjudged(facts: &Facts<'_>) -> Vec<TestCase> {
    const NAME: &str = "failures that no target judges";
    let verdict = facts.verdict;
    let told: BTreeSet<String> = verdict
        .targets
        .iter()
        .filter_map(TargetResult::cause)
        .chain(verdict.expectations.iter().filter_map(|it| it.cause.clone()))
        .chain(verdict.run.findings.iter().map(|finding| finding.text.clone()))
        .collect();
    let left = verdict.causes.iter().filter(|cause| !told.contains(*cause));
    let mut cases: Vec<TestCase> =
        left.map(|cause| unhappy(cause, NonSuccessKind::Failure, "failed", cause, "")).collect();
    if cases.is_empty() {
        let (failed, requests) = (facts.snapshot.failed(), facts.snapshot.requests());
        let requests = counted(requests, "request");
        cases.push(passed(NAME, &format!("{failed} of {requests} failed, all judged")));
    }
    cases
}

/// What a code says that no word says.
fn end(verdict: &Verdict) -> Vec<TestCase> {
    let code = verdict.overruled.unwrap_or(verdict.exit_code);
    let told = |name: &str, wrong: bool, class: &str, message: &str| {
        if wrong {
            unhappy(name, NonSuccessKind::Error, class, message, "")
        } else {
            passed(name, "")
        }
    };
    let interrupted = code == exit::INTERRUPTED;
    let mut cases = vec![
        told("came to its end", interrupted, "interrupted", "the run was interrupted"),
        told("reports written", code == exit::TOOL, "report", "a report could not be written"),
    ];
    if let Some(own) = verdict.overruled {
        let message = format!(
            "the suite's on_quitting chose exit code {} instead of {own}",
            verdict.exit_code
        );
        cases.push(told("exit code of the suite", verdict.exit_code != 0, "exit-code", &message));
    }
    cases
}
