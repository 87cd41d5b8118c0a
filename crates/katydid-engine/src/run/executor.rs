//! One executor thread: a single-threaded runtime with its users, connections and statistics.

use std::future::poll_fn;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use katydid_core::mask::Mask;
use katydid_core::{ArrivalRate, CHECKED, Interval, Pulse, RateCap, RecorderLimits};
use tokio::runtime::{Builder, LocalOptions};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::Instant;
use url::Url;

use super::alarm::Alarm;
use super::arrivals::Arrivals;
use super::crew::Crew;
use super::dispatcher::{Message, Messages};
use super::phase::Phase;
use super::quota::{Limit, Quota};
use super::settings::HttpSettings;
use super::timetable::{Change, Ramp, Timetable};
use super::vitals::thread_use;
use crate::class::Class;
use crate::failure_log::FailureLog;
use crate::hooks::Hooks;
use crate::session::{Gate, Pace};
use crate::shared::Shared;

/// What the dispatcher tells a thread.
#[derive(Debug)]
pub(crate) enum Order {
    /// The clock starts at this moment.
    Go(Instant),
    /// Users start and go like this from now on.
    Ramp(Ramp),
    /// Hand over the interval; here is the memory of an old one.
    Collect(Option<Box<Interval>>),
    /// Nothing is begun from now on, and ramps stand still since this moment of the run, in ns.
    Pause(u64),
    /// It goes on, with ramps so much later, in ns.
    Resume(u64),
    /// Tasks start at this rate.
    Rate(Arc<ArrivalRate>),
    /// The statistics begin anew.
    Reset,
    /// Say when no user is new any more.
    Settle,
    /// So many more of something limited.
    Grant(Limit, u64),
    /// Give back what is not needed at once.
    Share(Limit),
    /// Nobody has any left.
    Exhausted(Limit),
    /// Users finish their task.
    Stop,
    /// Users drop their task.
    Cut,
    /// Drop everything and end.
    Quit,
}

/// What a thread knows before it starts. Everything in it is read only.
#[derive(Clone, Debug)]
pub(crate) struct Assignment {
    pub(crate) thread: usize,
    pub(crate) threads: usize,
    pub(crate) classes: Arc<[ClassPlan]>,
    /// How long a removed user may go on with its task.
    pub(crate) stop_timeout: Duration,
    /// The open model, and when nothing is due any more.
    pub(crate) arrivals: Option<(Arrivals, Duration)>,
    /// What there is only so much of.
    pub(crate) limited: Vec<Limit>,
    /// Never more requests than this.
    pub(crate) max_rate: Option<RateCap>,
    pub(crate) seed: u64,
    /// Whether the thread watches how late it is; in virtual time nothing is.
    pub(crate) pulse: bool,
    /// Whether the end of the run is the end of the statistics too.
    pub(crate) closes: bool,
    pub(crate) shared: Arc<Shared>,
    pub(crate) http: HttpSettings,
    pub(crate) tls: Arc<rustls::ClientConfig>,
    pub(crate) limits: RecorderLimits,
    pub(crate) hooks: Hooks,
    pub(crate) mask: Arc<Mask>,
    pub(crate) failure_log: Option<FailureLog>,
}

impl Assignment {
    /// What the requests of this thread have to pass, if the run has guards.
    pub(crate) fn gate(&self, quotas: &[Rc<Quota>]) -> Option<Rc<Gate>> {
        let quota = |limit| quotas.iter().find(|quota| quota.limit() == limit).cloned();
        let pace = self.max_rate.map(|cap| {
            let (all, threads) = (cap.requests as usize, self.threads);
            let most = all / threads + usize::from(self.thread < all % threads);
            Pace::new(most, cap.per)
        });
        let gate = Gate {
            requests: quota(Limit::Requests),
            cost: quota(Limit::Cost),
            pace,
            keeps_due: self.arrivals.is_some(),
        };
        let guards = gate.requests.is_some() || gate.cost.is_some() || gate.pace.is_some();
        guards.then(|| Rc::new(gate))
    }
}

