//! The run from its first moment to its last: ramps, ticks, the end.

use std::sync::Arc;
use std::time::Duration;

use katydid_core::{
    ArrivalRate, Mark, Occasion, RunEvent, RunState, Snapshot, Stage, StopReason, TaskInfo,
    counted, format_span,
};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::{Instant, timeout_at};

use super::borders::Borders;
use super::limits::pools;
use super::message::{Message, Steer};
use super::pool::Pool;
use super::programme::{Programme, Wish};
use super::steering::{LEAD, Steering};
use super::threads::Thread;
use super::window::Opening;
use crate::class::Class;
use crate::run::control::Control;
use crate::run::executor::Order;
use crate::run::quota::Limit;
use crate::run::settings::RunSettings;
use crate::run::vitals::Watch;

/// Between two collections.
const TICK: Duration = Duration::from_secs(1);
/// How long users have for `on_stop` after their task was cut.
const ON_STOP_LIMIT: Duration = Duration::from_secs(3);
/// Users per second when users are added or removed by a number, as by Locust's keys.
const KEY_RATE: f64 = 100.0;

/// What is left of a run.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) snapshot: Snapshot,
    pub(crate) reason: StopReason,
    /// Which threads still answer, so that their end can be awaited.
    pub(crate) answering: Vec<bool>,
}

/// Leads `threads` through a run.
pub(crate) async fn conduct(
    classes: &[Class],
    settings: &RunSettings,
    control: &Control,
    threads: Vec<Thread>,
    mailbox: UnboundedReceiver<Message>,
    watch: Watch,
    observe: &mut dyn FnMut(RunEvent<'_>),
) -> Ended {
    let names: Vec<Arc<str>> = classes.iter().map(|class| Arc::clone(class.name())).collect();
    let tasks: Vec<TaskInfo> = classes.iter().flat_map(Class::tasks).collect();
    let shares = classes.iter().map(Class::shares).collect();
    let mut snapshot = Snapshot::new(&names, &tasks, threads.len());
    let phases = settings.phases();
    let borders = Borders::of(&phases);
    snapshot.plan_phases(phases);
    let dispatcher = Dispatcher {
        snapshot,
        borders,
        steering: Steering::new(names, shares, threads.len()),
        programme: settings.shape.clone().map(Programme::new),
        pools: pools(settings, threads.len()),
        settings,
        control,
        start: Instant::now(),
        mailbox,
        threads,
        target: 0,
        shape_end: None,
        phase: Phase::Running,
        standby: (None, Duration::ZERO),
        rate: settings.arrivals.as_ref().map(|arrivals| Arc::clone(&arrivals.rate)),
        reason: StopReason::RunTime,
        opening: Opening::of(settings.window),
        resets: 0,
        watch,
        observe,
    };
    dispatcher.run().await
}

/// Where the run stands.
#[derive(Clone, Copy, Debug)]
enum Phase {
    Running,
    /// Users finish their task until this moment.
    Stopping(Instant),
    /// Users run `on_stop` until this moment.
    Cut(Instant),
}

pub(super) struct Dispatcher<'a> {
    pub(super) settings: &'a RunSettings,
    pub(super) control: &'a Control,
    pub(super) start: Instant,
    mailbox: UnboundedReceiver<Message>,
    pub(super) threads: Vec<Thread>,
    pub(super) snapshot: Snapshot,
    pub(super) borders: Borders,
    pub(super) steering: Steering,
    /// The users that the last ramp leads to.
    target: u32,
    programme: Option<Programme>,
    /// When the shape wants the end.
    shape_end: Option<Duration>,
    pub(super) pools: Vec<(Limit, Pool)>,
    phase: Phase,
    /// Since when the run is paused, and for how long it was before.
    pub(super) standby: (Option<Duration>, Duration),
    /// The arrivals, as they were changed by hand.
    pub(super) rate: Option<Arc<ArrivalRate>>,
    pub(super) reason: StopReason,
    pub(super) opening: Opening,
    pub(super) resets: u32,
    pub(super) watch: Watch,
    pub(super) observe: &'a mut dyn FnMut(RunEvent<'_>),
}

