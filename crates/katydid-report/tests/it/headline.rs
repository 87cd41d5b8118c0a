//! The three sentences.

use std::time::Duration;

use katydid_core::{
    FailureKind, MonitorKind, Monitored, RunFacts, Series, Snapshot, Target, Unit, diagnose, judge,
};
use katydid_report::{headline, table};

use crate::run::{Run, empty, eventful};

fn of(snapshot: &Snapshot, targets: &[Target]) -> String {
    let facts = RunFacts { interrupted: false, failed_code: 1 };
    headline(snapshot, &judge(snapshot, targets, &[], facts), &diagnose(snapshot, &[])).join("\n")
}

fn p95(ms: u64) -> Target {
    Target::percentile_below(0.95, Duration::from_millis(ms))
}

#[test]
fn a_healthy_run_names_its_nearest_limit_and_its_slowest_endpoint() {
    let run = Run::new(&[], &[]).answers("GET", "/items", &[90_000; 200]).done(10);
    insta::assert_snapshot!(of(&run, &[p95(500), p95(100), Target::success_at_least(0.9)]), @r"
    All 3 targets were met; nearest to its limit is `p95 < 100ms` with 90 ms (margin +10%).
    None of the 200 requests failed.
    Nothing was seen that limited it; slowest is GET /items with p95 90.0 ms, 90 % of its time waiting for the answer.
    ");
    insta::assert_snapshot!(of(&run, &[]).lines().next().unwrap(), @"No target was set, so the run passes when nothing fails, however slow it is.");
}

#[test]
fn a_bad_run_names_the_worst_target_the_first_failure_and_the_limit() {
    let run = Run::new(&[], &[])
        .answers("GET", "/items", &[90_000; 200])
        .fails(("POST", "/pay"), (FailureKind::Status(503), "HTTP 503: busy"), 3, 4)
        .done(10);
    insta::assert_snapshot!(of(&run, &[p95(80), p95(20), Target::success_at_least(0.9)]), @r"
    Target `p95 < 20ms` missed: 90 ms over 203 requests (margin -350%); 1 more of 3 targets missed.
    The first failure came after 4.0 s: POST /pay, HTTP 503: busy; in all 3 of 203 requests failed (1.48 %).
    POST /pay: 3× HTTP 503: busy; likely cause: the target takes on no more work: a queue or a pool is full.
    ");
}

#[test]
fn a_failed_run_without_a_target_is_not_told_that_it_passes() {
    let run =
        Run::new(&[], &[]).fails(("POST", "/pay"), (FailureKind::Status(503), "HTTP 503"), 3, 4);
    insta::assert_snapshot!(of(&run.done(10), &[]).lines().next().unwrap(), @"No target was set; the run fails all the same: 3 of 3 requests failed.");
}

#[test]
fn a_run_that_says_nothing_says_so() {
    insta::assert_snapshot!(of(&empty(), &[p95(80)]), @r"
    Target `p95 < 80ms` missed: nothing was measured, it needs 20 samples.
    No request was completed, so nothing was measured.
    Nothing was sent that a limit could be seen of.
    ");
    insta::assert_snapshot!(of(&eventful(), &[Target::success_at_least(1.0)]), @r"
    Target `success == 100%` missed: 90.20% over 153 requests (margin -9.80 pt).
    The first failure came after 1.0 s: POST /api/extract, HTTP 503: queue is full; in all 15 of 153 requests failed (9.80 %).
    What limits what this run says: a task was executed and sent no request: HeavyTTSUser/Billing/balance (12×).
    ");
}

/// Sixty seconds of a backend whose pool of two has nothing left from second ten on; times jump about,
/// and so does the queue before the pool.
fn pool_too_small(failures: u64) -> Snapshot {
    let busy = |second: u64| (second * second * 7_919 + second * 104_729) % 97;
    let mut run = Run::new(&[("V", 1)], &[]);
    let mut series = ["db_pool_in_use", "db_pool_size", "db_pool_waiting"]
        .map(|name| Series::new(&format!("{name}{{pool=\"read\"}}"), Unit::Count));
    for second in 0..60u64 {
        run = run.answers("GET", "/items", &[1_000 + 900 * busy(second); 20]);
        run = run.answers("GET", "/", &[500; 20]).tick(second + 1);
        let at = Duration::from_millis(second * 1_000 + 500);
        let used = if second < 10 { 1.0 } else { 2.0 };
        for (series, value) in series.iter_mut().zip([used, 2.0, busy(second) as f64]) {
            series.note(at, value);
        }
    }
    if failures > 0 {
        let why = (FailureKind::Status(503), "HTTP 503: busy");
        run = run.fails(("POST", "/pay"), why, failures, 4);
    }
    let mut snapshot = run.done(60);
    snapshot.monitors.push(Monitored::new("backend", MonitorKind::Prometheus));
    snapshot.monitors[0].series.extend(series);
    snapshot
}

#[test]
fn a_pool_that_is_too_small_is_named_before_what_follows_from_it() {
    insta::assert_snapshot!(of(&pool_too_small(0), &[p95(500), p95(80)]), @r#"
    Both targets were met; nearest to its limit is `p95 < 80ms` with 79 ms (margin +1%).
    None of the 2400 requests failed.
    db_pool_in_use{pool="read"} of monitor backend: all 2 were in use at 83 % of the looks; 48.2 requests waited for one on average; the slowest, GET /items, has a p95 of 82 ms; likely cause: the pool is too small for this load, or each connection is kept too long: requests queue for one.
    "#);
    let told = of(&pool_too_small(5), &[]);
    let last = told.lines().last().unwrap();
    assert!(last.contains("db_pool_in_use{pool=\"read\"} of monitor backend"), "{told}");
}

#[test]
fn the_bottleneck_is_an_endpoint_its_phase_and_what_moved_with_it() {
    let told = |snapshot: &Snapshot| {
        let text = table::conclusion(snapshot);
        text.lines().find(|line| line.starts_with("  Slowest")).map(str::to_owned)
    };
    insta::assert_snapshot!(told(&pool_too_small(0)).unwrap(), @r#"  Slowest  GET /items with a p95 of 82.0 ms: 90 % of its time in the phase wait (waiting for the answer); meanwhile all 2 were in use at 83 % of the looks (db_pool_in_use{pool="read"} of monitor backend); with its p95 moved, as a coincidence in time and no proof of cause: db_pool_waiting{pool="read"} of backend rose as p95 rose (from 15.6 to 82.3; correlation 1.00 over 60 steps)."#);
    let run = Run::new(&[], &[]).answers("GET", "/items", &[90_000; 200]).done(10);
    insta::assert_snapshot!(told(&run).unwrap(), @"  Slowest  GET /items with a p95 of 90.0 ms: 90 % of its time in the phase wait (waiting for the answer); nothing was watched that could have moved with it.");
    assert_eq!(told(&empty()), None);
}