/// A class with its place in the run.
#[derive(Clone, Debug)]
pub(crate) struct ClassPlan {
    pub(crate) class: Class,
    pub(crate) host: Url,
    pub(crate) first_task: u32,
    pub(crate) tasks: usize,
}

/// The body of the thread.
pub(crate) fn main(assignment: &Assignment, orders: UnboundedReceiver<Order>, to: &Messages) {
    // Not a `LocalSet` within a runtime: every answer that wakes one of its tasks costs a write to
    // the thread's own wake-up descriptor.
    let runtime = Builder::new_current_thread().enable_all().build_local(LocalOptions::default());
    match runtime {
        Ok(runtime) => {
            runtime.block_on(serve(assignment, orders, to));
            // On this thread connections close and tasks end. A name look-up that hangs must not
            // hold up the end of the run.
            runtime.shutdown_background();
        }
        Err(error) => {
            let text = format!("executor thread {} has no runtime: {error}", assignment.thread);
            let _ = to.send(Message::Broken(assignment.thread, text));
        }
    }
}

/// Follows the dispatcher's orders until told to quit.
pub(crate) async fn serve(
    assignment: &Assignment,
    mut orders: UnboundedReceiver<Order>,
    to: &Messages,
) {
    let Some(Order::Go(start)) = orders.recv().await else { return };
    let crew = Crew::new(assignment, start, to);
    let (thread, table) = (assignment.thread, Timetable::default());
    let alarm = Alarm::new(assignment.pulse);
    let now_ns = crew.clock.now_ns();
    let pulse = if assignment.pulse { Pulse::new(now_ns) } else { Pulse::resting() };
    let mut executor =
        Executor { thread, crew, table, alarm, pulse, planned_ns: 0, missed_ns: 0, to };
    loop {
        // An order that is there is taken before a step that is due: a new ramp replaces the old
        // one at its start, to the user.
        let heard = poll_fn(|cx| match orders.poll_recv(cx) {
            Poll::Ready(order) => Poll::Ready(Some(order)),
            Poll::Pending => executor.poll_moment(cx).map(|()| None),
        });
        let heard = heard.await;
        executor.pulse.look(executor.crew.clock.now_ns());
        match heard {
            Some(Some(Order::Quit) | None) => return,
            Some(Some(order)) => executor.follow(order),
            None => executor.catch_up(),
        }
    }
}

struct Executor<'a> {
    thread: usize,
    crew: Rc<Crew>,
    table: Timetable,
    alarm: Alarm,
    /// How late this loop turns, and with it every timer and every answer of the thread.
    pulse: Pulse,
    /// Time of all users together that was planned, and by how much they started after their time.
    planned_ns: u64,
    missed_ns: u64,
    to: &'a Messages,
}

