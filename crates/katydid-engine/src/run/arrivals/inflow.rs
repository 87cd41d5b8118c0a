//! The task starts of one thread: what is due is given to users, and every fate is counted.

use std::cell::{Cell, RefCell};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::rc::{Rc, Weak};
use std::sync::Arc;
use std::task::Waker;

use katydid_core::ArrivalRate;

use super::super::SharedRecorder;
use super::super::crew::Crew;
use super::super::phase::PhaseCell;
use super::schedule::Schedule;
use super::settings::WhenFull;
use super::turn::Turn;
use crate::session::Clock;

/// What became of a start that a user was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// The task came to its end without an error.
    Completed,
    Failed,
    TimedOut,
    /// The end of the run came first.
    Cut,
}

/// The task starts of one thread.
pub(crate) struct Inflow {
    schedule: RefCell<Schedule>,
    /// The same schedule again, which only follows the clock: the plan is counted by it, and not by
    /// what was done.
    plan: RefCell<Schedule>,
    most: u32,
    when_full: WhenFull,
    recorder: SharedRecorder,
    clock: Clock,
    crew: Weak<Crew>,
    /// Users with nothing to do, by class, the one that came last at the end.
    idle: RefCell<Vec<Vec<Rc<Turn>>>>,
    busy: Cell<u32>,
    /// Something is due, and as many as may be are busy.
    full: Cell<bool>,
    /// How many were planned by the last look at the clock, and how many of them are no longer
    /// waiting for a user.
    planned: Cell<u64>,
    taken: Cell<u64>,
    closed: Cell<bool>,
    /// Since when the run is paused.
    paused_ns: Cell<Option<u64>>,
    places: RefCell<Places>,
    /// Wakes the executor, whose timer has to look for another moment.
    executor: RefCell<Option<Waker>>,
}

impl Inflow {
    /// At most `most` users of `classes` classes will be busy at one time.
    pub(crate) fn new(
        (schedule, classes): (Schedule, usize),
        (most, when_full): (u32, WhenFull),
        recorder: &SharedRecorder,
        clock: Clock,
        crew: Weak<Crew>,
    ) -> Rc<Self> {
        Rc::new(Self {
            plan: RefCell::new(schedule.clone()),
            schedule: RefCell::new(schedule),
            most,
            when_full,
            recorder: Rc::clone(recorder),
            clock,
            crew,
            idle: RefCell::new(vec![Vec::new(); classes]),
            busy: Cell::new(0),
            full: Cell::new(false),
            planned: Cell::new(0),
            taken: Cell::new(0),
            closed: Cell::new(false),
            paused_ns: Cell::new(None),
            places: RefCell::default(),
            executor: RefCell::default(),
        })
    }

    /// Remembers the executor, to be woken when its timer has to look again.
    pub(crate) fn register(&self, waker: &Waker) {
        let mut executor = self.executor.borrow_mut();
        if !executor.as_ref().is_some_and(|known| known.will_wake(waker)) {
            *executor = Some(waker.clone());
        }
    }

    /// When the timer is needed: the next start, unless nobody could take it.
    pub(crate) fn next_ns(&self) -> Option<u64> {
        if self.full.get() || self.closed.get() || self.paused_ns.get().is_some() {
            return None;
        }
        self.schedule.borrow().peek().map(|arrival| arrival.due_ns)
    }

    /// Gives everything that is due at `now_ns` to users, or does with it what the policy says.
    pub(crate) fn catch_up(self: &Rc<Self>, now_ns: u64) {
        while !self.closed.get() && self.paused_ns.get().is_none() {
            let due = self.schedule.borrow().peek().filter(|arrival| arrival.due_ns <= now_ns);
            let Some(arrival) = due else { return self.set_full(false) };
            let room = self.busy.get() < self.most;
            if !room && self.when_full == WhenFull::Queue {
                return self.set_full(true);
            }
            self.schedule.borrow_mut().advance();
            if room {
                // What waits for a user waits the longer for a pause, and that is nobody's fault.
                let paused_ns = self.schedule.borrow().paused_since(arrival.due_ns);
                self.give(arrival.class, arrival.due_ns + paused_ns);
            } else {
                self.recorder.borrow_mut().arrivals().dropped += 1;
            }
            self.taken.set(self.taken.get() + 1);
        }
    }

    fn set_full(&self, full: bool) {
        if self.full.replace(full)
            && !full
            && let Some(executor) = &*self.executor.borrow()
        {
            executor.wake_by_ref();
        }
    }

    fn give(self: &Rc<Self>, class: usize, due_ns: u64) {
        let queued = self.full.get();
        {
            let mut recorder = self.recorder.borrow_mut();
            let counts = recorder.arrivals();
            counts.started += 1;
            counts.queued += u64::from(queued);
        }
        self.busy.set(self.busy.get() + 1);
        let idle = self.idle.borrow_mut()[class].pop();
        if let Some(turn) = idle {
            turn.due_ns.set(Some(due_ns));
            turn.busy.set(true);
            turn.queued.set(queued);
            turn.phase.wake();
            return;
        }
        let turn = Rc::new(Turn {
            inflow: Rc::clone(self),
            class,
            place: self.places.borrow_mut().take(),
            phase: Rc::new(PhaseCell::new()),
            due_ns: Cell::new(Some(due_ns)),
            busy: Cell::new(true),
            queued: Cell::new(queued),
        });
        if let Some(crew) = self.crew.upgrade() {
            crew.admit(turn);
        }
    }

