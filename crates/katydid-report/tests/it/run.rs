//! Hand-filled runs.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use katydid_core::{
    Bytes, Exemplar, FailureKind, Look, Outcome, Phases, Rank, Recorder, RecorderLimits, RowId,
    Sample, Shape as _, Snapshot, Stages, TaskCounts, TaskId, TaskInfo, Why,
};

/// A moment without meaning: 2026-11-23 02:38:35 UTC.
pub(crate) fn started() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_401_515)
}

/// A run of one thread under construction.
pub(crate) struct Run {
    snapshot: Snapshot,
    recorder: Recorder,
    users: Vec<u32>,
    planned: u32,
}

impl Run {
    pub(crate) fn new(classes: &[(&str, u32)], tasks: &[TaskInfo]) -> Self {
        let names: Vec<Arc<str>> = classes.iter().map(|(name, _)| Arc::from(*name)).collect();
        Self {
            snapshot: Snapshot::new(&names, tasks, 1),
            recorder: Recorder::new(tasks.len(), RecorderLimits::default()),
            users: classes.iter().map(|(_, users)| *users).collect(),
            planned: 0,
        }
    }

    /// A run whose tables have room for so many names.
    pub(crate) fn with_names(names: usize) -> Self {
        let limits = RecorderLimits { names, ..RecorderLimits::default() };
        Self { recorder: Recorder::new(0, limits), ..Self::new(&[], &[]) }
    }

    /// The row of `count` requests that are begun now.
    fn row(&mut self, method: &str, name: &str, count: usize) -> RowId {
        for _ in 0..count {
            self.recorder.request_begins();
            self.recorder.request_ends();
        }
        self.recorder.row(method, name, &Arc::from([]))
    }

    /// One answered request per time (in µs), each begun a millisecond after the one before.
    pub(crate) fn answers(mut self, method: &str, name: &str, micros: &[u64]) -> Self {
        let row = self.row(method, name, micros.len());
        for (index, micros) in micros.iter().enumerate() {
            let sample = sample(index as u64 * 1_000_000, *micros, index == 0);
            self.recorder.success(row, &sample);
        }
        self
    }

    /// Answers to requests of this row that say so of their time.
    pub(crate) fn stated(mut self, method: &str, name: &str, headers: &[&str]) -> Self {
        let row = self.row(method, name, 0);
        for header in headers {
            self.recorder.server_timings(row, [header.as_bytes()]);
        }
        self
    }

    /// Answered requests that were begun when the run had ended.
    pub(crate) fn after_the_end(mut self, method: &str, name: &str, micros: &[u64]) -> Self {
        self.recorder.end();
        self.answers(method, name, micros)
    }

    /// A request that followed `redirects` redirects over as many new connections.
    pub(crate) fn redirected(mut self, name: &str, redirects: u32) -> Self {
        let row = self.row("GET", name, 1);
        let sample = Sample { redirects, connections: redirects, ..sample(0, 9_000, false) };
        self.recorder.success(row, &sample);
        self
    }

    /// A request that repeats one before it.
    pub(crate) fn retried(mut self, method: &str, name: &str) -> Self {
        let row = self.row(method, name, 1);
        self.recorder.success(row, &Sample { retry: true, ..sample(0, 4_000, false) });
        self
    }

    /// Requests whose answers came out of a cache.
    pub(crate) fn cached(mut self, method: &str, name: &str, count: usize) -> Self {
        let row = self.row(method, name, count);
        let sample = Sample { cached: true, ..sample(0, 4_000, false) };
        (0..count).for_each(|_| self.recorder.success(row, &sample));
        self
    }

    /// Transactions that took these times (in µs), then one that failed for this reason.
    pub(crate) fn transactions(mut self, name: &str, micros: &[u64], why: &str) -> Self {
        let row = self.recorder.transaction(name, &Arc::from([]));
        for micros in micros {
            self.recorder.success(row, &sample(0, *micros, false));
        }
        let failed = Sample { outcome: Outcome::Failure, ..sample(0, 700_000, false) };
        self.recorder.failure(row, &failed, FailureKind::Transaction, why);
        self.recorder.cut_transaction(row, None);
        self
    }

    /// `count` failures, one a second from second `from` on.
    pub(crate) fn fails(
        mut self,
        (method, name): (&str, &str),
        (kind, text): (FailureKind, &str),
        count: u64,
        from: u64,
    ) -> Self {
        let row = self.row(method, name, count as usize);
        for second in from..from + count {
            let sample = sample(second * 1_000_000_000, 1_250, false);
            // A refused connection is an attempt too.
            let connections = u32::from(kind == FailureKind::Connect);
            let sample = Sample { outcome: Outcome::Failure, connections, ..sample };
            self.recorder.failure(row, &sample, kind, text);
        }
        self
    }

    /// A single request that is kept.
    pub(crate) fn kept(mut self, exemplar: Exemplar) -> Self {
        let row = self.row(&exemplar.method, &exemplar.name, 0);
        let rank = match exemplar.why {
            Why::Failed(kind) => self.recorder.wants_failure(row, kind).expect("the first ones"),
            Why::Slow => Rank::SLOW,
        };
        self.recorder.keep(row, rank, exemplar);
        self
    }

    pub(crate) fn task(mut self, task: u32, counts: TaskCounts) -> Self {
        self.recorder.task(TaskId(task), counts);
        self
    }

    pub(crate) fn exception(mut self, task: u32, message: &str, place: &str) -> Self {
        self.recorder.exception(TaskId(task), message, place);
        self
    }

