//! The whole run: starts the threads, collects their intervals once a second, ends it in time.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime};

use katydid_core::{Interval, RunEvent, Snapshot, StopReason, TaskInfo};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use super::control::Control;
use super::executor::{self, Assignment, Order};
use super::plan::plan;
use super::settings::{RunError, RunSettings};
use crate::class::Class;
use crate::shared::Shared;

/// The dispatcher's mailbox.
pub(crate) type Messages = Sender<Message>;

/// What the dispatcher hears.
#[derive(Debug)]
pub(crate) enum Message {
    /// What a thread measured.
    Interval(usize, Interval),
    /// Every user of a thread has ended.
    Idle(usize),
    /// A thread could not work.
    Broken(usize, String),
    /// Somebody wants a graceful stop.
    Stop,
    /// Somebody wants an end now.
    Cut,
}

/// Between two collections.
const TICK: Duration = Duration::from_secs(1);
/// How long users have for `on_stop` after their task was cut.
const ON_STOP_LIMIT: Duration = Duration::from_secs(3);
/// How long a thread may be silent before it is called blocked.
const ANSWER_LIMIT: Duration = Duration::from_secs(3);

/// A finished run.
#[derive(Debug)]
pub struct RunOutcome {
    /// Everything measured.
    pub snapshot: Snapshot,
    /// Why it ended.
    pub reason: StopReason,
    /// When it began, by the calendar.
    pub started: SystemTime,
}

/// Runs `classes` to the end and tells `observe` what happens; blocks meanwhile.
///
/// # Errors
/// When the run cannot start; nothing was sent then.
pub fn run(
    classes: &[Class],
    shared: Shared,
    settings: &RunSettings,
    control: &Control,
    observe: &mut dyn FnMut(RunEvent<'_>),
) -> Result<RunOutcome, RunError> {
    let plan = plan(classes, shared, settings)?;
    let (messages, mailbox) = channel();
    let threads = start_threads(&plan, settings.threads, &messages)?;
    control.attach(&messages);
    let names: Vec<Arc<str>> = classes.iter().map(|class| Arc::clone(class.name())).collect();
    let tasks: Vec<TaskInfo> = classes.iter().flat_map(Class::tasks).collect();
    let snapshot = Snapshot::new(&names, &tasks, settings.threads);
    let start = Instant::now();
    for thread in &threads {
        thread.order(Order::Go(start.into()));
    }
    observe(RunEvent::Started {
        users: settings.users,
        spawn_rate: settings.spawn_rate,
        run_time: settings.run_time,
        threads: settings.threads,
    });
    let mut dispatcher = Dispatcher {
        settings,
        start,
        started: SystemTime::now(),
        mailbox,
        idle: vec![false; threads.len()],
        threads,
        snapshot,
        stage: Stage::Running,
        reason: StopReason::RunTime,
        all_started: false,
        observe,
    };
    dispatcher.run(&plan.users, &names);
    Ok(RunOutcome {
        started: dispatcher.started,
        reason: dispatcher.reason,
        snapshot: dispatcher.snapshot,
    })
}

/// An executor thread as the dispatcher sees it.
struct Thread {
    handle: JoinHandle<()>,
    orders: UnboundedSender<Order>,
    /// Since when an interval is awaited.
    asked: Option<Instant>,
    /// Said once that it does not answer.
    blocked: bool,
    recycled: Option<Interval>,
}

impl Thread {
    fn order(&self, order: Order) {
        // A thread that has ended needs no order; its end is noticed by its silence.
        let _ = self.orders.send(order);
    }
}

fn start_threads(
    plan: &Assignment,
    count: usize,
    messages: &Messages,
) -> Result<Vec<Thread>, RunError> {
    (0..count)
        .map(|thread| {
            let (orders, received) = unbounded_channel();
            let assignment = Assignment { thread, ..plan.clone() };
            let to = messages.clone();
            let handle = std::thread::Builder::new()
                .name(format!("executor-{thread}"))
                .spawn(move || executor::main(&assignment, received, &to))
                .map_err(RunError::Thread)?;
            Ok(Thread { handle, orders, asked: None, blocked: false, recycled: None })
        })
        .collect()
}

/// Where the run stands.
#[derive(Clone, Copy, Debug)]
enum Stage {
    Running,
    /// Users finish their task until this moment.
    Stopping(Instant),
    /// Users run `on_stop` until this moment.
    Cut(Instant),
}

struct Dispatcher<'a> {
    settings: &'a RunSettings,
    start: Instant,
    started: SystemTime,
    mailbox: Receiver<Message>,
    threads: Vec<Thread>,
    idle: Vec<bool>,
    snapshot: Snapshot,
    stage: Stage,
    reason: StopReason,
    all_started: bool,
    observe: &'a mut dyn FnMut(RunEvent<'_>),
}

