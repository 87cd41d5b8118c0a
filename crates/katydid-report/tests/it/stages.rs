//! Stages side by side, and what is said of recovery.

use std::iter::repeat_n;

use katydid_core::{Expectation, FailureKind, Recover, RunFacts, Snapshot, judge};
use katydid_report::table;

use crate::run::{Run, eventful};

/// A surge from second 10 to 20, whose queue takes until second 25 to empty.
fn spike() -> Snapshot {
    let mut run = Run::new(&[("V", 10)], &[]);
    run = run.staged("before:10@2/s:10s,surge:300@100/s:10s,after:10@100/s:20s,late:1@1/s:1m");
    for second in 0..40 {
        let slow = (12..25).contains(&second);
        let (count, micros) = if slow { (120, 1_400_000) } else { (20, 35_000) };
        run = run.answers("GET", "/", &repeat_n(micros, count).collect::<Vec<_>>());
        if slow {
            run = run.fails(("GET", "/"), (FailureKind::Status(503), "HTTP 503"), 3, second).fails(
                ("GET", "/"),
                (FailureKind::Timeout, "no answer within 10s"),
                1,
                second,
            );
        }
        run = run.tick(second + 1);
    }
    run.snapshot()
}

#[test]
fn stages_stand_side_by_side() {
    insta::assert_snapshot!("stages", table::stages(&spike()));
    assert_eq!(table::stages(&eventful()), "", "a run without stages");
}

#[test]
fn answers_out_of_a_cache_have_their_share_of_each_stage() {
    let run = Run::new(&[("V", 1)], &[]).staged("cold:1@1/s:10s,warm:1@1/s:10s");
    let run = run.answers("GET", "/", &[5_000; 20]).tick(5).tick(10);
    let run = run.answers("GET", "/", &[5_000; 5]).cached("GET", "/", 15).tick(15).tick(20);
    let text = table::stages(&run.snapshot());
    let stage = |name: &str| text.lines().find(|line| line.starts_with(name)).unwrap();
    assert!(stage("warm").contains(" 15 (75.00%) "), "{text}");
    assert!(!stage("cold").contains(" 15 "), "{text}");
}

#[test]
fn recovery_and_targets_of_stages_stand_beside_the_other_rules() {
    let targets = ["p95 < 100ms in before", "lost == 0% in surge", "p95 < 2s abort after 30s"];
    let targets = targets.map(|text| text.parse().unwrap());
    let recover = ["p95 < 100ms within 10s", "p95 < 100ms within 3s"];
    let recover = recover.map(|text| Expectation::Recover(Recover::parse(text, &[]).unwrap()));
    let facts = RunFacts { interrupted: false, failed_code: 1 };
    insta::assert_snapshot!(
        "recovery",
        table::verdict(&judge(&spike(), &targets, &recover, facts))
    );
}
