//! Runs in virtual time for the tests of schedule and mix: the executors are real, the dispatcher
//! is a script, and hours pass in milliseconds.

use std::sync::Mutex;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use katydid_core::{Snapshot, TaskInfo};
use tokio::sync::mpsc::unbounded_channel;
use tokio::task::{LocalSet, spawn_local};
use tokio::time::{Instant, sleep, sleep_until};

use super::dispatcher::Message;
use super::executor::{Assignment, Order, serve};
use super::plan::plan;
use super::settings::RunSettings;
use crate::class::Class;
use crate::session::Session;
use crate::shared::Shared;

/// Long enough for every task that is ready, far too short for a test to notice.
const MOMENT: Duration = Duration::from_millis(1);

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
    pub(crate) log: Vec<Entry>,
    /// Threads that said that all their users were gone before they were told to stop.
    pub(crate) idle: usize,
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
    let start = Instant::now();
    let mut shared = Shared::default();
    shared.insert(Log { start, entries: Mutex::default() });
    // Nothing is sent to it unless a test says otherwise.
    let host = settings.host.clone().or_else(|| Some("http://127.0.0.1:9".to_owned()));
    let settings = RunSettings { host, ..settings };
    let plan = plan(classes, shared, &settings).unwrap();
    let local = LocalSet::new();
    let (snapshot, idle) = local.run_until(script(classes, &plan, start, time)).await;
    drop(local);
    let log = plan.shared.get::<Log>().entries.lock().unwrap().clone();
    Ended { snapshot, log, idle }
}

async fn script(
    classes: &[Class],
    plan: &Assignment,
    start: Instant,
    time: Duration,
) -> (Snapshot, usize) {
    let (to, mailbox) = channel();
    let threads: Vec<_> = (0..plan.threads)
        .map(|thread| {
            let (orders, received) = unbounded_channel();
            let (assignment, to) = (Assignment { thread, ..plan.clone() }, to.clone());
            spawn_local(async move { serve(&assignment, received, &to).await });
            orders
        })
        .collect();
    let order = |make: fn(Instant) -> Order| {
        for orders in &threads {
            orders.send(make(start)).unwrap();
        }
    };
    order(Order::Go);
    sleep_until(start + time).await;
    let idle = mailbox.try_iter().filter(|message| matches!(message, Message::Idle(_))).count();
    order(|_| Order::Stop);
    sleep(MOMENT).await;
    order(|_| Order::Cut);
    sleep(MOMENT).await;
    order(|_| Order::Collect(None));
    sleep(MOMENT).await;
    let snapshot = add_up(classes, plan.threads, &mailbox, time);
    order(|_| Order::Quit);
    (snapshot, idle)
}

fn add_up(
    classes: &[Class],
    threads: usize,
    mailbox: &Receiver<Message>,
    time: Duration,
) -> Snapshot {
    let names: Vec<_> = classes.iter().map(|class| class.name().clone()).collect();
    let tasks: Vec<TaskInfo> = classes.iter().flat_map(Class::tasks).collect();
    let mut snapshot = Snapshot::new(&names, &tasks, threads);
    for message in mailbox.try_iter() {
        if let Message::Interval(thread, interval) = message {
            snapshot.absorb(thread, &interval);
        }
    }
    snapshot.tick(time);
    snapshot
}