impl Executor<'_> {
    /// When there is something to do without an order.
    fn next_moment(&self) -> Instant {
        let step = self.table.next_ns().map(|due_ns| self.crew.clock.at(due_ns));
        let start = self.crew.inflow.as_ref().and_then(|inflow| inflow.next_ns());
        let start = start.map(|due_ns| self.crew.clock.at(due_ns));
        let pulse = self.crew.clock.at(self.pulse.due_ns());
        [step, start, self.crew.next_cut()].into_iter().flatten().fold(pulse, Instant::min)
    }

    /// Waits for that moment, wherever it moves to meanwhile.
    fn poll_moment(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if let Some(inflow) = &self.crew.inflow {
            inflow.register(cx.waker());
        }
        let moment = self.next_moment();
        self.alarm.poll(moment, cx)
    }

    fn follow(&mut self, order: Order) {
        match order {
            Order::Go(_) | Order::Quit => {}
            Order::Ramp(ramp) => self.change_ramp(ramp),
            Order::Collect(recycled) => self.collect(recycled),
            Order::Reset => {
                self.crew.reset();
                self.pulse.reset();
                self.table.take_user_ns(self.crew.clock.now_ns());
                (self.planned_ns, self.missed_ns) = (0, 0);
            }
            Order::Pause(since_ns) => {
                self.catch_up();
                // By the thread's own clock: what it has begun is before the pause, and planned.
                let now_ns = self.crew.clock.now_ns();
                self.planned_ns += self.table.take_user_ns(now_ns);
                self.table.pause(since_ns);
                self.crew.pause(now_ns);
            }
            Order::Resume(after_ns) => {
                let now_ns = self.crew.clock.now_ns();
                // Nobody was to do anything meanwhile.
                self.table.take_user_ns(now_ns);
                self.table.resume(after_ns);
                self.crew.resume(now_ns);
            }
            Order::Rate(rate) => {
                self.catch_up();
                if let Some(inflow) = &self.crew.inflow {
                    inflow.change_rate(&rate, self.crew.clock.now_ns());
                }
            }
            Order::Settle => self.crew.newcomers.ask(),
            Order::Grant(limit, count) => {
                if let Some(quota) = self.crew.quota(limit) {
                    quota.grant(count);
                    if !self.crew.anybody() {
                        quota.share(false);
                    }
                }
            }
            Order::Share(limit) => {
                if let Some(quota) = self.crew.quota(limit) {
                    quota.share(self.crew.anybody());
                }
            }
            Order::Exhausted(limit) => {
                if let Some(quota) = self.crew.quota(limit) {
                    quota.exhaust();
                }
            }
            Order::Stop => self.end(Phase::Stopping),
            Order::Cut => self.end(Phase::Cut),
        }
    }

    /// Hands over what was measured since the last time.
    fn collect(&mut self, recycled: Option<Box<Interval>>) {
        // What is due belongs into the numbers, even if its timer has not fired yet.
        self.catch_up();
        let now_ns = self.crew.clock.now_ns();
        let planned = self.table.planned(now_ns);
        let mut report = self.crew.report(planned, recycled);
        report.interval.beats = self.pulse.take();
        let user_ns = self.table.take_user_ns(now_ns);
        if !self.crew.standby.is_on() {
            self.planned_ns += user_ns;
        }
        let times = [&mut self.planned_ns, &mut self.missed_ns];
        let [planned, missed] = times.map(std::mem::take).map(Duration::from_nanos);
        (report.interval.planned_time, report.interval.missed_time) = (planned, missed);
        if CHECKED {
            report.interval.usage = thread_use(Duration::from_nanos(now_ns));
        }
        let _ = self.to.send(Message::Report(self.thread, report));
    }

    fn end(&mut self, phase: Phase) {
        let user_ns = self.table.take_user_ns(self.crew.clock.now_ns());
        if !self.crew.standby.is_on() {
            self.planned_ns += user_ns;
        }
        self.table.clear();
        if let Some(inflow) = &self.crew.inflow {
            inflow.close(self.crew.clock.now_ns());
        }
        self.crew.end(phase);
    }

    fn change_ramp(&mut self, ramp: Ramp) {
        for undone in self.table.replace(ramp) {
            match undone {
                Change::Start(member) => self.crew.remove(member.index),
                // It cannot come back; the dispatcher believes that it is here.
                Change::Stop(index) => drop(self.to.send(Message::Left(index))),
                Change::Base(_) => {}
            }
        }
        self.catch_up();
    }

    /// Does everything that is due.
    fn catch_up(&mut self) {
        self.crew.cut_late(Instant::now());
        let now_ns = self.crew.clock.now_ns();
        if let Some(inflow) = &self.crew.inflow {
            inflow.catch_up(now_ns);
        }
        while let Some((change, due_ns)) = self.table.pop(now_ns) {
            match change {
                Change::Start(member) => {
                    self.missed_ns += now_ns - due_ns;
                    self.crew.start(member);
                }
                Change::Stop(index) => self.crew.remove(index),
                Change::Base(_) => {}
            }
        }
        if let Some(ramp) = self.table.finished() {
            let _ = self.to.send(Message::Ramped(self.thread, ramp));
        }
    }
}

#[cfg(test)]
mod tests;
