//! What a run says of the target, and whether it may say anything at all.

mod silence;

use self::silence::{IDLE, idle_classes, never_drawn, silent_classes, silent_tasks};
use crate::expect::{Expectation, Expected};
use crate::knee::Knee;
use crate::recorder::{RowKey, RowKind};
use crate::target::{Target, TargetResult};
use crate::trust::{self, Finding, RunWord, Trust};
use crate::{CHECKED, Snapshot, Watched, counted, exit};

/// The word about a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum VerdictWord {
    /// Every target was met; without targets: nothing failed.
    Pass,
    /// A target was missed; without targets: something failed.
    Fail,
    /// The run did not do what it claims, so it says nothing about the target.
    Invalid,
}

/// What `judge` must know beside the numbers.
#[derive(Clone, Copy, Debug)]
pub struct RunFacts {
    /// The user ended the run early.
    pub interrupted: bool,
    /// The code for failures that no target judges (`--exit-code-on-error`, else 1).
    pub failed_code: u8,
}

/// The verdict of a run with its reasons.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// The word.
    pub word: VerdictWord,
    /// Why, each a sentence; the first is the most important. Empty for a pass.
    pub causes: Vec<String>,
    /// What the run says of itself.
    pub run: Trust,
    /// Each target with what was measured.
    pub targets: Vec<TargetResult>,
    /// Each expectation with what was seen.
    pub expectations: Vec<Expected>,
    /// The climb of its users step by step, if they climbed in steps.
    pub knee: Option<Knee>,
    /// Tasks that were executed and sent nothing.
    pub silent: Vec<String>,
    /// Tasks that were never drawn: said, but no fault.
    pub never_drawn: Vec<String>,
    /// The exit code of the run, reports aside.
    pub exit_code: u8,
    /// The code that the run itself would have had, where the suite chose another.
    pub overruled: Option<u8>,
}

impl Verdict {
    /// Adds a reason to fail, with the code for it.
    pub fn fail(&mut self, cause: String, code: u8) {
        self.causes.push(cause);
        self.exit_code = exit::worst([self.exit_code, code]);
        if self.word == VerdictWord::Pass {
            self.word = VerdictWord::Fail;
        }
    }

    /// A run that is DISTURBED ends as one that is INVALID (`--strict`).
    pub fn strict(&mut self) {
        if self.run.word == RunWord::Disturbed {
            self.exit_code = exit::worst([self.exit_code, exit::INVALID]);
        }
    }

    /// The run has no end, so it says nothing of the target, whatever was measured before.
    pub fn broken_off(&mut self, text: &str) {
        let finding = Finding::new("broken-off", RunWord::Invalid, text.to_owned());
        self.run.add([finding]);
        self.word = VerdictWord::Invalid;
        self.causes.insert(0, text.to_owned());
        self.exit_code = exit::worst([self.exit_code, exit::INVALID]);
    }

    /// Ends the run with a code of the suite's choice.
    pub fn overrule(&mut self, code: u8) {
        self.overruled.get_or_insert(self.exit_code);
        self.exit_code = code;
    }
}

/// Judges a run.
///
/// It is INVALID when a task or class was executed and sent nothing, or when nothing at all was
/// sent: the team's old test ran one persona 203 times with no request and called it clean.
pub fn judge(
    snapshot: &Snapshot,
    targets: &[Target],
    expectations: &[Expectation],
    facts: RunFacts,
) -> Verdict {
    let silent = silent_tasks(snapshot);
    let targets: Vec<TargetResult> = targets.iter().map(|t| t.evaluate(snapshot)).collect();
    let located: Vec<&Target> = expectations.iter().filter_map(Expectation::knee).collect();
    let expectations: Vec<Expected> =
        expectations.iter().filter_map(|it| it.judge(snapshot)).collect();
    let mut codes = Vec::new();
    let mut run = trust::examine(snapshot);
    run.add(invalid_causes(snapshot, &silent));
    run.add(trust::beside_targets(snapshot, &targets, &run));
    let mut invalid = run.invalid();
    let aborted = snapshot.aborted.iter().map(|aborted| aborted.text.clone());
    let mut failed: Vec<String> =
        aborted.chain(targets.iter().filter_map(TargetResult::cause)).collect();
    failed.extend(expectations.iter().filter_map(|expected| expected.cause.clone()));
    if !invalid.is_empty() {
        codes.push(exit::INVALID);
    }
    if !failed.is_empty() {
        codes.push(exit::TARGET_MISSED);
    }
    let mut unjudged = failures(snapshot, &targets, &located);
    if !unjudged.is_empty() {
        codes.push(facts.failed_code);
    }
    failed.append(&mut unjudged);
    if facts.interrupted {
        codes.push(exit::INTERRUPTED);
    }
    let word = match (invalid.is_empty(), failed.is_empty()) {
        (false, _) => VerdictWord::Invalid,
        (true, false) => VerdictWord::Fail,
        (true, true) => VerdictWord::Pass,
    };
    invalid.append(&mut failed);
    Verdict {
        word,
        causes: invalid,
        run,
        knee: Knee::of(snapshot, targets.iter().map(|it| &it.target).chain(located)),
        targets,
        expectations,
        silent,
        never_drawn: never_drawn(snapshot),
        exit_code: exit::worst(codes),
        overruled: None,
    }
}

