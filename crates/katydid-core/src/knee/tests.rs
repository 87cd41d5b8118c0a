//! Climbs whose knee is known, second by second.

use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::{
    Degrade, Expectation, FailureKind, Outcome, Recorder, RecorderLimits, RunFacts, Sample,
    Shape as _, Stages, VerdictWord, judge,
};

/// What happens in a second: answers and their ms, failures by class, requests that stay open.
#[derive(Clone, Copy, Default)]
struct Second {
    answers: u64,
    ms: u64,
    refused: u64,
    sorry: u64,
    wrong: u64,
    open: u64,
}

/// 100 to 500 users in five steps of 20 s, each with a ramp of 2 s.
fn climb_of(second: impl Fn(u32, u64) -> Second) -> Snapshot {
    let stages = Stages::steps(5, 500, 50.0, Duration::from_secs(100)).unwrap();
    let mut snapshot = Snapshot::new(&[Arc::from("Reader")], &[], 1);
    snapshot.plan_phases(stages.phases());
    let mut recorder = Recorder::new(0, RecorderLimits::default());
    for at in 0..100u64 {
        let users = 100 * (at as u32 / 20 + 1);
        let now = second(users, at);
        let row = recorder.row("GET", "/", &Arc::from([]));
        let sample = Sample { last_byte_ns: now.ms * 1_000_000, ..Sample::default() };
        (0..now.answers).for_each(|_| recorder.success(row, &sample));
        for (count, kind) in [
            (now.refused, FailureKind::Connect),
            (now.sorry, FailureKind::Status(503)),
            (now.wrong, FailureKind::Check),
        ] {
            let failed = Sample { outcome: Outcome::Failure, ..Sample::default() };
            (0..count).for_each(|_| recorder.failure(row, &failed, kind, "no"));
        }
        let ramp = at % 20 < 2;
        let planned = if ramp { users - 50 } else { users };
        let mut interval = recorder.take(0, &[users], None);
        (interval.open_requests, interval.planned_users) = (now.open, planned);
        let begun = now.answers + now.refused + now.sorry + now.wrong;
        interval.sent_requests = if at == 0 { begun + now.open } else { begun };
        snapshot.absorb(0, &interval);
        snapshot.tick(Duration::from_secs(at + 1));
    }
    snapshot
}

/// As many answers as users ask for, up to `most` a second; the rest is refused politely.
fn up_to(most: u64) -> impl Fn(u32, u64) -> Second {
    move |users, _| {
        let asked = u64::from(users) / 2;
        let answers = asked.min(most);
        let ms = if asked > most { 2_000 } else { 100 };
        Second { answers, ms, sorry: (asked - answers) / 10, open: 9, ..Second::default() }
    }
}

fn rules(texts: &[&str]) -> Vec<Target> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

fn sentences(run: &Snapshot, texts: &[&str]) -> Vec<String> {
    Knee::of(run, &rules(texts)).unwrap().sentences()
}

#[test]
fn the_knee_is_the_first_step_that_missed_a_rule() {
    let run = climb_of(up_to(130));
    let told = sentences(&run, &["p95 < 1s", "failures < 3%"]);
    assert_eq!(
        told,
        [
            "broke at 300 users: `p95 < 1s` was missed first (2000 ms, 1s into the step), then \
             `failures < 3%` at 400 users (5.11%); the last step that held every rule: 200 users, \
             100.0 requests/s",
            "throughput stopped growing at 400 users (saturation): 130.0 successful answers/s, \
             after 130.0/s with 300 users"
        ]
    );
    let knee = Knee::of(&run, &rules(&["p95 < 1s"])).unwrap();
    let users: Vec<u32> = knee.steps.iter().map(|step| step.users).collect();
    assert_eq!((users, knee.planned), (vec![100, 200, 300, 400, 500], 5));
    // The ramp of two seconds, and the second in which its end was seen, are left out.
    let (from, until) = (knee.steps[1].from.as_secs(), knee.steps[1].until.as_secs());
    assert_eq!((from, until, knee.steps[1].requests), (23, 40, 17 * 100));
}

