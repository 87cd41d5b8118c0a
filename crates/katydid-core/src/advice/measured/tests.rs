use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::{Look, Outcome, Recorder, RecorderLimits, Sample};

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

    /// A request of each address and body.
    fn asking(mut self, name: &str, each: u64, asked: &[(&str, &str)]) -> Self {
        let row = self.recorder.row("GET", name, &self.tags);
        for (url, body) in asked {
            self.recorder.asks(row, 0, url, body.as_bytes());
            self = self.requests(name, each, &good());
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
    Sample { last_byte_ns: 1_000_000, looked_at: Look::Answer, ..Sample::default() }
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
        "few-samples: 1 of 2 names has fewer than 100 requests, so their p99 is only \
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

#[test]
fn one_address_under_a_name_for_many_is_told() {
    let run = |asked: &[(&str, &str)]| Run::new().asking("/items/{id}", 500, asked).warnings();
    one(&run(&[("/items/1", "")]), "all-one-url: all requests ask for one and the same address: ");
    assert!(run(&[("/items/1", ""), ("/items/2", "")]).is_empty());
    let label = Run::new().asking("/items/[basic]", 500, &[("/items", "")]);
    assert!(label.warnings().is_empty());
}

#[test]
fn an_id_without_a_sister_is_told_and_a_fixed_path_is_not() {
    let row = |run: Run, url: &str| run.asking(url, 500, &[(url, "")]);
    one(&row(Run::new(), "/items/17").warnings(), "all-one-url: ");
    one(&row(Run::new(), "/items?page=2").warnings(), "all-one-url: ");
    for sound in [&["/items/17", "/items/18"][..], &["/health"], &["/v2/voices", "/"]] {
        let warnings = sound.iter().fold(Run::new(), |run, url| row(run, url)).warnings();
        assert!(warnings.is_empty(), "{warnings:?}");
    }
}

#[test]
fn one_body_for_all_is_told() {
    let run = |bodies: &[(&str, &str)]| Run::new().asking("/speak", 500, bodies).warnings();
    one(
        &run(&[("/speak", "text=a")]),
        "all-one-payload: all requests send one and the same body: ",
    );
    assert!(run(&[("/speak", "text=a"), ("/speak", "text=b")]).is_empty());
    // What a user does once is not what is measured.
    let rare = Run::new().asking("/sign-up", 100, &[("/sign-up", "plan=PRO")]);
    assert!(rare.requests("/speak", 3_000, &good()).warnings().is_empty());
}

#[test]
fn answers_that_nobody_looks_at_are_told() {
    let blind = Sample { looked_at: Look::Unseen, ..good() };
    one(&Run::new().requests("/a", 500, &blind).warnings(), "unchecked-answers: no task looks");
    let seldom = Run::new().requests("/a", 500, &blind).requests("/a", 1, &good());
    assert!(seldom.warnings().is_empty());
}