/// Rules about what the run did, beside those about its machine and its threads.
const ABOUT_THE_WORK: [&str; 4] = ["silent", "conservation", "nothing-measured", "unchecked"];

/// The names of all rules by which a run judges itself: see [`Finding::rule`].
pub fn rule_names() -> impl Iterator<Item = &'static str> {
    ABOUT_THE_WORK.into_iter().chain(trust::rule_names())
}

fn invalid_causes(snapshot: &Snapshot, silent: &[String]) -> Vec<Finding> {
    let [silent_rule, conservation, nothing, unchecked] = ABOUT_THE_WORK;
    let invalid = |rule, text: String| Finding::new(rule, RunWord::Invalid, text);
    let mut causes = Vec::new();
    if !CHECKED {
        causes.push(invalid(unchecked, "built without the checks on itself".to_owned()));
    }
    for class in silent_classes(snapshot) {
        causes.push(invalid(silent_rule, format!("{class} executed tasks and sent no request")));
    }
    // Who cannot log in, because the target refuses or is silent, has met a fault of the target.
    let by_target = snapshot.failed() > 0 || snapshot.longest_cut() >= IDLE;
    let word = if by_target { RunWord::Disturbed } else { RunWord::Invalid };
    for (class, present) in idle_classes(snapshot) {
        let seconds = present.as_secs_f64();
        let text = format!(
            "no task of {class} came to an end or sent a request, though it had users for {seconds:.1} s: \
             look what they wait for, in on_start or in a task"
        );
        causes.push(Finding::new(silent_rule, word, text));
    }
    if !silent.is_empty() {
        let (these, verb) = if silent.len() == 1 { ("a task", "was") } else { ("tasks", "were") };
        let list = silent.join(", ");
        let text = format!("{these} {verb} executed and sent no request: {list}");
        causes.push(invalid(silent_rule, text));
    }
    causes.extend(snapshot.unaccounted().map(|text| invalid(conservation, text)));
    if snapshot.requests() == 0 {
        let text = "no request was completed, so nothing was measured".to_owned();
        causes.push(invalid(nothing, text));
    }
    causes
}

/// What failed and no target judges, a watched process that died among it. Failures that a target
/// allows are not a fault twice.
fn failures(snapshot: &Snapshot, targets: &[TargetResult], located: &[&Target]) -> Vec<String> {
    let mut causes = Vec::new();
    // Failures that only tell where the knee is were asked for.
    let targets: Vec<&Target> =
        targets.iter().map(|it| &it.target).chain(located.iter().copied()).collect();
    let (failed, requests) = unjudged(snapshot, &targets);
    if failed > 0 {
        let of = if targets.is_empty() { "" } else { " that no target judges" };
        let requests = counted(requests, "request");
        causes.push(format!("{failed} of {requests}{of} failed"));
    }
    // A transaction in which a request failed is that request's failure, and judged with it.
    if snapshot.failed() + snapshot.failed_elsewhere == 0 {
        causes.extend(failed_by_themselves(snapshot, &targets));
    }
    let exceptions: u64 = snapshot.exceptions().map(|row| row.count).sum();
    if exceptions > 0 {
        let times = counted(exceptions, "time");
        causes.push(format!("the suite's own code failed {times} (exceptions)"));
    }
    causes.extend(snapshot.watched.iter().filter_map(Watched::ended_text));
    causes
}

