use std::sync::Arc;

use super::*;
use crate::{FailureKind, Outcome, Phases, Recorder, RecorderLimits, Sample, Usage, Watched};

/// A run of one thread.
struct Run {
    recorder: Recorder,
    snapshot: Snapshot,
}

impl Run {
    fn new() -> Self {
        let recorder = Recorder::new(0, RecorderLimits::default());
        Self { recorder, snapshot: Snapshot::new(&[], &[], 1) }
    }

    /// Ten requests a second to each, all well, up to this second.
    fn well(mut self, names: &[&str], until: u64) -> Self {
        let from = self.snapshot.elapsed.as_secs();
        for second in from..until {
            for name in names {
                let row = self.recorder.row("GET", name, &Arc::from([]));
                let ns = second * 1_000_000_000;
                let sample = Sample { due_ns: ns, sent_ns: ns, last_byte_ns: ns, ..good() };
                (0..10).for_each(|_| self.recorder.success(row, &sample));
            }
            self = self.tick(second + 1);
        }
        self
    }

    fn fails(mut self, name: &str, at: Duration, kind: FailureKind, text: &str) -> Self {
        let row = self.recorder.row("GET", name, &Arc::from([]));
        let last_byte_ns = at.as_nanos() as u64;
        let sample =
            Sample { last_byte_ns, outcome: Outcome::Failure, retry_after_s: 17, ..good() };
        self.recorder.failure(row, &sample, kind, text);
        self
    }

    fn tick(mut self, second: u64) -> Self {
        let end = Duration::from_secs(second);
        let done = self.recorder.take(end.as_nanos() as u64, &[], None);
        self.snapshot.absorb(0, &done);
        self.snapshot.tick(end);
        self
    }

    fn findings(self, advice: &[Advice]) -> Vec<Diagnosis> {
        let end = self.snapshot.elapsed.as_secs() + 1;
        diagnose(&self.tick(end).snapshot, advice)
    }
}

fn good() -> Sample {
    Sample::default()
}

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

#[test]
fn a_healthy_run_has_no_diagnosis_and_a_failed_check_is_none() {
    assert!(Run::new().well(&["/a", "/b"], 5).findings(&[]).is_empty());
    let run = Run::new().well(&["/a"], 5).fails("/a", ms(5_500), FailureKind::Check, "no audio");
    assert!(run.findings(&[]).is_empty());
}

#[test]
fn a_limit_is_told_with_its_retry_after_and_since_when() {
    let run = Run::new().well(&["/a"], 3);
    let run = run.fails("/a", ms(3_200), FailureKind::Status(429), "HTTP 429 Too Many Requests");
    let findings = run.findings(&[]);
    let [found] = &findings[..] else { panic!("{findings:?}") };
    assert_eq!(found.seen, "1× HTTP 429 Too Many Requests (Retry-After up to 17 s)");
    assert_eq!((&*found.place, &*found.since_text()), ("GET /a", "3.2 s"));
    assert_eq!(found.cause, "the target limits the rate");
}

#[test]
fn what_the_suite_knows_of_an_endpoint_goes_first() {
    let advice = [
        Advice::new(Symptom::Status(503), "the pool", "raise it").saying("database"),
        Advice::new(Symptom::Status(503), "the queue", "shorten it").at("/speak"),
    ];
    let cause = |name: &str, text: &str| {
        let run = Run::new().fails(name, ms(1), FailureKind::Status(503), text);
        run.findings(&advice).remove(0).cause
    };
    assert_eq!(cause("/speak", "Speech is busy"), "the queue");
    assert_eq!(cause("/speak", "The database is busy"), "the pool");
    assert!(cause("/other", "busy").starts_with("the target takes on no more work"));
}

#[test]
fn only_a_late_401_is_an_expired_login() {
    let refused = |second| {
        let run = Run::new().well(&["/mine"], second);
        run.fails("/mine", Duration::from_secs(second), FailureKind::Status(401), "HTTP 401")
    };
    assert!(refused(3).findings(&[]).is_empty());
    let findings = refused(61).findings(&[]);
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert!(findings[0].cause.starts_with("tokens have expired"), "{findings:?}");
    assert_eq!(findings[0].since_text(), "61.0 s");
}