    /// The run as far as it is.
    pub(crate) fn now(&self) -> &Snapshot {
        &self.snapshot
    }

    /// Ends an interval after `seconds`; what follows belongs to the next.
    pub(crate) fn tick(mut self, seconds: u64) -> Self {
        let elapsed = Duration::from_secs(seconds);
        let mut interval = self.recorder.take(elapsed.as_nanos() as u64, &self.users, None);
        interval.planned_users = self.planned;
        self.snapshot.absorb(0, &interval);
        self.snapshot.tick(elapsed);
        self
    }

    /// So many users should run from now on.
    pub(crate) fn planned(mut self, users: u32) -> Self {
        self.planned = users;
        self
    }

    /// So many users of the first class run from now on.
    pub(crate) fn with_users(mut self, users: u32) -> Self {
        self.users[0] = users;
        self
    }

    /// Divides the run by these stages.
    pub(crate) fn staged(mut self, stages: &str) -> Self {
        let stages: Stages = stages.parse().expect("stages");
        self.snapshot.plan_phases(stages.phases());
        self
    }

    pub(crate) fn done(self, seconds: u64) -> Snapshot {
        self.tick(seconds).snapshot()
    }

    pub(crate) fn snapshot(self) -> Snapshot {
        self.snapshot
    }
}

/// A request on time whose server took all but a tenth of the time.
fn sample(due_ns: u64, micros: u64, first: bool) -> Sample {
    let total_ns = micros * 1_000;
    let wait_ns = total_ns / 10 * 9;
    let rest_ns = total_ns - wait_ns;
    let connect_ns = if first { rest_ns / 2 } else { 0 };
    Sample {
        looked_at: Look::Answer,
        excused: false,
        cached: false,
        retry_after_s: 0,
        due_ns,
        sent_ns: due_ns,
        first_byte_ns: due_ns + wait_ns,
        last_byte_ns: due_ns + total_ns,
        phases: Phases {
            connect_ns,
            wait_ns,
            receive_ns: rest_ns - connect_ns,
            ..Phases::default()
        },
        bytes: Bytes { sent: 120, received: 1_350, body: 2_048 },
        redirects: 0,
        retry: false,
        connections: u32::from(first),
        outcome: Outcome::Success,
    }
}

pub(crate) fn task(class: &str, flow: &str, task: &str, expected_share: f64) -> TaskInfo {
    let (class, flow, task) = (class.into(), flow.into(), task.into());
    let expected_share = Some(expected_share);
    TaskInfo { class, flow, task, tags: Arc::from([]), expected_share, silent: false }
}

pub(crate) fn counts(executions: u64, cut: u64, requests: u64, exceptions: u64) -> TaskCounts {
    TaskCounts { executions, cut, requests, exceptions, left: 0 }
}

/// A run with something of everything: 10 s, two classes, all groups of failures, a silent task,
/// one never drawn, an exception, redirects, fast and slow answers.
pub(crate) fn eventful() -> Snapshot {
    let tasks = [
        task("HeavyTTSUser", "Synthesis", "synthesize", 0.5),
        task("HeavyTTSUser", "Synthesis", "voices", 0.2),
        task("HeavyTTSUser", "Extraction", "extract", 0.2),
        task("HeavyTTSUser", "Billing", "balance", 0.1),
        task("Visitor", "", "look", 1.0),
        task("Visitor", "", "export", 0.0),
    ];
    let slow: Vec<u64> = (0..90).map(|i| 110_000 + i * 1_370).collect();
    let fast: Vec<u64> = (0..47).map(|i| 180 + i * 13).collect();
    Run::new(&[("HeavyTTSUser", 4), ("Visitor", 1)], &tasks)
        .answers("POST", "/api/synthesize", &slow)
        .fails(("POST", "/api/synthesize"), (FailureKind::Timeout, "no answer within 10s"), 2, 3)
        .fails(
            ("POST", "/api/extract"),
            (FailureKind::Status(503), "HTTP 503: queue is full"),
            3,
            1,
        )
        .fails(("GET", "/api/user"), (FailureKind::Status(401), "Token expired"), 1, 4)
        .fails(("GET", "/api/user"), (FailureKind::Connect, "Connection refused"), 5, 2)
        .tick(6)
        .answers("GET", "/api/health", &fast)
        .redirected("/old", 2)
        .fails(("GET", "/api/voices"), (FailureKind::Check, "has \"23\" voices, not 22"), 1, 8)
        .fails(("GET", "/api/voices"), (FailureKind::Protocol, "gzip body is cut off"), 1, 9)
        .fails(("GET", "/api/user"), (FailureKind::Connection, "reset by peer"), 2, 9)
        .task(0, counts(90, 2, 92, 0))
        .task(1, counts(41, 0, 41, 1))
        .task(2, counts(33, 1, 66, 0))
        .task(3, counts(12, 0, 0, 0))
        .task(4, counts(50, 0, 55, 0))
        .exception(1, "called `Option::unwrap()` on a `None` value", "src/flows/synthesis.rs:41")
        .exception(1, "called `Option::unwrap()` on a `None` value", "src/flows/synthesis.rs:41")
        .exception(4, "no voice left, \"really\"", "")
        .done(10)
}

/// Classes and tasks, but nothing has happened yet.
pub(crate) fn empty() -> Snapshot {
    Run::new(&[("Visitor", 0)], &[task("Visitor", "", "look", 1.0)]).done(0)
}