/// Transactions that failed though all requests were good, and that no target judges.
fn failed_by_themselves(snapshot: &Snapshot, targets: &[&Target]) -> Option<String> {
    let judged = |key: &RowKey| targets.iter().any(|target| target.judges_failures_of(key));
    let rows = snapshot.transactions();
    let left = rows.iter().filter(|row| !judged(&row.key));
    let (failed, all) =
        left.fold((0, 0), |(failed, all), row| (failed + row.failures(), all + row.requests()));
    let all = counted(all, "transaction");
    (failed > 0).then(|| format!("{failed} of {all} failed, and no request did"))
}

/// Failures and requests that no target judges. One about a phase judges what ended in it.
fn unjudged(snapshot: &Snapshot, targets: &[&Target]) -> (u64, u64) {
    let judged = |key: &RowKey, phase: Option<&str>| {
        let mut targets = targets.iter();
        targets
            .any(|it| it.judges_failures_of(key) && (it.phase().is_none() || it.phase() == phase))
    };
    let left = |phase| move |key: &RowKey| key.kind == RowKind::Request && !judged(key, phase);
    if targets.iter().all(|target| target.phase().is_none()) {
        let part = snapshot.part(left(None));
        return (part.failures(), part.requests());
    }
    let history = snapshot.history();
    let mut sums = (0, 0);
    for (index, phase) in history.phases().iter().enumerate() {
        let part = history.part(history.steps_of(index), left(Some(phase.name.as_str())));
        sums = (sums.0 + part.failures(), sums.1 + part.requests());
    }
    sums
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;
    use crate::{FailureKind, Outcome, Recorder, RecorderLimits, Sample};

    /// A hundred transactions of which half failed, each with a request; of these half failed, or none.
    fn buying(requests_failed: bool) -> Snapshot {
        let mut snapshot = Snapshot::new(&[], &[], 1);
        let mut recorder = Recorder::new(0, RecorderLimits::default());
        let untagged = Arc::from([]);
        let request = recorder.row("GET", "/", &untagged);
        let buys = recorder.transaction("buy", &untagged);
        let bad = Sample { outcome: Outcome::Failure, ..Sample::default() };
        for half in [true, false].repeat(50) {
            recorder.request_begins();
            recorder.request_ends();
            if half && requests_failed {
                recorder.failure(request, &bad, FailureKind::Status(500), "HTTP 500");
            } else {
                recorder.success(request, &Sample::default());
            }
            if half {
                recorder.failure(buys, &bad, FailureKind::Transaction, "the cart was empty");
            } else {
                recorder.success(buys, &Sample::default());
            }
        }
        snapshot.absorb(0, &recorder.take(1_000_000_000, &[], None));
        snapshot.tick(Duration::from_secs(1));
        snapshot
    }

    fn judged(snapshot: &Snapshot, rules: &[&str]) -> (u8, String) {
        let parsed = rules.iter().map(|rule| rule.parse::<Target>().unwrap());
        let targets: Vec<_> = parsed.collect();
        let facts = RunFacts { interrupted: false, failed_code: 1 };
        let verdict = judge(snapshot, &targets, &[], facts);
        (verdict.exit_code, verdict.causes.join("; "))
    }

    #[test]
    fn transactions_that_failed_by_themselves_are_a_failure_that_nobody_judged() {
        let said = |failed, rules: &[&str]| judged(&buying(failed), rules);
        let fault = || (1, "50 of 100 transactions failed, and no request did".to_owned());
        assert_eq!(said(false, &[]), fault());
        assert_eq!(said(false, &["success >= 10%"]), fault());
        assert_eq!(said(false, &["success >= 10% on TRANSACTION buy"]).0, 0);
        assert_eq!(said(true, &[]), (1, "50 of 100 requests failed".to_owned()));
        assert_eq!(said(true, &["success >= 10%"]).0, 0, "it is judged with its request");
    }

    #[test]
    fn a_report_on_transactions_alone_does_not_say_that_no_request_failed() {
        let mut snapshot = buying(true);
        snapshot.keep_rows(|key| key.kind == RowKind::Transaction);
        assert!(!judged(&snapshot, &[]).1.contains("no request did"));
    }
}
