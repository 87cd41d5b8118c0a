//! Whether a target was missed, or met, because of the generator: rules that look at the results of
//! targets too.

use std::time::Duration;

use super::cut::{SHARE, UNANSWERED};
use super::evidence::Cut;
use super::findings::{Finding, RunWord, Trust};
use super::late::{LATE, UNSENT};
use super::names::{NAMES_HIT, names_hit};
use super::rules::millis;
use crate::Snapshot;
use crate::target::TargetResult;

const LATE_MISS: &str = "late-miss";
const UNSENT_HIT: &str = "unsent-hit";
const UNANSWERED_HIT: &str = "unanswered-hit";
/// The names of these rules.
pub(super) const NAMES: [&str; 4] = [LATE_MISS, UNSENT_HIT, UNANSWERED_HIT, NAMES_HIT];
/// The share of unanswered requests with which not even p90 is known.
const UNANSWERED_INVALID: f64 = 0.1;

/// What speaks against a run whose targets ended so, beside what is known of it already.
pub(crate) fn beside_targets(
    snapshot: &Snapshot,
    targets: &[TargetResult],
    run: &Trust,
) -> Vec<Finding> {
    let found = [
        late_miss(snapshot, targets),
        unsent_hit(snapshot, targets),
        unanswered_hit(snapshot, targets, run),
        names_hit(snapshot, targets),
    ];
    found.into_iter().flatten().collect()
}

/// A target on response times was missed by no more than threads or starts were late at the same
/// percentile. The rules about lateness look at p99, and a target may look beyond.
fn late_miss(snapshot: &Snapshot, targets: &[TargetResult]) -> Option<Finding> {
    let explained = targets.iter().filter_map(|result| {
        let (quantile, excess) = result.excess()?;
        let late = lateness(snapshot, quantile);
        (late > LATE && late >= excess).then_some((result, excess, late))
    });
    let explained: Vec<_> = explained.collect();
    let (result, excess, late) = explained.first()?;
    let text = format!(
        "target `{}`{} was missed by {}, and at the same percentile this program was itself late by \
         {} (limit {}, and what the target was missed by), so that the miss may be its own: end \
         other programs or use a machine of its own, and run it again",
        result.target,
        others(explained.len() - 1),
        millis(*excess),
        millis(*late),
        millis(LATE)
    );
    Some(Finding::new(LATE_MISS, RunWord::Disturbed, text))
}

/// The latest that threads, and starts whose user was free, were at this percentile.
fn lateness(snapshot: &Snapshot, quantile: f64) -> Duration {
    let looks = snapshot.generator.threads.iter().map(|thread| &thread.beats.late);
    let all = looks.chain([&snapshot.lateness().own]);
    all.filter_map(|late| late.quantile(quantile)).max().unwrap_or_default()
}

/// A target is met by the requests that were sent, and would not be if all starts that never came
/// had been slow or had failed.
fn unsent_hit(snapshot: &Snapshot, targets: &[TargetResult]) -> Option<Finding> {
    let arrivals = snapshot.arrivals()?;
    let (unsent, planned) = (arrivals.dropped + arrivals.unsent, arrivals.planned);
    let share = unsent as f64 / planned.max(1) as f64;
    let open = targets.iter().filter(|result| result.room().is_some_and(|room| share > room));
    let open: Vec<_> = open.collect();
    let result = open.first()?;
    let text = format!(
        "target `{}`{} is met by what was sent, and {unsent} of {planned} planned starts ({:.1} %, \
         more than it leaves room for) were dropped or never sent; had these been slow or failed it \
         would be missed, so nobody knows whether it holds: raise --max-in-flight or lower the rate",
        result.target,
        others(open.len() - 1),
        share * 100.0
    );
    let word = if share > UNSENT { RunWord::Invalid } else { RunWord::Disturbed };
    Some(Finding::new(UNSENT_HIT, word, text))
}

