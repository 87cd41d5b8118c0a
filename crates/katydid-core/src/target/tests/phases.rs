//! Targets about phases, and targets that end a run.

use std::sync::Arc;
use std::time::Duration;

use crate::{
    FailureKind, Outcome, Recorder, RecorderLimits, RunFacts, Sample, Shape as _, Snapshot, Stages,
    Target, TargetResult, VerdictWord, judge,
};

/// Ten seconds before, twenty of surge, ten after; in each second so many answers of so many ms,
/// and so many that never came.
fn run(seconds: u64, second: impl Fn(u64) -> (u64, u64, u64)) -> Snapshot {
    run_cutting(seconds, second, |_| 0)
}

/// The same; in each second so many are cut off beside them, after 9 s.
fn run_cutting(
    seconds: u64,
    second: impl Fn(u64) -> (u64, u64, u64),
    cut: impl Fn(u64) -> u64,
) -> Snapshot {
    let stages: Stages = "before:1@1/s:10s,surge:9@9/s:20s,after:1@1/s:10s".parse().unwrap();
    let mut snapshot = Snapshot::new(&[], &[], 1);
    snapshot.plan_phases(stages.phases());
    let mut recorder = Recorder::new(0, RecorderLimits::default());
    for at in 0..seconds {
        let (answers, ms, lost) = second(at);
        let row = recorder.row("POST", "/api/login", &Arc::from([Arc::from("auth")]));
        let sample = Sample { last_byte_ns: ms * 1_000_000, ..Sample::default() };
        for index in 0..answers + lost {
            recorder.request_begins();
            recorder.request_ends();
            if index < answers {
                recorder.success(row, &sample);
            } else {
                let sample = Sample { outcome: Outcome::Failure, ..sample };
                recorder.failure(row, &sample, FailureKind::Timeout, "no answer");
            }
        }
        for _ in 0..cut(at) {
            recorder.request_begins();
            recorder.request_ends();
            recorder.cut_request(row, Some(9_000_000_000));
        }
        let interval = recorder.take(0, &[], None);
        snapshot.absorb(0, &interval);
        snapshot.tick(Duration::from_secs(at + 1));
    }
    snapshot
}

fn held(text: &str, run: &Snapshot) -> TargetResult {
    text.parse::<Target>().unwrap().evaluate(run)
}

#[test]
fn a_target_in_a_phase_is_about_what_ended_in_it() {
    let run = run(40, |at| match at {
        10..30 => (50, 2_000, 1),
        _ => (5, 100, 0),
    });
    for (text, met, measured) in [
        ("p95 < 1s in before", true, "100 ms"),
        ("p95 < 1s in surge", false, "2000 ms"),
        ("p95 < 1s on /api/login in after", true, "100 ms"),
        ("lost == 0% on tag auth in surge", false, "1.96%"),
        ("lost == 0% in after", true, "0.00%"),
        ("failures < 1.5%", false, "1.79%"),
        ("requests == 1020 in surge", true, "1020"),
        // By the length of the phase, not of the run.
        ("rate == 51/s in surge", true, "51.00/s"),
        ("rate == 5/s in after", true, "5.00/s"),
        ("min > 1s in surge", true, "2000 ms"),
    ] {
        let result = held(text, &run);
        assert_eq!((result.met, result.measured_text().as_str()), (met, measured), "{text}");
    }
    let few = held("p99 < 1s in before", &run).cause().unwrap();
    assert!(few.ends_with("missed: it needs 100 samples and has 50"), "{few}");
    let unknown = held("p95 < 1s in serge", &run).cause().unwrap();
    assert!(unknown.ends_with("the run has no phase `serge`; did you mean `surge`?"), "{unknown}");
}

