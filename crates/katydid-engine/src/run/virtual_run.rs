//! Runs in virtual time for the tests of schedule, mix and steering: dispatcher and executors are
//! the real ones, on one thread, and hours pass in milliseconds.

use std::sync::Mutex;
use std::time::Duration;

use katydid_core::{RunEvent, RunState, Snapshot, StopReason};
use tokio::sync::mpsc::unbounded_channel;
use tokio::task::LocalSet;
use tokio::time::Instant;

use super::control::Control;
use super::dispatcher::{Thread, conduct};
use super::executor::{Assignment, serve};
use super::plan::plan;
use super::settings::RunSettings;
use super::vitals::Watch;
use crate::class::Class;
use crate::session::Session;
use crate::shared::Shared;

/// One line that a user wrote.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry {
    pub(crate) user: u32,
    /// Since the start of the run.
    pub(crate) at: Duration,
    pub(crate) what: String,
}

/// What the users wrote, in order.
pub(crate) struct Log {
    start: Instant,
    entries: Mutex<Vec<Entry>>,
}

impl Log {
    pub(crate) fn add(&self, user: u32, what: impl Into<String>) {
        let entry = Entry { user, at: self.start.elapsed(), what: what.into() };
        self.entries.lock().unwrap().push(entry);
    }
}

/// Writes a line from within a task.
pub(crate) fn log(session: &Session, what: impl Into<String>) {
    session.shared::<Log>().add(session.user_index(), what);
}

/// How a virtual run ended.
pub(crate) struct Ended {
    pub(crate) snapshot: Snapshot,
    pub(crate) reason: StopReason,
    pub(crate) log: Vec<Entry>,
    /// What the dispatcher told, but for ticks, as debug texts with their time in ms.
    pub(crate) events: Vec<(u128, String)>,
    /// (ms, planned users, users) of every tick before the end.
    pub(crate) ticks: Vec<(u128, u32, u32)>,
}

impl Ended {
    /// The lines of one user.
    pub(crate) fn of_user(&self, user: u32) -> Vec<&Entry> {
        self.log.iter().filter(|entry| entry.user == user).collect()
    }

    /// When each line with this text was written, in milliseconds.
    pub(crate) fn times_ms(&self, what: &str) -> Vec<u128> {
        let lines = self.log.iter().filter(|entry| entry.what == what);
        lines.map(|entry| entry.at.as_millis()).collect()
    }

    /// (task, executions) for every task of the run.
    pub(crate) fn executions(&self) -> Vec<(String, u64)> {
        let tasks = self.snapshot.tasks().iter();
        tasks.map(|row| (row.info.path(), row.counts.executions)).collect()
    }
}

/// Runs `classes` for `time`, then cuts them. Wants a runtime whose clock is paused.
pub(crate) async fn run_for(classes: &[Class], settings: RunSettings, time: Duration) -> Ended {
    run_steered(classes, RunSettings { run_time: Some(time), ..settings }, async |_| {}).await
}

/// Runs `classes` to the end while `steer` does what it likes with the run.
pub(crate) async fn run_steered(
    classes: &[Class],
    settings: RunSettings,
    steer: impl AsyncFnOnce(Control),
) -> Ended {
    let start = Instant::now();
    let mut shared = Shared::default();
    shared.insert(Log { start, entries: Mutex::default() });
    // Nothing is sent to it unless a test says otherwise.
    let host = settings.host.clone().or_else(|| Some("http://127.0.0.1:9".to_owned()));
    let settings = RunSettings { host, ..settings };
    let plan = plan(classes, shared, &settings).unwrap();
    let control = Control::new();
    let (messages, mailbox) = unbounded_channel();
    control.attach(&messages, classes, settings.arrivals.is_some());
    let (mut events, mut ticks) = (Vec::new(), Vec::new());
    let mut observe = |event: RunEvent<'_>| {
        let now = start.elapsed().as_millis();
        match event {
            RunEvent::Tick(snapshot) if control.state() != RunState::Stopping => {
                ticks.push((now, snapshot.planned_users, snapshot.user_count()));
            }
            RunEvent::Tick(_) | RunEvent::Ended { .. } => {}
            other => events.push((now, format!("{other:?}"))),
        }
    };
    let local = LocalSet::new();
    let threads = (0..plan.threads).map(|thread| {
        let (orders, received) = unbounded_channel();
        let (assignment, to) =
            (Assignment { thread, pulse: false, ..plan.clone() }, messages.clone());
        local.spawn_local(async move { serve(&assignment, received, &to).await });
        Thread::new(orders)
    });
    let threads = threads.collect();
    let (ended, ()) = local
        .run_until(async {
            let (watch, observe) = (Watch::resting(), &mut observe);
            let run = conduct(classes, &settings, &control, threads, mailbox, watch, observe);
            tokio::join!(Box::pin(run), steer(control.clone()))
        })
        .await;
    drop(local);
    let log = plan.shared.get::<Log>().entries.lock().unwrap().clone();
    Ended { snapshot: ended.snapshot, reason: ended.reason, log, events, ticks }
}