/// No target is missed, and more requests had no answer at the end than that can be said of. A missed
/// one says enough: percentiles count how long those had waited.
fn unanswered_hit(snapshot: &Snapshot, targets: &[TargetResult], run: &Trust) -> Option<Finding> {
    let known = run.findings.iter().any(|finding| finding.rule == UNANSWERED);
    if !known || targets.iter().any(|result| !result.met) {
        return None;
    }
    let (cut, requests) = (Cut::of(snapshot), snapshot.requests());
    let share = cut.share(requests);
    let room = targets.iter().filter_map(TargetResult::failure_room);
    let limit = room.fold(UNANSWERED_INVALID, f64::min).max(SHARE);
    let text = || {
        format!(
            "{:.1} % of all requests (limit {:.1} %) had no answer when the end of the run cut them \
             off, and nobody knows whether they would have failed: look what became of the target at \
             the end, or wait for answers with --stop-timeout",
            share * 100.0,
            limit * 100.0
        )
    };
    (share > limit).then(|| Finding::new(UNANSWERED_HIT, RunWord::Invalid, text()))
}

pub(super) fn others(count: usize) -> String {
    match count {
        0 => String::new(),
        1 => " (and another like it)".to_owned(),
        _ => format!(" (and {count} others like it)"),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{
        Recorder, RecorderLimits, RunFacts, Sample, Target, Verdict, VerdictWord, exit, judge,
    };

    const RULES_DOCUMENT: &str = include_str!("../../../../docs/RULES.md");

    /// A thousand requests of 20 ms but the last, on a thread that looked at its clock 400 times and
    /// was late once. With arrivals `dropped` more were planned.
    fn run(slowest_ms: u64, late_ms: u64, dropped: Option<u64>) -> Snapshot {
        let mut recorder = Recorder::new(0, RecorderLimits::default());
        let row = recorder.row("GET", "/", &Arc::from([]));
        for ms in std::iter::repeat_n(20, 999).chain([slowest_ms]) {
            let end_ns = ms * 1_000_000;
            recorder.request_begins();
            recorder.request_ends();
            let sample =
                Sample { first_byte_ns: end_ns, last_byte_ns: end_ns, ..Sample::default() };
            recorder.success(row, &sample);
        }
        if let Some(dropped) = dropped {
            let counts = recorder.arrivals();
            (counts.planned, counts.dropped) = (1_000 + dropped, dropped);
            (counts.started, counts.completed) = (1_000, 1_000);
        }
        let mut interval = recorder.take(10_000_000_000, &[], None);
        let late = std::iter::repeat_n(0, 399).chain([late_ms * 1_000_000]);
        late.for_each(|late_ns| interval.beats.late.record(late_ns));
        let mut snapshot = Snapshot::new(&[], &[], 1);
        snapshot.absorb(0, &interval);
        snapshot.tick(Duration::from_secs(10));
        snapshot
    }

    fn judged(rules: &[&str], run: &Snapshot) -> Verdict {
        let targets: Vec<Target> = rules.iter().map(|rule| rule.parse().unwrap()).collect();
        judge(run, &targets, &[], RunFacts { interrupted: false, failed_code: 1 })
    }

    #[track_caller]
    fn says(verdict: &Verdict, rule: &str, word: RunWord, text: &str) {
        let found = verdict.run.findings.iter().find(|it| it.rule == rule);
        let found = found.unwrap_or_else(|| panic!("{rule} is not in {:?}", verdict.run));
        assert_eq!((found.word, verdict.run.word), (word, word), "{:?}", verdict.run);
        assert!(found.text.starts_with(text), "{}", found.text);
    }

    #[test]
    fn a_miss_that_the_generators_own_lateness_explains_is_disturbed_and_stays_a_miss() {
        let verdict = judged(&["max < 200ms"], &run(260, 150, None));
        assert_eq!((verdict.word, verdict.exit_code), (VerdictWord::Fail, exit::TARGET_MISSED));
        let seen = "target `max < 200ms` was missed by 60.0 ms, and at the same percentile this \
                    program was itself late by 150.0 ms (limit 5.0 ms";
        says(&verdict, LATE_MISS, RunWord::Disturbed, seen);
        let two = judged(&["max < 200ms", "max < 0.3s", "p99.95 < 210ms"], &run(260, 150, None));
        says(&two, LATE_MISS, RunWord::Disturbed, "target `max < 200ms` (and another like it) was");
    }

    #[test]
    fn a_miss_that_it_does_not_explain_is_the_targets_own() {
        let word = |rule: &str, slowest_ms, late_ms| {
            judged(&[rule], &run(slowest_ms, late_ms, None)).run.word
        };
        assert_eq!(word("max < 200ms", 260, 60), RunWord::Disturbed);
        assert_eq!(word("max < 200ms", 260, 59), RunWord::Valid, "missed by more");
        assert_eq!(word("max < 200ms", 201, 5), RunWord::Valid, "late by no more than 5 ms");
        assert_eq!(word("max < 300ms", 260, 150), RunWord::Valid, "met");
        assert_eq!(word("p95 < 10ms", 260, 150), RunWord::Valid, "nobody was late at p95");
        assert_eq!(word("min > 30ms", 260, 150), RunWord::Valid, "no upper limit");
        assert_eq!(word("requests > 2000", 260, 150), RunWord::Valid, "no time");
    }

    #[test]
    fn a_target_that_the_starts_that_never_came_could_miss_is_not_met() {
        let dropped = |rule: &str, dropped| judged(&[rule], &run(20, 0, Some(dropped)));
        let verdict = dropped("p99 < 100ms", 20);
        assert_eq!((verdict.word, verdict.exit_code), (VerdictWord::Invalid, exit::INVALID));
        let seen =
            "target `p99 < 100ms` is met by what was sent, and 20 of 1020 planned starts (2.0 %";
        says(&verdict, UNSENT_HIT, RunWord::Invalid, seen);
        let word = |rule: &str, count| dropped(rule, count).run.word;
        assert_eq!(word("p99 < 100ms", 10), RunWord::Valid, "there is room for 1 %");
        // Less than 1 % is little, and all that such a target is about.
        let few = dropped("p99.9 < 100ms", 5);
        assert_eq!((few.word, few.exit_code), (VerdictWord::Pass, exit::PASS));
        says(
            &few,
            UNSENT_HIT,
            RunWord::Disturbed,
            "target `p99.9 < 100ms` is met by what was sent, and 5 of",
        );
        assert_eq!(word("max < 100ms", 1), RunWord::Disturbed);
        assert_eq!(word("success == 100%", 1), RunWord::Disturbed);
        assert_eq!(word("success == 100%", 0), RunWord::Valid);
        assert_eq!(word("p95 < 100ms", 20), RunWord::Disturbed, "there is room for 5 %");
        assert_eq!(word("p95 < 100ms", 60), RunWord::Invalid);
        assert_eq!(word("max < 100ms", 20), RunWord::Invalid);
        assert_eq!(word("success == 100%", 20), RunWord::Invalid);
        assert_eq!(word("success >= 97%", 20), RunWord::Disturbed);
        assert_eq!(word("failures < 1%", 20), RunWord::Invalid);
        assert_eq!(word("avg < 100ms", 20), RunWord::Disturbed, "no share of the requests");
        // What is missed already would be missed with them.
        let missed = dropped("p99 < 10ms", 20);
        assert_eq!((missed.word, missed.run.word), (VerdictWord::Fail, RunWord::Disturbed));
    }

    #[test]
    fn what_had_no_answer_at_the_end_could_have_failed() {
        let cut = |rules: &[&str], count: u64| {
            let mut recorder = Recorder::new(0, RecorderLimits::default());
            let row = recorder.row("GET", "/", &Arc::from([]));
            for _ in 0..100 {
                recorder.request_begins();
                recorder.request_ends();
                recorder.success(row, &Sample { last_byte_ns: 20_000_000, ..Sample::default() });
            }
            for _ in 0..count {
                recorder.request_begins();
                recorder.request_ends();
                recorder.cut_request(row, Some(5_000_000_000));
            }
            let interval = recorder.take(10_000_000_000, &[], None);
            let mut snapshot = Snapshot::new(&[], &[], 1);
            snapshot.absorb(0, &interval);
            snapshot.tick(Duration::from_secs(10));
            judged(rules, &snapshot)
        };
        let verdict = cut(&["success == 100%"], 5);
        let seen =
            "4.8 % of all requests (limit 1.0 %) had no answer when the end of the run cut them";
        says(&verdict, UNANSWERED_HIT, RunWord::Invalid, seen);
        assert_eq!(
            cut(&["failures < 5%"], 5).run.word,
            RunWord::Disturbed,
            "there is room for 5 %"
        );
        assert_eq!(cut(&[], 5).run.word, RunWord::Disturbed, "nothing says that none may fail");
        assert_eq!(cut(&[], 12).run.word, RunWord::Invalid);
        // They have missed a target, which is what there is to say.
        let missed = cut(&["success == 100%", "p95 < 1s"], 12);
        assert_eq!((missed.word, missed.run.word), (VerdictWord::Fail, RunWord::Disturbed));
        assert_eq!(cut(&[], 0).run.word, RunWord::Valid);
    }

    /// Three hundred users of whom all but six were removed in the middle of a quick request.
    #[test]
    fn users_that_were_removed_do_not_hide_that_nobody_answers_at_the_end() {
        let mut recorder = Recorder::new(0, RecorderLimits::default());
        let row = recorder.row("GET", "/", &Arc::from([]));
        let mut snapshot = Snapshot::new(&[], &[], 1);
        let cut = |recorder: &mut Recorder, count, waited_ms: u64| {
            for _ in 0..count {
                recorder.request_begins();
                recorder.request_ends();
                recorder.cut_request(row, Some(waited_ms * 1_000_000));
            }
        };
        for _ in 0..10_000 {
            recorder.request_begins();
            recorder.request_ends();
            recorder.success(row, &Sample { last_byte_ns: 20_000_000, ..Sample::default() });
        }
        cut(&mut recorder, 200, 10);
        snapshot.absorb(0, &recorder.take(10_000_000_000, &[], None));
        snapshot.tick(Duration::from_secs(10));
        cut(&mut recorder, 94, 10);
        recorder.end();
        cut(&mut recorder, 3, 9_000);
        snapshot.absorb(0, &recorder.take(20_000_000_000, &[], None));
        snapshot.tick(Duration::from_secs(20));
        assert_eq!(judged(&[], &snapshot).run.word, RunWord::Valid, "three are few");
        cut(&mut recorder, 3, 9_000);
        snapshot.absorb(0, &recorder.take(21_000_000_000, &[], None));
        snapshot.tick(Duration::from_secs(21));
        let verdict = judged(&[], &snapshot);
        says(&verdict, UNANSWERED, RunWord::Disturbed, "6 requests had no answer when the end of");
    }

    #[test]
    fn a_report_on_some_rows_does_not_say_that_others_had_no_answer() {
        let mut recorder = Recorder::new(0, RecorderLimits::default());
        let [good, hanging] = ["/", "/hangs"].map(|name| recorder.row("GET", name, &Arc::from([])));
        for _ in 0..100 {
            recorder.request_begins();
            recorder.request_ends();
            recorder.success(good, &Sample { last_byte_ns: 20_000_000, ..Sample::default() });
        }
        recorder.end();
        for _ in 0..10 {
            recorder.request_begins();
            recorder.request_ends();
            recorder.cut_request(hanging, Some(9_000_000_000));
        }
        let mut snapshot = Snapshot::new(&[], &[], 1);
        snapshot.absorb(0, &recorder.take(20_000_000_000, &[], None));
        snapshot.tick(Duration::from_secs(20));
        let told = |snapshot: &Snapshot| {
            judged(&[], snapshot).run.findings.iter().any(|it| it.rule == UNANSWERED)
        };
        assert!(told(&snapshot));
        snapshot.keep_rows(|key| &*key.name == "/");
        assert!(!told(&snapshot));
    }

    #[test]
    fn the_document_has_the_rules() {
        for row in [
            "| `late-miss` | a missed target on times",
            "| `unsent-hit` | more planned starts than a target",
            "| `unanswered-hit` | - | no target is missed",
            "| `names-hit` | - | requests whose names",
        ] {
            assert!(RULES_DOCUMENT.contains(row), "docs/RULES.md lacks {row}");
        }
        assert!((UNSENT - 0.01).abs() < 1e-9 && LATE == Duration::from_millis(5), "said so");
    }
}