#[test]
fn a_cascade_begins_with_the_first_that_failed() {
    let run = |later: u64| {
        let kind = FailureKind::Status(503);
        let run = Run::new().well(&["/speak", "/read", "/down"], 9);
        run.fails("/read", ms(9_500 + later), FailureKind::Timeout, "no whole answer within 10s")
            .fails("/speak", ms(9_500), kind, "HTTP 503 Service Unavailable")
            // Never worked, so it followed nobody.
            .fails("/gone", ms(9_600), kind, "HTTP 503 Service Unavailable")
            .findings(&[])
    };
    let cascade = |found: &Diagnosis| found.cause.starts_with("a cascade");
    let findings = run(400);
    let found = findings.iter().find(|found| cascade(found)).unwrap();
    assert_eq!(found.place, "GET /speak");
    assert_eq!(
        found.seen,
        "it failed first (HTTP 503 Service Unavailable); then GET /read after 400 ms"
    );
    assert!(!run(11_000).iter().any(cascade), "eleven seconds are too long");
}

#[test]
fn a_target_that_stood_still_is_told_with_its_seconds() {
    let still = |seconds: u64, answers_again: bool| {
        let mut run = Run::new().well(&["/a"], 5);
        run.recorder.request_begins();
        for second in 6..6 + seconds {
            run = run.tick(second);
        }
        run.recorder.request_ends();
        if answers_again { run.well(&["/a"], 30) } else { run }.findings(&[])
    };
    let findings = still(6, true);
    let [found] = &findings[..] else { panic!("{findings:?}") };
    assert_eq!((&*found.place, &*found.since_text()), ("all requests", "5.0 s"));
    assert_eq!(found.seen, "no answer at all for 6.0 s, while 1 request waited");
    assert_eq!(still(6, false).len(), 1, "to the end");
    assert!(still(5, true).is_empty(), "five seconds are none");
}

#[test]
fn slow_requests_are_told_with_the_phase_that_is_slow() {
    let slow = |phases: Phases| {
        let mut run = Run::new();
        let row = run.recorder.row("POST", "/api/extract", &Arc::from([]));
        let last_byte_ns = phases.total_ns();
        let sample = Sample { last_byte_ns, phases, ..good() };
        (0..40).for_each(|_| run.recorder.success(row, &sample));
        let known = Advice::new(Symptom::Slow, "pages are slow", "take others").at("/api/extract");
        run.findings(&[known])
    };
    let found =
        slow(Phases { wait_ns: 1_900_000_000, connect_ns: 100_000_000, ..Phases::default() });
    assert!(found[0].seen.starts_with("p95 2.0 s over 40 requests; 95 % of the time"), "{found:?}");
    assert_eq!(found[0].cause, "pages are slow");
    let found = slow(Phases { connect_ns: 3_000_000_000, ..Phases::default() });
    assert!(found[0].cause.starts_with("connections are slow to open"), "{found:?}");
    assert!(slow(Phases { wait_ns: 900_000_000, ..Phases::default() }).is_empty());
}

#[test]
fn a_queue_before_all_endpoints_is_not_called_slow_passwords() {
    let slow = |waits: &[(&str, u64)]| {
        let mut run = Run::new();
        for (name, wait_ms) in waits {
            let row = run.recorder.row("POST", name, &Arc::from([]));
            let phases = Phases { wait_ns: wait_ms * 1_000_000, ..Phases::default() };
            let sample = Sample { last_byte_ns: phases.total_ns(), phases, ..good() };
            (0..40).for_each(|_| run.recorder.success(row, &sample));
        }
        run.findings(&[Advice::new(Symptom::Slow, "passwords", "fewer").at("/login")])
    };
    let found = slow(&[("/login", 3_800), ("/read", 3_000), ("/speak", 2_500)]);
    let [found] = &found[..] else { panic!("{found:?}") };
    assert_eq!(found.place, "all 3 names with 20 requests or more");
    assert!(
        found.seen.starts_with("p95 of 2.5 s to 3.8 s, none twice another; 100 %"),
        "{found:?}"
    );
    assert!(found.cause.starts_with("they wait for what all of them pass"), "{found:?}");
    assert_eq!(found.since_text(), "the start");
    let login = slow(&[("/login", 3_800), ("/read", 1_100), ("/speak", 2_500)]);
    assert_eq!((login.len(), &*login[0].cause), (3, "passwords"), "one is far slower than another");
    let login = slow(&[("/login", 3_800), ("/read", 3_000), ("/speak", 20)]);
    assert_eq!(login[0].cause, "passwords", "one does not wait");
}

