//! Expectations held against hand-filled runs.

use std::sync::Arc;
use std::time::Duration;

use crate::{
    Expected, Recorder, RecorderLimits, Recover, RecoverError, Sample, Shape as _, Snapshot, Stages,
};

const STAGES: &str = "before:10@2/s:10s,surge:300@100/s:20s,after:10@100/s:30s";

/// A run of these stages with so many answers of so many ms in each second.
fn run(stages: &str, second: impl Fn(u64) -> (u64, u64)) -> Snapshot {
    waiting(stages, second, u64::MAX)
}

/// The same, in which a request waits from a second on.
fn waiting(stages: &str, second: impl Fn(u64) -> (u64, u64), since: u64) -> Snapshot {
    let stages: Stages = stages.parse().unwrap();
    let mut snapshot = Snapshot::new(&[], &[], 1);
    snapshot.plan_phases(stages.phases());
    let mut recorder = Recorder::new(0, RecorderLimits::default());
    for at in 0..stages.length().as_secs() {
        if at == since {
            recorder.request_begins();
        }
        let (count, ms) = second(at);
        for _ in 0..count {
            let row = recorder.row("GET", "/", &Arc::from([]));
            let sample = Sample { last_byte_ns: ms * 1_000_000, ..Sample::default() };
            recorder.success(row, &sample);
        }
        let interval = recorder.take(0, &[], None);
        snapshot.absorb(0, &interval);
        // Ticks are a little late.
        snapshot.tick(Duration::from_millis((at + 1) * 1_000 + at % 3));
    }
    snapshot
}

fn judge(rule: &str, snapshot: &Snapshot) -> Expected {
    Recover::parse(rule, &[]).unwrap().judge(snapshot)
}

#[test]
fn recovery_is_counted_from_the_end_of_the_surge() {
    // Slow until second 41, and the surge ends at 30.
    let run = run(STAGES, |at| if (12..42).contains(&at) { (50, 2_000) } else { (50, 100) });
    let met = judge("p95 < 1s within 15s", &run);
    assert_eq!((met.measured.as_str(), met.cause), ("after 12.0 s", None));
    let missed = judge("p95 back under 1s within 10s", &run);
    assert!(!missed.met);
    assert_eq!(
        missed.cause.unwrap(),
        "expectation `recover: p95 < 1s within 10s` missed: it held again 12.0 s after surge"
    );
}

#[test]
fn a_relapse_is_no_recovery() {
    let run = run(STAGES, |at| {
        if at > 20 && at != 40 { (50, 2_000 * u64::from(at == 50)) } else { (50, 100) }
    });
    let judged = judge("p95 < 1s within 15s", &run);
    assert_eq!((judged.met, judged.measured.as_str()), (false, "after 21.0 s"));
}

#[test]
fn what_stays_slow_to_the_end_has_not_recovered() {
    let run = run(STAGES, |at| if at > 20 { (50, 2_000) } else { (50, 100) });
    let cause = judge("p95 < 1s within 15s", &run).cause.unwrap();
    assert!(cause.ends_with("at the end, 25 s after surge, it was still 2000 ms"), "{cause}");
}

#[test]
fn a_target_that_answers_nobody_at_the_end_has_not_recovered() {
    let answers = |until: u64| move |at: u64| (50 * u64::from(at < until), 100);
    let hangs = waiting(STAGES, answers(45), 44);
    let judged = judge("p95 < 1s within 15s", &hangs);
    assert_eq!((judged.met, judged.measured.as_str()), (false, "no answers"));
    assert!(
        judged
            .cause
            .unwrap()
            .ends_with("in the last 15 s no answer came at all, while requests waited")
    );
    // A moment, and a run in which nobody waits.
    assert!(judge("p95 < 1s within 15s", &waiting(STAGES, answers(56), 44)).met);
    assert!(judge("p95 < 1s within 15s", &run(STAGES, answers(45))).met);
}

#[test]
fn windows_grow_until_they_have_the_samples_and_too_few_fail() {
    // Two a second: a p95 needs 20, so windows are 10 s long.
    let few = run(STAGES, |at| (2, if (20..33).contains(&at) { 2_000 } else { 100 }));
    assert_eq!(judge("p95 < 1s within 30s", &few).measured, "after 3.0 s");
    let none = run(STAGES, |at| (u64::from(at < 35), 100));
    let judged = judge("p95 < 1s within 30s", &none);
    assert_eq!((judged.met, judged.measured.as_str()), (false, "too few requests"));
    assert!(judged.cause.unwrap().contains("has the 20 requests that the rule needs"));
}

#[test]
fn without_a_calmer_stage_after_the_highest_there_is_nothing_to_recover() {
    let run = run("1@1/s:5s,20@9/s:20s", |_| (50, 1));
    assert_eq!(judge("p95 < 1s within 9s", &run).measured, "no peak");
}

#[test]
fn the_peak_of_the_open_model_is_its_highest_rate() {
    let rate: crate::ArrivalRate = "50/s:5s,surge:50/s..500/s:9s,50/s:20s".parse().unwrap();
    assert_eq!(rate.to_string(), "50/s:5s,surge:50/s..500/s:9s,50/s:20s");
    let recover = Recover::parse("p95 < 1s within 9s", &[]).unwrap();
    assert_eq!(recover.out_of_place(&rate.phases(None)), None);
    let constant: crate::ArrivalRate = "50/s".parse().unwrap();
    assert!(recover.out_of_place(&constant.phases(Some(Duration::from_secs(9)))).is_some());
}

#[test]
fn what_is_no_rule_of_recovery_is_refused() {
    let read = |text| Recover::parse(text, &[]);
    assert!(matches!(read("p95 < 1s"), Err(RecoverError::NoLimit(_))));
    assert!(matches!(read("p95 < 1s within soon"), Err(RecoverError::Within(_))));
    assert!(matches!(read("fast within 3s"), Err(RecoverError::Rule(_))));
    assert!(matches!(read("p95 < 1s in after within 3s"), Err(RecoverError::Piece(_))));
    let rule = read("success back over 99% within 1m30s").unwrap();
    assert_eq!(rule.to_string(), "recover: success > 99% within 1m30s");
}
