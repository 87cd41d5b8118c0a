//! Made-up runs: everything is a function of the second.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use katydid_core::{
    FailureKind, Mark, Occasion, Outcome, Recorder, RecorderLimits, RunState, Sample, Snapshot,
    StopReason, Target,
};
use katydid_engine::{RunSettings, Session, Task, TaskResult, UserClass};
use katydid_store::{Ending, Header};
use katydid_web::{Run, Search, Stage, View};

use super::super::trends::Trends;
use crate::heading;
use crate::told::Told;

/// What is asked for each second: method, name, requests, typical milliseconds.
pub(super) const SHOP: [(&str, &str, u64, u64); 4] = [
    ("GET", "/api/articles", 40, 12),
    ("POST", "/api/login", 2, 90),
    ("POST", "/api/synthesize", 12, 180),
    ("GET", "/api/voices", 20, 6),
];

/// A run under way.
pub(super) struct MadeUp {
    pub(super) header: Header,
    pub(super) run: Run,
    pub(super) trends: Trends,
    pub(super) search: Option<Arc<Search>>,
    snapshot: Snapshot,
    recorder: Recorder,
}

async fn nothing(session: &mut Session) -> TaskResult {
    session.get("/").send().await?;
    Ok(())
}

impl MadeUp {
    /// Ten users for two minutes, with these targets.
    pub(super) fn new(targets: Vec<Target>) -> Self {
        let task = Task::new("browse", |(), session| Box::pin(nothing(session)));
        let classes = [UserClass::<()>::with_default("Reader").task(task).into()];
        let settings = RunSettings {
            host: Some("http://127.0.0.1:5000".to_owned()),
            users: 10,
            run_time: Some(Duration::from_mins(2)),
            threads: 1,
            ..RunSettings::default()
        };
        let of_run = heading::of_run(&classes, &settings);
        let (suite, scenario) = ("tts-load".to_owned(), Some("load".to_owned()));
        let header = Header { suite, scenario, targets, ..of_run };
        let mut snapshot = Snapshot::new(&header.classes, &header.tasks, 1);
        let ramp = "users from 0 to 10 at 2.00/s".to_owned();
        snapshot.mark(Mark { at: Duration::ZERO, kind: Occasion::Load, text: ramp });
        let run = Run {
            number: 1,
            header: Arc::new(header.clone()),
            folder: None,
            state: RunState::Spawning,
            paused: false,
            target_users: 10,
            spawn_rate: 2.0,
            arrival_rate: None,
            weights: Vec::new(),
            verdict: Arc::new(verdict(&header, &snapshot)),
            snapshot: Arc::new(snapshot.clone()),
            ending: None,
        };
        let recorder = Recorder::new(header.tasks.len(), RecorderLimits::default());
        Self { header, run, trends: Trends::default(), search: None, snapshot, recorder }
    }

    /// A second in which these requests were answered, of which each twentieth to a name that
    /// `fails` fails.
    pub(super) fn second(&mut self, asked: &[(&str, &str, u64, u64)], fails: &str) {
        let end = self.snapshot.elapsed + Duration::from_secs(1);
        let second = end.as_secs();
        let users = (second * 2).min(10) as u32;
        for (method, name, count, ms) in asked {
            let row = self.recorder.row(method, name, &Arc::from([]));
            for number in 0..count * u64::from(users) / 10 {
                let sample = sample(second, number, *ms);
                self.recorder.request_begins();
                if name.contains(fails) && (number + second).is_multiple_of(20) {
                    let sample = Sample { outcome: Outcome::Failure, ..sample };
                    let kind = FailureKind::Status(503);
                    self.recorder.failure(row, &sample, kind, "HTTP 503: queue is full");
                } else {
                    self.recorder.success(row, &sample);
                }
                self.recorder.request_ends();
            }
        }
        if users == 10 && second == 5 {
            let text = "the ramp is over: 10 users".to_owned();
            self.snapshot.mark(Mark { at: end, kind: Occasion::Reached, text });
            self.run.state = RunState::Running;
        }
        let mut interval = self.recorder.take(end.as_nanos() as u64, &[users], None);
        interval.planned_users = users;
        self.snapshot.absorb(0, &interval);
        self.snapshot.tick(end);
        self.show();
    }

    /// So many seconds of a shop that works.
    pub(super) fn seconds(&mut self, count: u64) {
        (0..count).for_each(|_| self.second(&SHOP, "nothing"));
    }

    /// The recorder, for what else came in the next second.
    pub(super) fn recorder(&mut self) -> &mut Recorder {
        &mut self.recorder
    }

    /// Marks this moment.
    pub(super) fn mark(&mut self, kind: Occasion, text: &str) {
        let at = self.snapshot.elapsed;
        self.snapshot.mark(Mark { at, kind, text: text.to_owned() });
        self.show();
    }

    fn show(&mut self) {
        self.run.snapshot = Arc::new(self.snapshot.clone());
        self.run.verdict = Arc::new(verdict(&self.header, &self.snapshot));
        self.trends.take(&self.view(), &self.snapshot.aggregated());
    }

    /// What can be seen of it now.
    pub(super) fn view(&self) -> View {
        let search = self.search.clone();
        View { stage: Stage::On, run: Some(self.run.clone()), search, ..View::default() }
    }
}

fn sample(second: u64, number: u64, ms: u64) -> Sample {
    // In slow waves, and not all alike.
    let wave = 1.0 + 0.5 * (second as f64 / 9.0).sin();
    let spread = 1.0 + (number * 37 % 11) as f64 / 8.0;
    let took = (ms as f64 * wave * spread * 1e6) as u64;
    let due_ns = (second - 1) * 1_000_000_000 + number * 1_000_000;
    Sample {
        due_ns,
        sent_ns: due_ns,
        first_byte_ns: due_ns + took / 2,
        last_byte_ns: due_ns + took,
        ..Sample::default()
    }
}

fn verdict(header: &Header, snapshot: &Snapshot) -> katydid_core::Verdict {
    let ending = Ending::new(SystemTime::UNIX_EPOCH, StopReason::Asked, snapshot.closing());
    let snapshot = &*snapshot.settled();
    Told { header, snapshot, ending: &ending, broken: None }.verdict()
}