#[test]
fn of_two_rules_missed_at_one_step_the_first_in_time_is_named_first() {
    let run = climb_of(|users, at| {
        let (slow, sorry) = (users == 300 && at >= 50, u64::from(users >= 300) * 9);
        Second { answers: 50, ms: if slow { 3_000 } else { 50 }, sorry, ..Second::default() }
    });
    let told = sentences(&run, &["p95 < 1s", "failures < 3%"]);
    assert!(
        told[0].starts_with(
            "broke at 300 users: `failures < 3%` was missed first (15.25%, 1s into the step), then \
             `p95 < 1s` (3000 ms); the last step that held every rule: 200 users"
        ),
        "{told:?}"
    );
}

#[test]
fn a_climb_that_never_broke_or_broke_at_once_says_where_the_knee_is() {
    let run = climb_of(up_to(1_000));
    assert_eq!(sentences(&run, &["p95 < 1s"]), ["held at 500 users; the knee is above"]);
    let told = sentences(&run, &["p95 < 1ms"]);
    assert!(told[0].ends_with("it was the first step; the knee is below 100 users"), "{told:?}");
    let told = sentences(&run, &["p99.99 < 1s"]);
    assert!(told[0].starts_with("no step broke, but at 500 users `p99.99 < 1s` needs 10000 "));
}

#[test]
fn without_a_climb_there_is_no_knee() {
    let mut run = climb_of(up_to(1_000));
    for stages in ["10@2/s:9s", "10@2/s:9s,300@9/s:9s,10@9/s:9s"] {
        run.plan_phases(stages.parse::<Stages>().unwrap().phases());
        assert!(Knee::of(&run, &[]).is_none(), "{stages}");
    }
}

fn degraded(run: &Snapshot) -> (String, Option<String>) {
    let expected = Degrade.judge(run);
    (expected.measured, expected.cause)
}

#[test]
fn slower_with_refusals_is_gradual() {
    assert_eq!(degraded(&climb_of(up_to(130))), ("gradual".to_owned(), None));
    assert_eq!(degraded(&climb_of(up_to(1_000))), ("gradual".to_owned(), None));
}

#[test]
fn no_answer_while_requests_wait_is_a_stall() {
    let silent = |from: u64, until: u64, open: u64| {
        climb_of(move |users, at| match at {
            at if (from..until).contains(&at) => Second { open, ..Second::default() },
            _ => up_to(1_000)(users, at),
        })
    };
    let (word, cause) = degraded(&silent(70, 77, 340));
    assert_eq!(word, "stalled");
    let cause = cause.unwrap();
    assert!(
        cause.contains(
            "the target stalled: no answer at all for 7 s, from 70 s on, with 400 users and 340 \
             requests waiting"
        ),
        "{cause}"
    );
    // Five seconds are not more than five, and without an open request nobody waits.
    assert_eq!(degraded(&silent(70, 75, 340)).0, "gradual");
    assert_eq!(degraded(&silent(70, 76, 0)).0, "gradual");
}

#[test]
fn connections_refused_are_a_crash() {
    let gone = |from: u64, until: u64| {
        climb_of(move |users, at| match at {
            at if (from..until).contains(&at) => Second { refused: 20, ..Second::default() },
            _ => up_to(1_000)(users, at),
        })
    };
    // Twice as much of a step as 5 %, and five seconds of a long run.
    for (from, until) in [(44, 100), (84, 90)] {
        let (word, cause) = degraded(&gone(from, until));
        let cause = cause.unwrap();
        assert!(word == "crashed" && cause.contains(&format!("from {from} s on")), "{cause}");
    }
    assert_eq!(degraded(&gone(84, 85)).0, "gradual");
}

#[test]
fn throughput_that_falls_with_more_users_is_a_collapse() {
    let run = climb_of(|users, _| {
        let answers = if users > 300 { 60 } else { u64::from(users) / 2 };
        Second { answers, ms: 50, ..Second::default() }
    });
    let (word, cause) = degraded(&run);
    let cause = cause.unwrap();
    assert_eq!(word, "collapsed");
    assert!(
        cause.ends_with(
            "throughput collapsed at 400 users: 60.0 successful answers/s, 40 % of the 150.0/s \
             with 300 users (less than 70 % is a collapse)"
        ),
        "{cause}"
    );
}

