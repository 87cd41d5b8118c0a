//! A suite and a director that make up a run: for the demo and for the tests.
//!
//! Everything is a function of the second and the number of users, so it can be looked at twice. Time
//! passes when [`Conductor::second`] is called and not otherwise.
#![allow(dead_code, reason = "each test uses a part of it")]

mod numbers;
mod offer;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use katydid_core::{
    Mark, Occasion, RunEvent, RunFacts, RunState, Snapshot, StopReason, Target, judge,
};
use katydid_store::{Ending, Header, Load, Outcome, Place, Saver};
use katydid_web::{
    Board, Change, Director, Finding, LogLine, Order, Refusal, Run, Severity, Stage,
};

use numbers::Numbers;
pub(crate) use offer::suite;

/// Lines of the log that are kept.
const MOST_LINES: usize = 500;

/// When made-up runs begin: 2026-11-23, 02:38:35 UTC.
pub(crate) const STARTED: Duration = Duration::from_secs(1_795_401_515);

/// What is wanted of a run.
#[derive(Clone, Debug)]
pub(crate) struct Wish {
    pub(crate) users: u32,
    pub(crate) spawn_rate: f64,
    pub(crate) host: String,
    pub(crate) run_time: Option<Duration>,
    pub(crate) label: Option<String>,
    pub(crate) scenario: Option<String>,
    /// Names beside the three of the suite.
    pub(crate) more_names: u32,
}

impl Default for Wish {
    fn default() -> Self {
        Self {
            users: 10,
            spawn_rate: 2.0,
            host: "http://localhost:5000".to_owned(),
            run_time: None,
            label: None,
            scenario: None,
            more_names: 0,
        }
    }
}

/// Conducts made-up runs.
pub(crate) struct Conductor {
    board: Board,
    inside: Mutex<Inside>,
}

#[derive(Default)]
struct Inside {
    run: Option<OneRun>,
    runs: u64,
    log: Vec<LogLine>,
    orders: Vec<Order>,
    changes: Vec<Change>,
}

struct OneRun {
    header: Arc<Header>,
    snapshot: Snapshot,
    numbers: Numbers,
    users: f64,
    target: u32,
    spawn_rate: f64,
    paused: bool,
    weights: Vec<(Arc<str>, u32)>,
    run_time: Option<Duration>,
    state: RunState,
}

impl Conductor {
    pub(crate) fn new(board: Board) -> Self {
        let conductor = Self { board, inside: Mutex::default() };
        conductor.say("INFO/katydid.main: Starting Katydid 0.1.0");
        conductor
    }

    /// The orders that came, for tests.
    pub(crate) fn orders(&self) -> Vec<Order> {
        self.inside().orders.clone()
    }

    /// The changes that came, for tests.
    pub(crate) fn changes(&self) -> Vec<Change> {
        self.inside().changes.clone()
    }

    /// Begins a run.
    pub(crate) fn begin(&self, wish: &Wish) {
        let mut inside = self.inside();
        inside.runs += 1;
        let header = Arc::new(header(wish));
        let classes = offer::classes();
        let mut snapshot = Snapshot::new(&header.classes, &header.tasks, 1);
        let text = format!("users from 0 to {} at {:.2}/s", wish.users, wish.spawn_rate);
        snapshot.mark(Mark { at: Duration::ZERO, kind: Occasion::Load, text });
        let run = OneRun {
            numbers: Numbers::new(header.tasks.len(), wish.more_names),
            header,
            snapshot,
            users: 0.0,
            target: wish.users,
            spawn_rate: wish.spawn_rate,
            paused: false,
            weights: classes.iter().map(|it| (Arc::from(it.name.as_str()), it.weight)).collect(),
            run_time: wish.run_time,
            state: RunState::Spawning,
        };
        let number = inside.runs;
        self.put(&run, number, Stage::On, None);
        inside.run = Some(run);
        drop(inside);
        self.say(&format!(
            "INFO/katydid.main: Ramping to {} users at a rate of {:.2} per second",
            wish.users, wish.spawn_rate
        ));
    }

    /// A second passes.
    pub(crate) fn second(&self) {
        let mut inside = self.inside();
        let number = inside.runs;
        let Some(run) = inside.run.as_mut().filter(|run| run.state != RunState::Stopped) else {
            return;
        };
        run.pass();
        if run.run_time.is_some_and(|limit| run.snapshot.elapsed >= limit) {
            run.state = RunState::Stopping;
        }
        if run.state == RunState::Stopping {
            let reason = match run.run_time {
                Some(limit) if run.snapshot.elapsed >= limit => StopReason::RunTime,
                _ => StopReason::Interrupted,
            };
            run.end();
            self.put(run, number, Stage::Over, Some(reason));
        } else {
            self.put(run, number, Stage::On, None);
        }
    }

    /// Seconds pass.
    pub(crate) fn seconds(&self, count: u32) {
        (0..count).for_each(|_| self.second());
    }

