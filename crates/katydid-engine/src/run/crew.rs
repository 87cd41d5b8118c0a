//! The users of one thread: who is here, who is leaving, what they measured.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::rc::{Rc, Weak};
use std::sync::Arc;

use katydid_core::{Interval, Recorder, TaskId, TaskInfo};
use tokio::time::Instant;

use super::SharedRecorder;
use super::arrivals::{Inflow, Schedule, Turn};
use super::dispatcher::{Message, Messages, Report};
use super::executor::Assignment;
use super::newcomers::Newcomers;
use super::phase::{Phase, PhaseCell};
use super::quota::{Limit, Quota};
use super::standby::Standby;
use super::timetable::Member;
use super::user_loop::UserContext;
use crate::class::Class;
use crate::hooks::Listeners;
use crate::session::{Clock, Gate, HttpContext, SessionSetup, Targets};

/// The users of one thread.
pub(super) struct Crew {
    assignment: Assignment,
    to: Messages,
    pub(super) clock: Clock,
    recorder: SharedRecorder,
    http: Rc<HttpContext>,
    listeners: Option<Rc<Listeners>>,
    /// Copies of this thread, so that nothing in them is counted together with others.
    classes: Vec<Class>,
    targets: Vec<Rc<Targets>>,
    quotas: Vec<Rc<Quota>>,
    gate: Option<Rc<Gate>>,
    /// What is due, in the open model.
    pub(super) inflow: Option<Rc<Inflow>>,
    /// Whether the run is paused.
    pub(super) standby: Rc<Standby>,
    /// Users that the open model has had.
    made: Cell<u32>,
    /// Users that have not ended yet, by class; those that are leaving among them.
    running: RefCell<Vec<u32>>,
    /// Those whose first task has not ended.
    pub(super) newcomers: Rc<Newcomers>,
    members: RefCell<BTreeMap<u32, Rc<PhaseCell>>>,
    /// Removed users that may finish their task, with the end of their patience.
    leaving: RefCell<VecDeque<(Instant, Weak<PhaseCell>)>>,
    /// The run ends; nobody has to be told who leaves.
    ending: Cell<bool>,
    /// Users that have ended after the end of the run had cut them.
    cut: Cell<u32>,
}

impl Crew {
    pub(super) fn new(assignment: &Assignment, start: Instant, to: &Messages) -> Rc<Self> {
        let tasks = assignment.classes.iter().map(|plan| plan.tasks).sum();
        let classes = assignment.classes.iter();
        let targets = classes.map(|plan| Rc::new(Targets::new(plan.host.clone()))).collect();
        let every_task = assignment.classes.iter().flat_map(|plan| plan.class.tasks());
        let every_task: Vec<TaskInfo> = every_task.collect();
        let limited = assignment.limited.iter();
        let quota = |limit: &Limit| Quota::new(*limit, assignment.thread, to.clone());
        let quotas: Vec<Rc<Quota>> = limited.map(quota).collect();
        let clock = Clock::new(start);
        let lots = mix(!assignment.seed, assignment.thread as u64);
        let recorder = Recorder::new(tasks, assignment.limits).masking(&assignment.mask, lots);
        let recorder = Rc::new(RefCell::new(recorder));
        let log = assignment.failure_log.clone();
        Rc::new_cyclic(|crew| Self {
            to: to.clone(),
            clock,
            inflow: inflow(assignment, &recorder, clock, crew),
            standby: Rc::default(),
            made: Cell::new(0),
            recorder,
            http: HttpContext::new(&assignment.http, &assignment.tls, every_task.clone(), log),
            listeners: Listeners::new(&assignment.hooks, every_task),
            classes: assignment.classes.iter().map(|plan| plan.class.for_thread()).collect(),
            targets,
            gate: assignment.gate(&quotas),
            quotas,
            running: RefCell::new(vec![0; assignment.classes.len()]),
            newcomers: Newcomers::new(assignment.thread, to),
            members: RefCell::default(),
            leaving: RefCell::default(),
            ending: Cell::new(false),
            cut: Cell::new(0),
            assignment: assignment.clone(),
        })
    }