impl Dispatcher<'_> {
    fn run(&mut self, users: &[usize], names: &[Arc<str>]) {
        let last = (users.len() - 1) as f64 / self.settings.spawn_rate;
        let all_started = self.start + Duration::from_secs_f64(last);
        let mut next_tick = self.start + TICK;
        while !self.over() {
            let now = Instant::now();
            if !self.all_started && now >= all_started && matches!(self.stage, Stage::Running) {
                self.all_started = true;
                (self.observe)(RunEvent::AllUsersStarted { users: count(users, names) });
            }
            self.keep_time(now);
            if now >= next_tick {
                self.collect();
                next_tick += TICK;
                continue;
            }
            let mut wake = next_tick;
            if !self.all_started {
                wake = wake.min(all_started);
            }
            if let Some(moment) = self.next_moment() {
                wake = wake.min(moment);
            }
            self.hear(wake);
        }
        self.finish();
    }

    fn over(&self) -> bool {
        self.idle.iter().all(|idle| *idle)
            || matches!(self.stage, Stage::Cut(until) if Instant::now() >= until)
    }

    /// The next change of stage.
    fn next_moment(&self) -> Option<Instant> {
        match self.stage {
            Stage::Running => self.settings.run_time.map(|time| self.start + time),
            Stage::Stopping(until) | Stage::Cut(until) => Some(until),
        }
    }

    fn keep_time(&mut self, now: Instant) {
        let due = self.next_moment().is_some_and(|moment| now >= moment);
        match self.stage {
            Stage::Running if due => self.stop(StopReason::RunTime),
            Stage::Stopping(_) if due => self.cut(),
            _ => {}
        }
    }

    fn stop(&mut self, reason: StopReason) {
        if !matches!(self.stage, Stage::Running) {
            return;
        }
        self.reason = reason;
        (self.observe)(RunEvent::Stopping(reason));
        self.stage = Stage::Stopping(Instant::now() + self.settings.stop_timeout);
        self.threads.iter().for_each(|thread| thread.order(Order::Stop));
        if self.settings.stop_timeout.is_zero() {
            self.cut();
        }
    }

    fn cut(&mut self) {
        if let Stage::Cut(_) = self.stage {
            return;
        }
        self.stage = Stage::Cut(Instant::now() + ON_STOP_LIMIT);
        self.threads.iter().for_each(|thread| thread.order(Order::Cut));
    }

    /// Asks every thread that is not still answering for its interval.
    fn collect(&mut self) {
        let now = Instant::now();
        let mut partial = false;
        for (index, thread) in self.threads.iter_mut().enumerate() {
            match thread.asked {
                None => {
                    thread.asked = Some(now);
                    let recycled = thread.recycled.take();
                    thread.order(Order::Collect(recycled));
                }
                Some(since) if now - since > ANSWER_LIMIT && !thread.blocked => {
                    thread.blocked = true;
                    (self.observe)(RunEvent::Warning(blocked(index, now - since)));
                }
                Some(_) => {}
            }
            partial |= thread.blocked;
        }
        if partial {
            // The others go on; their numbers must not wait for the blocked one.
            self.tick();
        }
    }

    /// Waits for one message, at most until `until`.
    fn hear(&mut self, until: Instant) {
        let patience = until.saturating_duration_since(Instant::now());
        match self.mailbox.recv_timeout(patience) {
            Ok(message) => self.receive(message),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => self.idle.fill(true),
        }
    }

    fn receive(&mut self, message: Message) {
        match message {
            Message::Interval(thread, interval) => self.absorb(thread, interval),
            Message::Idle(thread) => {
                self.idle[thread] = true;
                if matches!(self.stage, Stage::Running) && self.idle.iter().all(|idle| *idle) {
                    self.stop(StopReason::NoUsersLeft);
                }
            }
            Message::Broken(thread, text) => {
                self.threads[thread].asked = None;
                (self.observe)(RunEvent::Warning(text));
                self.idle.fill(true);
            }
            Message::Stop => self.stop(StopReason::Interrupted),
            Message::Cut => {
                self.stop(StopReason::Interrupted);
                self.cut();
            }
        }
    }

    fn absorb(&mut self, index: usize, interval: Interval) {
        self.snapshot.absorb(index, &interval);
        let thread = &mut self.threads[index];
        let took = thread.asked.map_or(Duration::ZERO, |since| since.elapsed());
        if took > ANSWER_LIMIT && !thread.blocked {
            // It came back before anybody looked, at the end of the run for instance.
            (self.observe)(RunEvent::Warning(blocked(index, took)));
        }
        (thread.asked, thread.blocked) = (None, false);
        thread.recycled = Some(interval);
        if self.threads.iter().all(|thread| thread.asked.is_none()) {
            self.tick();
        }
    }

    fn tick(&mut self) {
        self.snapshot.tick(self.start.elapsed());
        (self.observe)(RunEvent::Tick(&self.snapshot));
    }

    /// Collects the last intervals and ends the threads.
    fn finish(&mut self) {
        let until = Instant::now() + ANSWER_LIMIT;
        self.await_answers(until);
        let answers = |thread: &&mut Thread| thread.asked.is_none() && !thread.orders.is_closed();
        for thread in self.threads.iter_mut().filter(answers) {
            thread.asked = Some(Instant::now());
            let recycled = thread.recycled.take();
            thread.order(Order::Collect(recycled));
        }
        self.await_answers(until);
        if self.threads.iter().any(|thread| thread.asked.is_some()) {
            // What the others measured must be seen without the one that does not answer.
            self.tick();
        }
        let cut = self.tasks_cut();
        if cut > 0 {
            let after = self.settings.stop_timeout;
            (self.observe)(RunEvent::UsersCut { users: cut, after });
        }
        for (index, thread) in std::mem::take(&mut self.threads).into_iter().enumerate() {
            thread.order(Order::Quit);
            if thread.asked.is_none() {
                // It answers or has ended; a panic in it has been counted where it happened.
                let _ = thread.handle.join();
            } else {
                let text = format!(
                    "executor thread {index} is blocked by the suite's own code; \
                     what it measured last is lost"
                );
                (self.observe)(RunEvent::Warning(text));
            }
        }
    }

    fn await_answers(&mut self, until: Instant) {
        while self.threads.iter().any(|thread| thread.asked.is_some()) && Instant::now() < until {
            self.hear(until);
        }
    }

    /// Tasks that the end of the run cut.
    fn tasks_cut(&self) -> u32 {
        self.snapshot.tasks().iter().map(|row| row.counts.cut).sum::<u64>() as u32
    }
}

fn blocked(thread: usize, silent: Duration) -> String {
    format!(
        "executor thread {thread} has not answered for {} s: a task blocks it (a blocking call, an \
         endless loop); its users stand still",
        silent.as_secs()
    )
}

/// Users per class.
fn count(users: &[usize], names: &[Arc<str>]) -> Vec<(Arc<str>, u32)> {
    let of = |class: usize| users.iter().filter(|user| **user == class).count() as u32;
    names.iter().enumerate().map(|(class, name)| (Arc::clone(name), of(class))).collect()
}
