//! The mistakes of the old load test that only measuring shows.

use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::sample::Bytes;
use crate::{
    Interval, Look, Outcome, Recorder, RecorderLimits, Sample, TaskCounts, TaskId, TaskInfo,
};

/// A run of one thread.
struct Run {
    recorder: Recorder,
    snapshot: Snapshot,
}

impl Run {
    fn new() -> Self {
        Self::of(&[])
    }

    fn of(tasks: &[TaskInfo]) -> Self {
        let recorder = Recorder::new(tasks.len(), RecorderLimits::default());
        Self { recorder, snapshot: Snapshot::new(&[Arc::from("Reader")], tasks, 1) }
    }

    fn sends(self, name: &str, body: &str, count: u64, of: &Sample) -> Self {
        self.user_sends(0, (name, body), count, of)
    }

    fn user_sends(mut self, user: u32, what: (&str, &str), count: u64, of: &Sample) -> Self {
        let (name, body) = what;
        let row = self.recorder.row("POST", name, &Arc::from([]));
        self.recorder.asks(row, user, name, body.as_bytes());
        (0..count).for_each(|_| self.recorder.success(row, of));
        self
    }

    fn refused(mut self, name: &str, count: u64, second: u64) -> Self {
        let row = self.recorder.row("POST", name, &Arc::from([]));
        let last_byte_ns = second * 1_000_000_000;
        let sample = Sample { last_byte_ns, outcome: Outcome::Failure, ..good() };
        let kind = FailureKind::Status(401);
        (0..count).for_each(|_| self.recorder.failure(row, &sample, kind, "HTTP 401"));
        self
    }

    fn executes(mut self, task: u32, counts: TaskCounts) -> Self {
        self.recorder.task(TaskId(task), counts);
        self
    }

    fn until(mut self, second: u64) -> Self {
        let end = Duration::from_secs(second);
        let done: Box<Interval> = self.recorder.take(end.as_nanos() as u64, &[1], None);
        self.snapshot.absorb(0, &done);
        self.snapshot.tick(end);
        self
    }

    fn warnings(self) -> Vec<String> {
        let end = self.snapshot.elapsed.as_secs() + 1;
        let warnings = measured_warnings(&self.until(end).snapshot, false);
        warnings.iter().map(ToString::to_string).collect()
    }
}

fn good() -> Sample {
    let bytes = Bytes { body: 20, ..Bytes::default() };
    Sample { looked_at: Look::Answer, bytes, ..Sample::default() }
}

fn one(warnings: &[String], begins: &str) {
    assert!(warnings.len() == 1 && warnings[0].starts_with(begins), "{warnings:?}");
}

#[test]
fn the_status_alone_does_not_tell_that_a_field_was_ignored() {
    let seen = |looked_at| Sample { looked_at, ..good() };
    let run = |sample: &Sample| {
        let run = Run::new().sends("/preferences", "{\"voice\":1}", 100, sample);
        run.sends("/preferences", "{\"voice\":2}", 1, sample).warnings()
    };
    let says = "unchecked-answers: of answers to what is sent no task reads more than the status, \
                so a field that the target ignores is a success: POST /preferences (101)";
    one(&run(&seen(Look::Status)), says);
    assert!(run(&seen(Look::Answer)).is_empty());
    // Nothing to read, and nothing that could have been ignored.
    assert!(run(&Sample { bytes: Bytes::default(), ..seen(Look::Status) }).is_empty());
    let asked = Run::new().sends("/health", "", 200, &seen(Look::Status));
    assert!(asked.warnings().is_empty());
}

#[test]
fn errors_called_successes_are_told() {
    let excused = Sample { excused: true, ..good() };
    let run = |count| Run::new().sends("/a", "", 300, &good()).sends("/a", "", count, &excused);
    one(
        &run(30).warnings(),
        "excused-errors: answers of status 400 and above are counted as successes because the \
         suite says so: POST /a (30 of 330)",
    );
    assert!(run(15).warnings().is_empty(), "5 % or less");
}

#[test]
fn a_name_for_each_id_is_told() {
    let run = |ids: u32| {
        let named = |run: Run, id| run.sends(&format!("/items/{id}"), "", 1, &good());
        (0..ids).fold(Run::new(), named).warnings()
    };
    one(&run(20), "many-names: names differ only by an id, so each is measured apart");
    assert!(run(20)[0].contains("POST /items/{} (20 names)"));
    assert!(run(19).is_empty());
}

#[test]
fn one_login_for_several_users_is_told() {
    let login = |run: Run, user, name: &str| {
        let body = format!("{{\"username\":\"{name}\",\"password\":\"x\"}}");
        run.user_sends(user, ("/login", &body), 1, &good())
    };
    let shared = login(login(Run::new(), 0, "ann"), 1, "ann").sends("/a", "", 500, &good());
    one(
        &shared.warnings(),
        "shared-account: several users log in as one and the same account, so they wait for the \
         same rows: POST /login (2)",
    );
    assert!(login(login(Run::new(), 0, "ann"), 1, "bob").warnings().is_empty());
    let often = |users: u32| (0..100).fold(Run::new(), |run, n| login(run, n % users, "ann"));
    assert!(often(1).warnings().is_empty(), "one user that logs in again, as itself");
    one(&often(2).warnings(), "shared-account: "); // and not `all-one-payload` too
}

#[test]
fn what_is_asked_in_a_second_without_an_answer_is_seen_too() {
    let first = || Run::new().sends("/items/{id}", "one", 30, &good()).until(1);
    let asked = |mut run: Run, url: &str, body: &str| {
        let row = run.recorder.row("POST", "/items/{id}", &Arc::from([]));
        run.recorder.asks(row, 0, url, body.as_bytes());
        run.until(2)
    };
    assert!(asked(first(), "/items/2", "two").warnings().is_empty());
    let same = asked(first(), "/items/{id}", "one").warnings();
    assert!(same.len() == 2 && same[0].starts_with("all-one-"), "{same:?}");
    // A row of which nothing has ended is not shown.
    let nothing = asked(Run::new(), "/items/2", "two");
    assert_eq!(nothing.snapshot.rows().count(), 0);
}

#[test]
fn logins_that_end_within_seconds_are_told_by_what_follows() {
    let accepted = || Run::new().sends("/mine", "", 30, &good()).until(1);
    let refused = accepted().refused("/mine", 10, 1).until(2).refused("/mine", 10, 2).until(3);
    one(
        &refused.warnings(),
        "late-unauthorized: logins were accepted and are refused since 1.0 s: POST /mine (20× 401)",
    );
    let some = accepted().refused("/mine", 20, 1).until(2).sends("/mine", "", 1, &good()).until(3);
    assert!(some.warnings().is_empty(), "some are still accepted");
    assert!(Run::new().refused("/mine", 20, 1).until(2).warnings()[0].starts_with("wrong-request"));
}

#[test]
fn a_flow_that_nobody_leaves_is_told() {
    let run = |expected_share, left| {
        let task = TaskInfo {
            class: Arc::from("Reader"),
            flow: Arc::from("Speech"),
            task: Arc::from("synthesize"),
            tags: Arc::from([]),
            expected_share,
            silent: false,
        };
        let counts = TaskCounts { executions: 100, requests: 100, left, ..TaskCounts::default() };
        Run::of(&[task]).sends("/speak", "", 100, &good()).executes(0, counts).warnings()
    };
    one(&run(None, 0), "stuck-in-flow: no user has ever left the flow that it entered first");
    assert!(run(None, 1).is_empty(), "one has left it");
    assert!(run(Some(0.5), 0).is_empty(), "flows that are left by themselves");
}