    /// Starts a user.
    pub(super) fn start(self: &Rc<Self>, member: Member) {
        self.begin(member, Rc::new(PhaseCell::new()), None);
    }

    /// Starts a user of the open model.
    pub(super) fn admit(self: &Rc<Self>, turn: Rc<Turn>) {
        let (thread, threads) = (self.assignment.thread, self.assignment.threads as u32);
        let of_thread = |number: u32| thread as u32 + threads * number;
        let index = of_thread(self.made.replace(self.made.get() + 1));
        let member = Member { index, seat: of_thread(turn.place()), class: turn.class(), thread };
        self.begin(member, turn.phase(), Some(turn));
    }

    fn begin(self: &Rc<Self>, member: Member, phase: Rc<PhaseCell>, turn: Option<Rc<Turn>>) {
        let Member { index, class, .. } = member;
        let assignment = &self.assignment;
        let plan = &assignment.classes[class];
        let setup = SessionSetup {
            index,
            seat: member.seat,
            seed: mix(assignment.seed, 2 * u64::from(index)),
            targets: Rc::clone(&self.targets[class]),
            shared: Arc::clone(&assignment.shared),
            http: Rc::clone(&self.http),
            recorder: Rc::clone(&self.recorder),
            clock: self.clock,
            first_task: TaskId(plan.first_task),
            listeners: self.listeners.clone(),
            gate: self.gate.clone(),
        };
        let context = UserContext {
            setup,
            schedule_seed: mix(assignment.seed, 2 * u64::from(index) + 1),
            phase: Rc::clone(&phase),
            quota: self.quota(Limit::Iterations).cloned(),
            newcomer: Some(self.newcomers.arrive()),
            standby: Rc::clone(&self.standby),
            turn: turn.clone(),
        };
        self.running.borrow_mut()[class] += 1;
        self.members.borrow_mut().insert(index, Rc::clone(&phase));
        let life = self.classes[class].spawn(context);
        let leaving = Leaving { crew: Rc::clone(self), class, index, phase, turn };
        tokio::task::spawn_local(async move {
            // Counted out even if making its state panics.
            let _leaving = leaving;
            life.await;
        });
    }

    /// Removes a user: it finishes its task within the stop timeout, `on_stop` runs in any case.
    pub(super) fn remove(&self, index: u32) {
        let Some(phase) = self.members.borrow_mut().remove(&index) else { return };
        phase.set(Phase::Stopping);
        let patience = self.assignment.stop_timeout;
        if patience.is_zero() {
            phase.set(Phase::Cut);
        } else {
            let until = Instant::now() + patience;
            self.leaving.borrow_mut().push_back((until, Rc::downgrade(&phase)));
        }
    }

    /// When the patience with a removed user is over next.
    pub(super) fn next_cut(&self) -> Option<Instant> {
        self.leaving.borrow().front().map(|(until, _)| *until)
    }

    /// Cuts removed users whose patience is over.
    pub(super) fn cut_late(&self, now: Instant) {
        while let Some((_, late)) = self.leaving.borrow_mut().pop_front_if(|(at, _)| *at <= now) {
            if let Some(phase) = late.upgrade() {
                phase.set(Phase::Cut);
            }
        }
    }

    /// The run ends for everybody.
    pub(super) fn end(&self, phase: Phase) {
        self.ending.set(true);
        self.recorder.borrow_mut().end();
        if self.assignment.closes {
            self.recorder.borrow_mut().close();
        }
        self.members.borrow().values().for_each(|member| member.set(phase));
        for (_, removed) in self.leaving.borrow().iter() {
            if let Some(removed) = removed.upgrade() {
                removed.set(phase);
            }
        }
        self.tell_when_idle();
    }

    /// Users finish what they do and begin nothing; nothing is due from `now_ns` on.
    pub(super) fn pause(&self, now_ns: u64) {
        self.standby.begin(now_ns);
        if let Some(inflow) = &self.inflow {
            inflow.pause(now_ns);
        }
    }

