//! Rules held against runs that are filled by hand.

use std::sync::Arc;
use std::time::Duration;

use rand::SeedableRng as _;
use rand_xoshiro::Xoshiro256PlusPlus;

use crate::{
    DriftRule, Expected, FailureKind, Outcome, Recorder, RecorderLimits, RunPhase, Sample,
    Snapshot, Usage, Watched,
};

const HOUR: u64 = 3_600;

/// What happens in a second of a run.
#[derive(Clone, Copy, Default)]
struct Second {
    requests: u64,
    /// Of each request.
    micros: u64,
    failures: u64,
    /// Of the watched process.
    kilobytes: u64,
}

/// A run of 50 users, whose ramp takes 49 s, with a watched process.
fn run(seconds: u64, second: impl Fn(u64) -> Second) -> Snapshot {
    let mut snapshot = Snapshot::new(&[], &[], 1);
    let end = Some(Duration::from_secs(seconds));
    snapshot.plan_phases(RunPhase::ramp_and_steady(50, 1.0, end));
    let mut recorder = Recorder::new(0, RecorderLimits::default());
    let mut watched = Watched::new(7, "target", 2);
    for at in 0..seconds {
        let Second { requests, micros, failures, kilobytes } = second(at);
        let row = recorder.row("GET", "/", &Arc::from([]));
        for request in 0..requests {
            // From half to one and a half of the time, so that there are percentiles.
            let last_byte_ns = micros * (500 + request * 1_000 / requests);
            let sample = Sample { last_byte_ns, ..Sample::default() };
            if request < failures {
                let sample = Sample { outcome: Outcome::Failure, ..sample };
                recorder.failure(row, &sample, FailureKind::Status(500), "no");
            } else {
                recorder.success(row, &sample);
            }
        }
        snapshot.absorb(0, &recorder.take(0, &[], None));
        snapshot.tick(Duration::from_secs(at + 1));
        let anonymous = kilobytes * 1_000;
        watched.note(Duration::from_secs(at), Usage { anonymous, ..Usage::default() });
    }
    snapshot.watched.push(watched);
    snapshot
}

fn judge(rule: &str, snapshot: &Snapshot) -> Expected {
    rule.parse::<DriftRule>().unwrap().judge(snapshot)
}

/// 0 to 99, the same for the same seed and second.
fn noise(seed: u64, second: u64) -> u64 {
    use rand::Rng as _;
    Xoshiro256PlusPlus::seed_from_u64(seed << 32 | second).next_u64() % 100
}

fn healthy(seed: u64) -> impl Fn(u64) -> Second {
    move |at| Second {
        requests: 10,
        micros: 40_000 + 100 * noise(seed, at),
        failures: 0,
        kilobytes: 80_000 + noise(seed + 99, at),
    }
}

#[test]
fn a_healthy_hour_meets_its_rules() {
    let run = run(HOUR, healthy(1));
    for rule in ["p95 < 10%/h", "p95 < 2ms/h on /", "failures < 0.1pt/h", "memory < 5%/h"] {
        let judged = judge(rule, &run);
        assert!(judged.met, "{judged:?}");
        assert!(judged.measured.contains("no drift can be shown (-"), "{judged:?}");
    }
    let judged = judge("p95 < 10%/h", &run);
    assert_eq!(
        judged.details[0],
        "judged from 15m36s to 1h; the first quarter of `steady` (14m47s) was left out, and what \
         came before"
    );
}

#[test]
fn what_grows_is_found_with_its_speed() {
    let grows = run(HOUR, |at| Second {
        micros: 40_000 + at * 10_000 / HOUR + 100 * noise(2, at),
        failures: u64::from(noise(3, at) * HOUR < at * 40),
        kilobytes: 80_000 + at * 20_000 / HOUR + 10 * noise(4, at),
        ..healthy(2)(at)
    });
    // 10 ms/h more in the middle are 14 at p95.
    let judged = judge("p95 < 5ms/h", &grows);
    assert!(!judged.met && judged.measured.starts_with("p95 grew by 13."), "{judged:?}");
    assert_eq!(
        judged.cause.as_deref(),
        Some(&*format!("expectation `drift: p95 < 5ms/h` missed: {}", judged.measured))
    );
    assert!(judge("p95 < 20ms/h", &grows).met);
    // A share of 0.4 more of the seconds have one failure of 10.
    let judged = judge("failures < 0.5pt/h", &grows);
    assert!(!judged.met && judged.measured.starts_with("failures grew by 4."), "{judged:?}");
    let judged = judge("memory < 5%/h", &grows);
    let words = "process 7 (target): memory grew by 21.";
    assert!(!judged.met && judged.measured.starts_with(words), "{judged:?}");
    assert!(judge("memory < 21MB/h", &grows).met);
}

#[test]
fn what_cannot_be_decided_is_no_pass_and_says_how_long_it_takes() {
    let run =
        run(10 * 60, |at| Second { micros: 40_000 + 4_000 * noise(5, at / 7), ..healthy(5)(at) });
    let judged = judge("p95 < 1%/h", &run);
    let cause = judged.cause.unwrap();
    assert!(!judged.met && cause.contains("it cannot be decided: no drift can be shown ("));
    assert!(cause.contains("would tell") || cause.contains("too close"), "{cause}");
}

#[test]
fn too_short_a_run_says_how_long_it_must_be() {
    let short = run(120, healthy(6));
    let judged = judge("memory < 5%/h", &short);
    assert_eq!(judged.measured, "process 7 (target): too short to say: needs at least 4 min");
    let few = run(600, |at| Second { requests: u64::from(at % 10 == 0), ..healthy(7)(at) });
    let judged = judge("p95 < 5%/h", &few);
    // 20 blocks of 20 requests at 0.1/s, twice, and a third more, and the ramp.
    assert_eq!(judged.measured, "too short to say: needs at least 3.0 h");
    assert!(judge("p95 < 5%/h on /none", &few).cause.unwrap().contains("no such request"));
}

#[test]
fn memory_of_nobody_is_no_pass() {
    let mut run = run(HOUR, healthy(8));
    run.watched[0].end(Duration::from_secs(1_000));
    let judged = judge("memory < 5%/h", &run);
    assert!(!judged.met && judged.cause.unwrap().contains("ended during the run"));
    run.watched.clear();
    let judged = judge("memory < 5%/h", &run);
    assert!(!judged.met && judged.cause.unwrap().contains("--watch-pid PID"));
}

#[test]
fn of_several_processes_the_one_that_grows_decides() {
    let mut both = run(HOUR, healthy(9));
    let leak = run(HOUR, |at| Second { kilobytes: 80_000 + at * 10, ..Second::default() });
    both.watched.extend(leak.watched);
    let judged = judge("memory < 5%/h", &both);
    assert!(!judged.met && judged.measured.contains("memory grew by"), "{judged:?}");
    assert!(judged.details[0].starts_with("also: process 7 (target): "), "{judged:?}");
}

#[test]
fn failures_that_did_not_happen_leave_an_interval() {
    // 30 requests in a block: one failure would be 3 points.
    let run = run(600, |at| Second { requests: 2, ..healthy(10)(at) });
    let judged = judge("failures < 0.1pt/h", &run);
    assert!(!judged.met && judged.cause.unwrap().contains("cannot be decided"));
}
