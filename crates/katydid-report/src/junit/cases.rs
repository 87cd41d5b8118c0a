//! Cases of what is judged: targets, expectations, the run's trust in itself, its tasks.

use katydid_core::{Expected, Finding, RunWord, TargetResult, TaskRow, counted, rule_names};
use quick_junit::{NonSuccessKind, TestCase};

use super::{passed, unhappy};
use crate::Facts;
use crate::table::scope;

/// A target each; missed is a failure.
pub(super) fn targets(facts: &Facts<'_>) -> Vec<TestCase> {
    facts.verdict.targets.iter().map(target).collect()
}

fn target(result: &TargetResult) -> TestCase {
    let name = format!("{} on {}", result.target.rule_text(), scope(result));
    let said = format!(
        "measured {}, limit {}, margin {}, {}: {}",
        result.measured_text(),
        result.target.limit_text(),
        result.margin_text(),
        counted(result.samples, "sample"),
        result.outcome_text()
    );
    match result.cause() {
        None => passed(&name, &said),
        Some(cause) => unhappy(&name, NonSuccessKind::Failure, "target-missed", &cause, &said),
    }
}

/// An expectation each; missed is a failure.
pub(super) fn expectations(facts: &Facts<'_>) -> Vec<TestCase> {
    facts.verdict.expectations.iter().map(expectation).collect()
}

fn expectation(expected: &Expected) -> TestCase {
    let Expected { rule, measured, cause, details, .. } = expected;
    let said = [&[format!("seen: {measured}")], &details[..]].concat().join("\n");
    match cause {
        None => passed(rule, &said),
        Some(cause) => unhappy(rule, NonSuccessKind::Failure, "expectation-missed", cause, &said),
    }
}

/// A rule of the run about itself each. INVALID is an error: nothing was tested. DISTURBED is told
/// and passes, as it does for the exit code; with `--strict` it is an error as well.
pub(super) fn trust(facts: &Facts<'_>) -> Vec<TestCase> {
    let findings = &facts.verdict.run.findings;
    let of = |rule| {
        let found: Vec<&Finding> = findings.iter().filter(|it| it.rule == rule).collect();
        self_judged(rule, &found, facts.run.strict)
    };
    rule_names().map(of).collect()
}

fn self_judged(rule: &str, found: &[&Finding], strict: bool) -> TestCase {
    let said = |it: &&Finding| format!("{}: {}", it.word.as_str(), it.text);
    let said: String = found.iter().map(said).collect::<Vec<_>>().join("\n");
    // The worst comes first.
    match found.first() {
        Some(worst) if worst.word == RunWord::Invalid || strict => {
            let class =
                if worst.word == RunWord::Invalid { "run-invalid" } else { "run-disturbed" };
            unhappy(rule, NonSuccessKind::Error, class, &worst.text, &said)
        }
        _ => passed(rule, &said),
    }
}

/// A task each. One that was never drawn is skipped, which is no fault.
pub(super) fn tasks(facts: &Facts<'_>) -> Vec<TestCase> {
    facts.snapshot.tasks().iter().map(task).collect()
}

fn task(row: &TaskRow) -> TestCase {
    let (name, counts) = (row.info.path(), row.counts);
    let said = format!(
        "{}, {} cut, {}, {}",
        counted(counts.executions, "execution"),
        counts.cut,
        counted(counts.requests, "request"),
        counted(counts.exceptions, "exception")
    );
    if row.is_silent() {
        let message =
            format!("executed {} and sent no request", counted(counts.executions, "time"));
        unhappy(&name, NonSuccessKind::Error, "silent-task", &message, &said)
    } else if row.is_undrawn() {
        let mut case = TestCase::new(super::plain(&name), quick_junit::TestCaseStatus::skipped());
        case.status.set_message("never drawn; a longer run draws it");
        case
    } else {
        passed(&name, &said)
    }
}