impl Dispatcher<'_> {
    async fn run(mut self) -> Ended {
        self.begin();
        let mut next_tick = self.start + TICK;
        while !self.over() {
            let now = Instant::now();
            self.keep_time(now);
            self.lose_patience(now);
            self.follow_programme(now);
            if self.borders.reached(now - self.start) {
                self.collect();
                continue;
            }
            if now >= next_tick {
                self.borders.told();
                self.collect();
                next_tick += TICK;
                continue;
            }
            let pulse = self.start + self.watch.due();
            let border = self.borders.next().map(|border| self.start + border);
            let moments = [
                self.next_moment(),
                self.next_question(),
                self.opening.next().filter(|_| self.running()),
                border,
                Some(pulse),
            ];
            let wake = moments.into_iter().flatten().fold(next_tick, Instant::min);
            self.hear(wake).await;
        }
        self.finish().await
    }

    /// Tells of an event, and marks it in the time line of the run.
    pub(super) fn tell(&mut self, event: RunEvent<'_>) {
        if let Some(mark) = Mark::of(&event, self.start.elapsed()) {
            self.snapshot.mark(mark);
        }
        (self.observe)(event);
    }

    fn steered(&mut self, text: String) {
        let at = self.start.elapsed();
        self.snapshot.mark(Mark { at, kind: Occasion::Steered, text });
    }

    /// Somebody changes the load.
    fn changed(&mut self, text: String) {
        self.snapshot.steered += u32::from(self.running());
        self.steered(text);
    }

    fn begin(&mut self) {
        self.threads.iter().for_each(|thread| thread.order(Order::Go(self.start)));
        if let Some(arrivals) = &self.settings.arrivals {
            return self.open(arrivals);
        }
        let plain = Wish::New(Stage::new(self.settings.users, self.settings.spawn_rate));
        let wish = self.programme.as_mut().map_or(plain, |shape| shape.ask(Duration::ZERO, 0));
        let (users, spawn_rate) = match &wish {
            Wish::New(stage) => (stage.users, stage.spawn_rate),
            _ => (0, 0.0),
        };
        self.tell(RunEvent::Started {
            users,
            spawn_rate,
            run_time: self.settings.run_time,
            threads: self.threads.len(),
        });
        self.fulfil(Duration::ZERO, wish);
    }

    fn over(&self) -> bool {
        self.threads.iter().all(|thread| thread.idle)
            || matches!(self.phase, Phase::Cut(until) if Instant::now() >= until)
    }

    pub(super) fn running(&self) -> bool {
        matches!(self.phase, Phase::Running)
    }

    /// The next change of phase.
    fn next_moment(&self) -> Option<Instant> {
        match self.phase {
            Phase::Running => {
                let ends = [self.settings.end(), self.shape_end, self.opening.end()];
                ends.into_iter().flatten().min().map(|end| self.start + end)
            }
            Phase::Stopping(until) | Phase::Cut(until) => Some(until),
        }
    }

    fn keep_time(&mut self, now: Instant) {
        let due = self.next_moment().is_some_and(|moment| now >= moment);
        match self.phase {
            Phase::Running if due => {
                let shape = self.shape_end.is_some_and(|end| now >= self.start + end);
                self.stop(if shape { StopReason::Shape } else { StopReason::RunTime });
            }
            Phase::Stopping(_) if due => self.cut(),
            _ => {}
        }
    }

    /// When the shape has to be asked: early enough for a ramp that starts in time.
    fn next_question(&self) -> Option<Instant> {
        let next = self.programme.as_ref().filter(|_| self.running())?.next()?;
        Some(self.start + next.saturating_sub(LEAD))
    }

    fn follow_programme(&mut self, now: Instant) {
        if self.next_question().is_some_and(|moment| now >= moment)
            && let Some(shape) = &mut self.programme
            && let Some(at) = shape.next()
        {
            let wish = shape.ask(at, self.steering.planned(at));
            self.fulfil(at, wish);
        }
    }

    fn fulfil(&mut self, at: Duration, wish: Wish) {
        match wish {
            Wish::Same => {}
            Wish::New(stage) => {
                for text in self.ramp(at, &stage) {
                    self.snapshot.note_unmet(text);
                }
            }
            Wish::Over => self.shape_end = Some(at),
        }
    }

    /// Begins a ramp at `start`. What of it cannot be is told, and is the answer.
    fn ramp(&mut self, start: Duration, stage: &Stage) -> Vec<String> {
        if !self.running() {
            return Vec::new();
        }
        let most = self.settings.most_users;
        if stage.users > most {
            let users = stage.users;
            let text = format!("{users} users are too many: this machine has room for {most}");
            self.tell(RunEvent::Warning(text.clone()));
            return vec![text];
        }
        let planned = match self.steering.lead(start, stage) {
            Ok(planned) => planned,
            Err(fault) => {
                self.tell(RunEvent::Warning(fault.clone()));
                return vec![fault];
            }
        };
        for (thread, part) in self.threads.iter().zip(planned.parts) {
            thread.order(Order::Ramp(part));
        }
        self.target = planned.to;
        self.control.note(RunState::Spawning, self.target);
        let (from, to, spawn_rate) = (planned.from, planned.to, planned.spawn_rate);
        self.tell(RunEvent::RampBegun { from, to, spawn_rate });
        for text in &planned.warnings {
            self.tell(RunEvent::Warning(text.clone()));
        }
        planned.warnings
    }

    /// Every thread has carried out its part of the ramp.
    fn ramp_done(&mut self) {
        self.control.note(RunState::Running, self.target);
        let users = self.steering.users_by_class();
        self.tell(RunEvent::AllUsersStarted { users });
        self.settle();
        self.look_for_anybody();
    }

    /// Without anybody left to do anything, and nobody to come, the run is over.
    fn look_for_anybody(&mut self) {
        let nobody = self.steering.users() == 0 && !self.steering.spawning();
        if nobody && self.target > 0 && self.programme.is_none() && self.running() {
            let (now, end) = (self.start.elapsed(), self.settings.end());
            if let Some(end) = end.filter(|end| now < *end && !self.settings.until_done) {
                let (now, end) = (now.as_secs_f64(), format_span(end));
                let text = format!("every user had stopped by itself after {now:.1} s of {end}");
                self.snapshot.note_unmet(text);
            }
            self.stop(StopReason::NoUsersLeft);
        }
    }

    /// The statistics begin anew. What threads measured before is known by their count of resets,
    /// and forgotten when it comes.
    pub(super) fn reset(&mut self) {
        self.resets += 1;
        self.threads.iter().for_each(|thread| thread.order(Order::Reset));
        let at = self.start.elapsed();
        self.snapshot.reset(at);
        self.watch.reset();
        self.tell(RunEvent::StatsReset { at });
    }

    pub(super) fn stop(&mut self, reason: StopReason) {
        if !self.running() {
            return;
        }
        self.reason = reason;
        self.end_pause();
        self.control.note(RunState::Stopping, 0);
        self.tell(RunEvent::Stopping(reason));
        self.close_window();
        let patience = self.settings.patience();
        self.phase = Phase::Stopping(Instant::now() + patience);
        self.threads.iter().for_each(|thread| thread.order(Order::Stop));
        if patience.is_zero() {
            self.cut();
        }
    }

    pub(super) fn cut(&mut self) {
        if let Phase::Cut(_) = self.phase {
            return;
        }
        self.phase = Phase::Cut(Instant::now() + ON_STOP_LIMIT);
        self.threads.iter().for_each(|thread| thread.order(Order::Cut));
    }

    /// Waits for one message, at most until `until`.
    pub(super) async fn hear(&mut self, until: Instant) {
        let heard = timeout_at(until, self.mailbox.recv()).await;
        self.watch.look(self.start.elapsed());
        match heard {
            Ok(Some(message)) => self.receive(message),
            Ok(None) => self.threads.iter_mut().for_each(|thread| thread.idle = true),
            Err(_) => {}
        }
    }

    fn receive(&mut self, message: Message) {
        match message {
            Message::Report(thread, report) => self.absorb(thread, report),
            Message::Ramped(thread, ramp) => {
                if self.steering.ramped(thread, ramp) && self.running() {
                    self.ramp_done();
                }
            }
            Message::Settled(thread) => self.settled(thread),
            Message::Left(index) => {
                self.steering.left(index);
                self.look_for_anybody();
            }
            Message::Hungry(thread, limit) => self.feed(thread, limit),
            Message::Returned(limit, count) => self.returned(limit, count),
            Message::Spent(thread, limit, done) => self.spent(thread, limit, done),
            Message::Idle(thread) => self.threads[thread].idle = true,
            Message::Broken(thread, text) => {
                self.threads[thread].give_up();
                self.tell(RunEvent::Warning(text));
                self.threads.iter_mut().for_each(|thread| thread.idle = true);
            }
            Message::Steer(steer) => self.steer(steer),
        }
    }

    fn steer(&mut self, steer: Steer) {
        let soon = self.start.elapsed() + LEAD;
        match steer {
            Steer::Stop(reason) => self.stop(reason),
            Steer::Cut(reason) => {
                self.stop(reason);
                self.cut();
            }
            Steer::Users(users, spawn_rate) => {
                self.changed(format!("{} by hand, at {spawn_rate:.2}/s", counted(users, "user")));
                self.ramp(soon, &Stage::new(users, spawn_rate));
            }
            Steer::Add(delta) => {
                let noun = if delta.abs() == 1 { "user" } else { "users" };
                self.changed(format!("{delta:+} {noun} by hand"));
                let users = self.steering.users().saturating_add_signed(delta);
                self.ramp(soon, &Stage::new(users, KEY_RATE));
            }
            Steer::Weight(class, weight) => {
                let name = self.snapshot.users.get(class).map_or("?", |(name, _)| name);
                self.changed(format!("weight of {name} set to {weight} by hand"));
                self.steering.set_weight(class, weight);
            }
            Steer::Mark(text) => self.steered(text),
            Steer::Pause => self.pause(),
            Steer::Resume => self.resume(),
            Steer::Rate(per_second) => self.change_rate(soon, per_second),
            Steer::Reset => {
                self.snapshot.steered += 1;
                self.reset();
            }
        }
    }
}