/// Seen with a speech engine whose marks lacked sentences: 41 % of the requests failed a check from the
/// first second on, the knee was "below 100 users", and the run passed as gradual.
#[test]
fn a_target_that_answers_wrongly_from_the_start_has_not_degraded_gradually() {
    let run = climb_of(|users, _| {
        let (right, wrong) = (u64::from(users) * 59 / 100, u64::from(users) * 41 / 100);
        Second { answers: right, wrong, ms: 50, ..Second::default() }
    });
    let expected = Degrade.judge(&run);
    assert_eq!((expected.met, expected.measured.as_str()), (false, "wrong"));
    let cause = expected.cause.unwrap();
    assert!(
        cause.contains("at 100 users, from 0 s on, 41.0 % of the requests had an answer"),
        "{cause}"
    );
    let more = &expected.details[0];
    assert!(more.starts_with("41.0 % of the requests failed at the first step already"), "{more}");
}

#[test]
fn refusals_from_the_first_step_on_leave_nothing_to_degrade_from() {
    let always = |share: u64| {
        climb_of(move |users, _| {
            let asked = u64::from(users);
            let sorry = asked * share / 100;
            Second { answers: asked - sorry, sorry, ms: 50, ..Second::default() }
        })
    };
    assert_eq!(degraded(&always(5)).0, "gradual");
    let (word, cause) = degraded(&always(6));
    let cause = cause.unwrap();
    assert!(
        word == "at once" && cause.contains("6.0 % of the requests failed at the first step"),
        "{cause}"
    );
    // Wrong answers are no refusals: at no step are they what load explains.
    let late = climb_of(|users, at| {
        let wrong = if users == 400 { 40 } else { 0 };
        Second { wrong, ..up_to(1_000)(users, at) }
    });
    let (word, cause) = degraded(&late);
    let cause = cause.unwrap();
    assert!(word == "wrong" && cause.contains("at 400 users, from 60 s on"), "{cause}");
}

/// As of a stress scenario that a limit of requests ends in its third step.
#[test]
fn a_climb_that_ended_early_has_not_shown_how_the_target_degrades() {
    let whole = climb_of(up_to(130));
    let mut early = Snapshot::new(&[Arc::from("Reader")], &[], 1);
    early.plan_phases(whole.history().phases().to_vec());
    let mut recorder = Recorder::new(0, RecorderLimits::default());
    for at in 0..50u64 {
        let row = recorder.row("GET", "/", &Arc::from([]));
        (0..50).for_each(|_| recorder.success(row, &Sample::default()));
        let mut interval = recorder.take(0, &[100], None);
        interval.planned_users = 100 * (at as u32 / 20 + 1);
        early.absorb(0, &interval);
        early.tick(Duration::from_secs(at + 1));
    }
    let (word, cause) = degraded(&early);
    let cause = cause.unwrap();
    assert!(
        word == "unseen" && cause.contains("the run ended in step 3 of 5 and never had 500 users"),
        "{cause}"
    );
}

/// A stress run is loaded until it breaks: the rules that say where do not fail it.
#[test]
fn rules_of_the_knee_locate_and_do_not_fail() {
    let run = climb_of(up_to(130));
    let facts = RunFacts { interrupted: false, failed_code: 1 };
    let knee: Vec<Expectation> =
        rules(&["p95 < 1s", "failures < 3%"]).into_iter().map(Expectation::Knee).collect();
    let verdict = judge(&run, &[], &knee, facts);
    assert_eq!((verdict.word, verdict.exit_code), (VerdictWord::Pass, 0), "{:?}", verdict.causes);
    assert!(verdict.expectations.is_empty());
    assert_eq!(verdict.knee.unwrap().broken().unwrap().users, 300);
    // As a target the same rule fails it, and without any the failures do.
    let verdict = judge(&run, &rules(&["failures < 1%"]), &knee, facts);
    assert_eq!((verdict.word, verdict.exit_code), (VerdictWord::Fail, 99));
    let verdict = judge(&run, &[], &[Expectation::Degrade(Degrade)], facts);
    assert_eq!((verdict.exit_code, verdict.expectations[0].met), (1, true));
}