    /// A user has ended with its task; one that `stays` waits for another.
    pub(super) fn over(self: &Rc<Self>, turn: &Rc<Turn>, fate: Fate, stays: bool) {
        self.count(turn, fate);
        if stays {
            self.idle.borrow_mut()[turn.class].push(Rc::clone(turn));
        }
        self.somebody_is_free();
    }

    /// A user has left, with what it was at.
    pub(crate) fn left(self: &Rc<Self>, turn: &Rc<Turn>) {
        self.places.borrow_mut().give_back(turn.place);
        self.idle.borrow_mut()[turn.class].retain(|idle| !Rc::ptr_eq(idle, turn));
        if turn.busy.get() {
            let cut = turn.phase.was_cut();
            self.recorder.borrow_mut().arrivals().unbegun += u64::from(!cut);
            self.count(turn, if cut { Fate::Cut } else { Fate::Failed });
        }
        self.somebody_is_free();
    }

    fn count(&self, turn: &Turn, fate: Fate) {
        if !turn.busy.replace(false) {
            return;
        }
        self.busy.set(self.busy.get() - 1);
        let mut recorder = self.recorder.borrow_mut();
        let counts = recorder.arrivals();
        match fate {
            Fate::Completed => counts.completed += 1,
            Fate::Failed => counts.failed += 1,
            Fate::TimedOut => counts.timed_out += 1,
            Fate::Cut => counts.cut += 1,
        }
    }

    fn somebody_is_free(self: &Rc<Self>) {
        if self.full.get() {
            self.catch_up(self.clock.now_ns());
        }
    }

    /// Nothing is due and nothing begins after `now_ns`; what was due before and waits for a user goes
    /// on waiting.
    pub(crate) fn pause(self: &Rc<Self>, now_ns: u64) {
        self.catch_up(now_ns);
        self.follow(now_ns);
        self.paused_ns.set(Some(now_ns));
    }

    /// It goes on at `now_ns`. What would have been due meanwhile never is.
    pub(crate) fn resume(self: &Rc<Self>, now_ns: u64) {
        let Some(since_ns) = self.paused_ns.take() else { return };
        // What was due at its very beginning has been given out, or waits and was planned.
        self.schedule.borrow_mut().pause(since_ns + 1, now_ns);
        self.plan.borrow_mut().pause(since_ns + 1, now_ns);
        self.catch_up(now_ns);
    }

    /// Starts come at this rate from now on.
    pub(crate) fn change_rate(self: &Rc<Self>, rate: &Arc<ArrivalRate>, now_ns: u64) {
        // Both walks stand at the same place then.
        self.catch_up(now_ns);
        self.follow(now_ns);
        self.schedule.borrow_mut().change_rate(rate);
        self.plan.borrow_mut().change_rate(rate);
    }

    /// Follows the clock: what is due by now is planned by now.
    pub(crate) fn follow(&self, now_ns: u64) {
        if self.closed.get() {
            return;
        }
        let now_ns = self.paused_ns.get().map_or(now_ns, |paused_ns| now_ns.min(paused_ns));
        let passed = self.plan.borrow_mut().pass(now_ns);
        self.planned.set(self.planned.get() + passed);
        self.recorder.borrow_mut().arrivals().planned += passed;
    }

    /// The run ends at `now_ns`: what is due and can be taken is given out, the rest stays unsent.
    pub(crate) fn close(self: &Rc<Self>, now_ns: u64) {
        if self.closed.get() {
            return;
        }
        self.catch_up(now_ns);
        self.follow(now_ns);
        self.closed.set(true);
        let now_ns = self.paused_ns.get().map_or(now_ns, |paused_ns| now_ns.min(paused_ns));
        let unsent = self.schedule.borrow_mut().pass(now_ns);
        self.taken.set(self.taken.get() + unsent);
        self.recorder.borrow_mut().arrivals().unsent += unsent;
    }

    /// The statistics begin anew: what is under way or waits counts from now on.
    pub(crate) fn reset(&self, now_ns: u64) {
        self.follow(now_ns);
        let mut recorder = self.recorder.borrow_mut();
        recorder.reset();
        let (busy, waiting) = (u64::from(self.busy.get()), self.planned.get() - self.taken.get());
        let counts = recorder.arrivals();
        (counts.planned, counts.started) = (busy + waiting, busy);
    }
}

/// The numbers of users, each as low as possible.
#[derive(Debug, Default)]
struct Places {
    free: BinaryHeap<Reverse<u32>>,
    next: u32,
}

impl Places {
    fn take(&mut self) -> u32 {
        if let Some(Reverse(place)) = self.free.pop() {
            return place;
        }
        self.next += 1;
        self.next - 1
    }

    fn give_back(&mut self, place: u32) {
        self.free.push(Reverse(place));
    }
}

impl std::fmt::Debug for Inflow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inflow").field("busy", &self.busy).finish_non_exhaustive()
    }
}