    /// Adds a line to the log.
    pub(crate) fn say(&self, text: &str) {
        let mut inside = self.inside();
        let number = inside.log.last().map_or(1, |line| line.number + 1);
        let text = format!("[2026-11-23 02:38:35,000] host/{text}");
        inside.log.push(LogLine { number, text });
        let beyond = inside.log.len().saturating_sub(MOST_LINES);
        inside.log.drain(..beyond);
    }

    fn put(&self, run: &OneRun, number: u64, stage: Stage, reason: Option<StopReason>) {
        let facts =
            RunFacts { interrupted: reason == Some(StopReason::Interrupted), failed_code: 1 };
        let header = &run.header;
        let verdict = judge(&run.snapshot, &header.targets, &header.expectations, facts);
        let ending = reason
            .map(|reason| Arc::new(Ending::new(header.started, reason, run.snapshot.closing())));
        let shown = Run {
            number,
            header: Arc::clone(header),
            folder: Some(PathBuf::from("load_test_runs/2026-11-23-0238-made-up")),
            state: run.state,
            paused: run.paused,
            target_users: run.target,
            spawn_rate: run.spawn_rate,
            arrival_rate: None,
            weights: run.weights.clone(),
            snapshot: Arc::new(run.snapshot.clone()),
            verdict: Arc::new(verdict),
            ending,
        };
        self.board.put(|view| {
            view.stage = stage;
            view.fault = None;
            view.run = Some(shown);
        });
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl OneRun {
    fn pass(&mut self) {
        let elapsed = self.snapshot.elapsed + Duration::from_secs(1);
        let target = f64::from(self.target);
        if (self.users - target).abs() > 0.5 {
            let step = self.spawn_rate.min((self.users - target).abs());
            self.users += if self.users < target { step } else { -step };
        }
        if self.state != RunState::Stopping {
            let there = (self.users - target).abs() <= 0.5;
            self.state = if there { RunState::Running } else { RunState::Spawning };
        }
        let users = self.users.round() as u32;
        let interval = self.numbers.second(elapsed, users, self.target, self.paused);
        self.snapshot.absorb(0, &interval);
        self.snapshot.tick(elapsed);
    }

    fn end(&mut self) {
        self.state = RunState::Stopped;
        let text = "stopped by hand".to_owned();
        self.snapshot.mark(Mark { at: self.snapshot.elapsed, kind: Occasion::End, text });
    }

    fn mark(&mut self, text: String) {
        self.snapshot.mark(Mark { at: self.snapshot.elapsed, kind: Occasion::Steered, text });
    }
}

impl Director for Conductor {
    fn start(&self, order: Order) -> Result<(), Refusal> {
        let on = |run: &OneRun| run.state != RunState::Stopped;
        if self.inside().run.as_ref().is_some_and(on) {
            return Err(Refusal::Conflict("a run is on; stop it first".to_owned()));
        }
        let wish = wish(&order)?;
        self.inside().orders.push(order);
        self.begin(&wish);
        Ok(())
    }

    fn look(&self, order: Order) -> Result<Vec<Finding>, Refusal> {
        let wish = wish(&order)?;
        let finding =
            |what: &str, severity, text: String| Finding { what: what.to_owned(), severity, text };
        Ok(vec![
            finding("target", Severity::Good, format!("{} answers in 2 ms", wish.host)),
            finding("accounts", Severity::Unknown, "nobody gave an account file".to_owned()),
        ])
    }

    fn change(&self, change: Change) -> Result<(), Refusal> {
        let mut inside = self.inside();
        inside.changes.push(change.clone());
        let on = |run: &&mut OneRun| run.state != RunState::Stopped;
        let Some(run) = inside.run.as_mut().filter(on) else {
            return Err(Refusal::Conflict("no run is on".to_owned()));
        };
        match change {
            Change::Users { users, spawn_rate } => {
                run.mark(format!("users from {} to {users} at {spawn_rate:.2}/s", run.target));
                (run.target, run.spawn_rate) = (users, spawn_rate);
            }
            Change::ArrivalRate(_) => {
                let text = "a rate of arrivals belongs to the open model".to_owned();
                return Err(Refusal::Wrong { field: Some("arrival-rate".to_owned()), text });
            }
            Change::Weight { class, weight } => {
                let known = run.weights.iter_mut().find(|(name, _)| **name == *class);
                let Some(known) = known else {
                    let text = format!("there is no user class `{class}`");
                    return Err(Refusal::Wrong { field: Some("classes".to_owned()), text });
                };
                known.1 = weight;
                run.mark(format!("{class} weighs {weight}"));
            }
            Change::Pause => {
                run.paused = true;
                run.mark("paused".to_owned());
            }
            Change::Resume => {
                run.paused = false;
                run.mark("resumed".to_owned());
            }
            Change::Mark(text) => run.mark(text),
            Change::ResetStats => run.snapshot.reset(run.snapshot.elapsed),
            Change::Stop | Change::Cut => run.state = RunState::Stopping,
        }
        Ok(())
    }

    fn log_after(&self, number: u64) -> Vec<LogLine> {
        self.inside().log.iter().filter(|line| line.number > number).cloned().collect()
    }

    fn report(&self, run: &Run) -> Vec<u8> {
        katydid_report::html::page(&katydid_report::html::Page {
            suite: &run.header.suite,
            snapshot: &run.snapshot,
            verdict: &run.verdict,
            started: run.header.started,
            host: &run.header.host,
            scenario: run.header.scenario.as_deref(),
            settings: &run.header.settings,
            diagnosis: &[],
            advice: &katydid_core::Warnings::default(),
            warnings: &[],
            command: &run.header.command,
            versions: &[],
        })
    }
}

/// Reads the few options that matter here, as strictly as the real ones are read.
fn wish(order: &Order) -> Result<Wish, Refusal> {
    let wrong = |field: &str, text: String| Refusal::Wrong { field: Some(field.to_owned()), text };
    let mut wish = Wish::default();
    for (name, words) in &order.options {
        let word = words.first().map(String::as_str).unwrap_or_default();
        let number = || format!("--{name} `{word}` is no number");
        match name.as_str() {
            "users" => wish.users = word.parse().map_err(|_| wrong(name, number()))?,
            "spawn-rate" => wish.spawn_rate = word.parse().map_err(|_| wrong(name, number()))?,
            "host" => word.clone_into(&mut wish.host),
            "run-time" if word.is_empty() => {}
            "run-time" => {
                let time = katydid_core::parse_span(word);
                wish.run_time = Some(time.map_err(|fault| wrong(name, fault.to_string()))?);
            }
            "profile" => wish.label = Some(word.to_owned()),
            "scenario" => wish.scenario = Some(word.to_owned()),
            "basket" | "tags" | "exclude-tags" | "config-users" => {}
            _ => {
                let known = ["users", "spawn-rate", "host", "run-time", "profile", "scenario"];
                let hint = katydid_core::or_nearest(name, known);
                return Err(wrong(name, format!("--{name} is unknown; {hint}")));
            }
        }
    }
    if wish.host.contains("production") && !order.confirmed {
        let text = format!("{} is guarded: load it all the same?", wish.host);
        return Err(Refusal::Confirm(text));
    }
    Ok(wish)
}

fn header(wish: &Wish) -> Header {
    let suite = offer::suite();
    let Wish { users, spawn_rate, .. } = wish;
    Header {
        katydid: suite.version,
        suite: suite.name,
        scenario: wish.scenario.clone(),
        label: wish.label.clone(),
        started: UNIX_EPOCH + STARTED,
        host: wish.host.clone(),
        load: Load {
            text: format!("{users} users at {spawn_rate:.2} per second"),
            users: *users,
            spawn_rate: *spawn_rate,
            run_time: wish.run_time,
            open: false,
        },
        command: format!("made-up --users={users} --spawn-rate={spawn_rate}"),
        place: Place {
            machine: "host".to_owned(),
            system: "linux".to_owned(),
            processor: "x86_64".to_owned(),
            cores: 2,
        },
        threads: 1,
        seed: 7,
        classes: suite.classes.iter().map(|class| Arc::from(class.name.as_str())).collect(),
        tasks: suite.classes.into_iter().flat_map(|class| class.tasks).collect(),
        phases: Vec::new(),
        targets: targets(),
        expectations: Vec::new(),
        failed_code: 1,
        strict: false,
        settings: vec![["users".to_owned(), users.to_string(), "page".to_owned()]],
    }
}

fn targets() -> Vec<Target> {
    ["p95 < 500ms", "success > 99%"].iter().filter_map(|rule| rule.parse().ok()).collect()
}

/// Words by option, for tests.
pub(crate) fn options(all: &[(&str, &str)]) -> BTreeMap<String, Vec<String>> {
    all.iter().map(|(name, word)| ((*name).to_owned(), vec![(*word).to_owned()])).collect()
}

/// The time of day at which made-up runs begin.
pub(crate) fn started() -> SystemTime {
    UNIX_EPOCH + STARTED
}

/// Saves a made-up run of ten users and so many seconds; without its end if it is torn.
pub(crate) fn save(path: &Path, seconds: u64, torn: bool) {
    let header = header(&Wish::default());
    let mut snapshot = Snapshot::new(&header.classes, &header.tasks, 1);
    let mut numbers = Numbers::new(header.tasks.len(), 0);
    let mut saver = Saver::create(path, header.clone()).expect("a file can be made");
    for second in 1..=seconds {
        let at = Duration::from_secs(second);
        let interval = numbers.second(at, 10, 10, false);
        saver.event(&RunEvent::Measured { thread: 0, interval: &interval });
        snapshot.absorb(0, &interval);
        saver.event(&RunEvent::StepEnded { at });
        snapshot.tick(at);
        saver.event(&RunEvent::Tick(&snapshot));
    }
    if torn {
        return;
    }
    let mut ending = Ending::new(header.started, StopReason::RunTime, snapshot.closing());
    ending.result = Outcome {
        run: "VALID".to_owned(),
        verdict: "PASS".to_owned(),
        elapsed: snapshot.elapsed,
        requests: snapshot.requests(),
        failed: snapshot.failed(),
        ..Outcome::default()
    };
    saver.finish(ending).expect("the file is whole");
}