    /// It goes on.
    pub(super) fn resume(&self, now_ns: u64) {
        self.standby.end(now_ns);
        if let Some(inflow) = &self.inflow {
            inflow.resume(now_ns);
        }
    }

    /// The thread's share of something limited.
    pub(super) fn quota(&self, limit: Limit) -> Option<&Rc<Quota>> {
        self.quotas.iter().find(|quota| quota.limit() == limit)
    }

    pub(super) fn anybody(&self) -> bool {
        self.running.borrow().iter().any(|count| *count > 0)
    }

    fn tell_when_idle(&self) {
        if self.ending.get() && !self.anybody() {
            let _ = self.to.send(Message::Idle(self.assignment.thread));
        }
    }

    /// Hands over what was measured since the last time.
    pub(super) fn report(&self, planned_users: u32, recycled: Option<Box<Interval>>) -> Report {
        let now_ns = self.clock.now_ns();
        if let Some(inflow) = &self.inflow {
            inflow.follow(now_ns);
        }
        let running = self.running.borrow();
        let mut recorder = self.recorder.borrow_mut();
        let mut interval = recorder.take(now_ns, &running, recycled);
        interval.planned_users = planned_users;
        let members = self.members.borrow();
        let cut_now = members.values().filter(|phase| phase.was_cut()).count() as u32;
        Report { interval, resets: recorder.resets(), cut: self.cut.get() + cut_now }
    }

    /// Begins the statistics anew.
    pub(super) fn reset(&self) {
        match &self.inflow {
            Some(inflow) => inflow.reset(self.clock.now_ns()),
            None => self.recorder.borrow_mut().reset(),
        }
    }

    /// A user has ended.
    fn left(&self, leaving: &Leaving) {
        self.running.borrow_mut()[leaving.class] -= 1;
        if let Some(turn) = &leaving.turn {
            turn.left();
        }
        let removed = self.members.borrow_mut().remove(&leaving.index).is_none();
        if self.ending.get() {
            self.cut.set(self.cut.get() + u32::from(!removed && leaving.phase.was_cut()));
        } else if !removed && self.inflow.is_none() {
            let _ = self.to.send(Message::Left(leaving.index));
        }
        if !self.anybody() {
            self.quotas.iter().for_each(|quota| quota.share(false));
        }
        self.tell_when_idle();
    }
}

/// Counts a user out when it ends, however it ends.
struct Leaving {
    crew: Rc<Crew>,
    class: usize,
    index: u32,
    phase: Rc<PhaseCell>,
    /// In the open model.
    turn: Option<Rc<Turn>>,
}

impl Drop for Leaving {
    fn drop(&mut self) {
        self.crew.left(self);
    }
}

/// The thread's part of an open model.
fn inflow(
    assignment: &Assignment,
    recorder: &SharedRecorder,
    clock: Clock,
    crew: &Weak<Crew>,
) -> Option<Rc<Inflow>> {
    let (arrivals, until) = assignment.arrivals.as_ref()?;
    let weights: Vec<u32> = assignment.classes.iter().map(|plan| plan.class.shares().0).collect();
    let (thread, threads) = (assignment.thread, assignment.threads);
    let until_ns = until.as_nanos() as u64;
    // A seed of its own: those of the users are the even and the odd ones.
    let seed = mix(!assignment.seed, u64::MAX >> 1);
    let schedule = Schedule::new(arrivals, &weights, seed, (thread, threads), until_ns);
    let (all, threads) = (arrivals.max_in_flight, threads as u32);
    let most = all / threads + u32::from((thread as u32) < all % threads);
    let bounds = (most, arrivals.when_full);
    let classes = weights.len();
    Some(Inflow::new((schedule, classes), bounds, recorder, clock, crew.clone()))
}

/// One seed per user from the run's seed (SplitMix64, Steele et al. 2014): neighbours differ in
/// every bit.
pub(super) fn mix(seed: u64, index: u64) -> u64 {
    let mut z = seed.wrapping_add((index + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