#[test]
fn a_slow_target_without_cpu_is_told_only_from_data() {
    let found = |cpu_ms: u64, machine_busy: f64, micros: u64| {
        let mut run = Run::new().well(&["/api/voices"], 9);
        let row = run.recorder.row("POST", "/api/synthesize", &Arc::from([]));
        let sample = Sample { last_byte_ns: micros * 1_000, ..good() };
        (0..40).for_each(|_| run.recorder.success(row, &sample));
        let mut watched = Watched::new(7, "target", 2);
        for second in 0..10 {
            let cpu = Duration::from_millis(cpu_ms * second);
            let usage = Usage { cpu, machine_busy: Some(machine_busy), ..Usage::default() };
            watched.note(Duration::from_secs(second), usage);
        }
        run.snapshot.watched.push(watched);
        let found = run.findings(&[]).into_iter();
        found.filter(|found| found.place == "process 7 (target)").map(|found| found.seen).next()
    };
    let slow = "and POST /api/synthesize has a p95 of 3.0 s";
    let full = format!("it used 1.90 of 2 cores on average, {slow}");
    assert_eq!(found(1_900, 1.0, 3_000_000), Some(full));
    let shared = format!("it used 1.20 of 2 cores on average and all other programs 0.78, {slow}");
    assert_eq!(found(1_200, 0.99, 3_000_000), Some(shared));
    assert_eq!(found(1_200, 0.6, 3_000_000), None, "it waits for something else");
    assert_eq!(found(1_900, 1.0, 300_000), None, "it works hard and answers in time");
}

/// A backend whose pool of two has so many in use and waiting in each second.
fn pool(used: f64, waiting: f64) -> crate::Monitored {
    use crate::{MonitorKind, Series, Unit};
    let mut monitor = crate::Monitored::new("backend", MonitorKind::Prometheus);
    for (name, value) in [
        ("db_pool_size{pool=\"read\"}", 2.0),
        ("db_pool_in_use{pool=\"write\"}", 1.0),
        ("db_pool_in_use{pool=\"read\"}", used),
        ("db_pool_waiting{pool=\"read\"}", waiting),
    ] {
        let mut series = Series::new(name, Unit::Count);
        (0..10).for_each(|second| series.note(Duration::from_secs(second), value));
        monitor.series.push(series);
    }
    monitor
}

#[test]
fn a_pool_with_nothing_left_is_named_with_its_setting() {
    let found = |used, waiting| {
        let mut run = Run::new().well(&["/a"], 10);
        run.snapshot.monitors = vec![pool(used, waiting)];
        let known = Advice::new(Symptom::PoolFull, "too small", "raise POOL_SIZE");
        run.findings(&[known])
    };
    let one = found(2.0, 14.0).remove(0);
    assert_eq!(one.place, "db_pool_in_use{pool=\"read\"} of monitor backend");
    let (seen, slowest) = one.seen.split_once("; the slowest").unwrap();
    assert_eq!(
        seen,
        "all 2 were in use at 100 % of the looks; 14 requests waited for one on average"
    );
    assert!(slowest.contains("/a"), "{slowest}");
    assert_eq!(one.next, "raise POOL_SIZE");
    // Full, but nobody waits; and never full.
    assert!(found(2.0, 0.0).is_empty() && found(1.0, 3.0).is_empty());
}

#[test]
fn a_database_without_a_connection_left_is_named_and_not_taken_for_a_pool_of_the_suite() {
    use crate::{MonitorKind, Series, Unit};
    let found = |name: &str, used: f64| {
        let mut monitor = crate::Monitored::new("db", MonitorKind::Postgres);
        for (name, unit, value) in [
            ("connections", Unit::Count, used * 97.0),
            ("connections_max", Unit::Count, 97.0),
            ("active", Unit::Count, used * 97.0),
            ("locks_waiting", Unit::Count, 50.0),
            (name, Unit::Share, used),
        ] {
            let mut series = Series::new(name, unit);
            (0..10).for_each(|second| series.note(Duration::from_secs(second), value));
            monitor.series.push(series);
        }
        let mut run = Run::new().well(&["/a"], 10);
        run.snapshot.monitors = vec![monitor];
        run.findings(&[Advice::new(Symptom::PoolFull, "too small", "raise POOL_SIZE")])
    };
    for name in ["connections_used", "connections_database_used"] {
        let all = found(name, 1.0);
        assert_eq!((all.len(), all[0].place.as_str()), (1, &*format!("{name} of monitor db")));
        let seen = &all[0].seen;
        assert!(seen.starts_with("100 % of its connections were in use at most"), "{seen}");
        assert!(all[0].cause.starts_with("the database has no connection left"), "{all:?}");
        assert!(found(name, 0.9).is_empty());
    }
}
