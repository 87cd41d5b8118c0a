use std::sync::Arc;

use super::*;
use crate::{Outcome, Recorder, RecorderLimits, Sample};

/// A run of one thread whose requests end at second 1, 2, 3, …
struct Run {
    recorder: Recorder,
    snapshot: Snapshot,
    tags: Arc<[Arc<str>]>,
}

impl Run {
    fn new() -> Self {
        let recorder = Recorder::new(0, RecorderLimits::default());
        Self { recorder, snapshot: Snapshot::new(&[], &[], 1), tags: Arc::from([]) }
    }

    fn requests(mut self, name: &str, count: u64, of: &Sample) -> Self {
        let row = self.recorder.row("GET", name, &self.tags);
        for _ in 0..count {
            self.recorder.success(row, of);
        }
        self
    }

    fn refused(mut self, name: &str, count: u64, status: u16, second: u64) -> Self {
        let row = self.recorder.row("GET", name, &self.tags);
        let last_byte_ns = second * 1_000_000_000;
        let sample = Sample { last_byte_ns, outcome: Outcome::Failure, ..Sample::default() };
        for _ in 0..count {
            let text = format!("HTTP {status}: no such field `voice`");
            self.recorder.failure(row, &sample, FailureKind::Status(status), &text);
        }
        self
    }

    /// Up to this second.
    fn until(mut self, second: u64) -> Self {
        let end = Duration::from_secs(second);
        let done = self.recorder.take(end.as_nanos() as u64, &[], None);
        self.snapshot.absorb(0, &done);
        self.snapshot.tick(end);
        self
    }

    fn warnings(self) -> Vec<String> {
        let warnings = measured_warnings(&self.until(200).snapshot, true);
        warnings.iter().map(ToString::to_string).collect()
    }
}

fn good() -> Sample {
    Sample { last_byte_ns: 1_000_000, ..Sample::default() }
}

fn one(warnings: &[String], begins: &str) {
    assert!(warnings.len() == 1 && warnings[0].starts_with(begins), "{warnings:?}");
}

#[test]
fn a_sound_run_is_silent() {
    let run = Run::new().requests("/items", 2_000, &good());
    assert!(run.warnings().is_empty());
}

#[test]
fn too_few_requests_for_a_p99_are_counted() {
    let run = Run::new().requests("/items", 2_000, &good()).requests("/rare", 99, &good());
    one(
        &run.warnings(),
        "few-samples: 1 of 2 names have fewer than 100 requests, so their p99 is only \
         another word for the maximum: GET /rare (99); ",
    );
}

#[test]
fn redirects_are_told_beyond_one_in_twenty() {
    let redirected = Sample { redirects: 1, ..good() };
    let run = |share: u64| {
        let run = Run::new().requests("/a", 2_000 - share, &good());
        run.requests("/a", share, &redirected).warnings()
    };
    assert!(run(100).is_empty());
    one(
        &run(101),
        "redirects: requests are redirected, so each is two and its time both: GET /a (",
    );
}

#[test]
fn a_request_that_was_never_right_shows_what_the_target_says() {
    let run = Run::new().requests("/ok", 1_000, &good()).refused("/speak", 2_000, 422, 1);
    let warnings = run.warnings();
    one(&warnings, "wrong-request: every request was refused from the first on: GET /speak (2000×");
    assert!(warnings[0].contains("HTTP 422: no such field `voice`"), "{warnings:?}");
    // One that succeeds, and refusals that say nothing about the request.
    let sometimes = Run::new().requests("/a", 1, &good()).refused("/a", 2_000, 422, 1);
    assert!(sometimes.warnings().is_empty());
    assert!(Run::new().refused("/a", 2_000, 429, 1).warnings().is_empty());
}

#[test]
fn a_login_that_ends_in_mid_run_is_told() {
    let run = |second| {
        let run = Run::new().requests("/mine", 2_000, &good()).until(2);
        run.refused("/mine", 50, 401, second).warnings()
    };
    one(
        &run(119),
        "late-unauthorized: logins were accepted and are refused since 119.0 s: GET /mine (50× 401)",
    );
    // A wrong password here and there is another matter.
    assert!(run(3).is_empty());
}