/// Where it would have been counted had the answer come at that moment.
#[test]
fn what_is_cut_off_counts_in_the_phase_in_which_it_was() {
    let run = |cut_at: u64| run_cutting(45, |_| (5, 100, 0), |at| 9 * u64::from(at == cut_at));
    let met = |run: &Snapshot| {
        let phases = ["before", "surge", "after"];
        phases.map(|phase| held(&format!("p95 < 1s on tag auth in {phase}"), run).met)
    };
    let removed_in_surge = run(29);
    assert_eq!(met(&removed_in_surge), [true, false, true]);
    assert_eq!(
        held("max < 1s in surge", &removed_in_surge).cause().unwrap(),
        "target `max < 1s in surge` missed: 9000 ms or more, 9 requests had waited for longer than \
         the limit when the end of the run, or of their user, cut them off"
    );
    assert!(held("p95 < 1s", &removed_in_surge).met, "no twentieth of the whole run");
    assert!(held("p95 < 1s on /other in surge", &removed_in_surge).cause().is_some(), "no data");
    // The plan was over after 40 s; what comes then belongs to its last phase.
    assert_eq!(met(&run(44)), [true, true, false]);
    assert!(held("p90 < 1s in after", &run(50)).met, "nothing was cut off");
}

#[test]
fn failures_in_a_phase_that_is_judged_are_no_fault_of_their_own() {
    let facts = RunFacts { interrupted: false, failed_code: 1 };
    let judged = |run: &Snapshot| {
        let targets = ["failures < 5% in surge".parse().unwrap()];
        let verdict = judge(run, &targets, &[], facts);
        (verdict.word, verdict.causes)
    };
    let only_in_surge = run(40, |at| (50, 1, u64::from((10..30).contains(&at))));
    assert_eq!(judged(&only_in_surge), (VerdictWord::Pass, vec![]));
    let also_after = run(40, |at| (50, 1, u64::from((10..31).contains(&at))));
    let cause = "1 of 1001 requests that no target judges failed".to_owned();
    assert_eq!(judged(&also_after), (VerdictWord::Fail, vec![cause]));
}

#[test]
fn a_target_ends_the_run_once_its_grace_is_over_and_it_has_its_samples() {
    let aborts = |text: &str, run: &Snapshot| {
        text.parse::<Target>().unwrap().aborts(run).map(|aborted| aborted.text)
    };
    let slow = |seconds| run(seconds, |_| (5, 2_000, 0));
    assert_eq!(aborts("p95 < 1s abort", &slow(9)), None);
    assert_eq!(
        aborts("p95 < 1s abort", &slow(10)).unwrap(),
        "target `p95 < 1s abort` ended the run after 10.0 s: 2000 ms over 50 requests"
    );
    assert_eq!(aborts("p95 < 1s", &slow(10)), None);
    assert!(aborts("p95 < 1s abort after 4s", &slow(4)).is_some());
    // 15 samples; a p95 needs 20.
    assert_eq!(aborts("p95 < 1s abort after 1s", &slow(3)), None);
    // The grace of a phase begins with it.
    assert_eq!(aborts("p95 < 1s in surge abort after 5s", &slow(14)), None);
    assert!(aborts("p95 < 1s in surge abort after 5s", &slow(15)).is_some());
    assert_eq!(aborts("p95 < 1s in after abort after 5s", &slow(15)), None);
}

#[test]
fn the_target_that_ended_a_run_is_the_first_cause_even_if_it_was_met_in_the_end() {
    let mut run = run(10, |_| (50, 1, 0));
    let target: Target = "p95 < 1s abort".parse().unwrap();
    run.aborted = run_slow().aborted;
    let facts = RunFacts { interrupted: false, failed_code: 1 };
    let verdict = judge(&run, &[target], &[], facts);
    assert_eq!((verdict.word, verdict.exit_code), (VerdictWord::Fail, crate::exit::TARGET_MISSED));
    assert!(verdict.causes[0].contains("ended the run after 10.0 s"), "{:?}", verdict.causes);
}

fn run_slow() -> Snapshot {
    let mut slow = run(10, |_| (50, 2_000, 0));
    slow.aborted = "p95 < 1s abort".parse::<Target>().unwrap().aborts(&slow);
    slow
}
