//! The three sentences.

use std::time::Duration;

use katydid_core::{FailureKind, RunFacts, Snapshot, Target, diagnose, judge};
use katydid_report::headline;

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
