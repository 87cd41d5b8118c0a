//! A thread's share of what a run has only so much of: task executions, requests, money.
//!
//! Taking some is plain memory of the thread. Messages pass only when a share is used up, so there
//! are a handful per thread and run: slices halve towards the end.

use std::cell::Cell;
use std::future::pending;
use std::rc::Rc;

use tokio::sync::Notify;

use super::dispatcher::{Message, Messages};
use super::settings::RunSettings;

/// What a run has only so much of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Limit {
    /// Task executions that come to their end.
    Iterations,
    /// Requests that are sent, whatever becomes of them.
    Requests,
    /// What requests cost, in the suite's units. How much one costs is known when it is answered.
    Cost,
}

impl Limit {
    /// The limits of a run with their numbers.
    pub(crate) fn of(settings: &RunSettings) -> Vec<(Self, u64)> {
        [
            (Self::Iterations, settings.iterations),
            (Self::Requests, settings.max_requests),
            (Self::Cost, settings.max_cost),
        ]
        .into_iter()
        .filter_map(|(limit, number)| Some((limit, number?)))
        .collect()
    }
}

/// What a thread may still use.
#[derive(Debug)]
pub(crate) struct Quota {
    limit: Limit,
    thread: usize,
    to: Messages,
    /// Below 0: requests under way have cost more than there was.
    left: Cell<i64>,
    /// Of the last slice.
    low: Cell<i64>,
    running: Cell<u64>,
    done: Cell<u64>,
    asked: Cell<bool>,
    waiting: Cell<u64>,
    granted: Notify,
    /// Nobody has any left.
    exhausted: Cell<bool>,
}

impl Quota {
    /// Nothing yet.
    pub(crate) fn new(limit: Limit, thread: usize, to: Messages) -> Rc<Self> {
        Rc::new(Self {
            limit,
            thread,
            to,
            left: Cell::new(0),
            low: Cell::new(0),
            running: Cell::new(0),
            done: Cell::new(0),
            asked: Cell::new(false),
            waiting: Cell::new(0),
            granted: Notify::new(),
            exhausted: Cell::new(false),
        })
    }

    pub(crate) fn limit(&self) -> Limit {
        self.limit
    }

    /// The right to one; waits until there is one.
    pub(crate) async fn take(self: &Rc<Self>) -> Ticket {
        self.open().await;
        self.left.set(self.left.get() - 1);
        self.running.set(self.running.get() + 1);
        if self.left.get() < self.low.get() {
            // Early, so that nobody has to wait for the answer.
            self.ask();
        }
        // A request that was cut may have been sent.
        let used = self.limit == Limit::Requests;
        Ticket { quota: Rc::clone(self), used }
    }

    /// Waits until anything is left.
    pub(crate) async fn open(&self) {
        while self.left.get() <= 0 {
            if self.exhausted.get() {
                // The end of the run comes before anything else.
                return pending().await;
            }
            self.ask();
            let _waiting = Waiting::new(self);
            self.granted.notified().await;
        }
    }

    /// Whether the run has used up everything.
    pub(crate) fn is_exhausted(&self) -> bool {
        self.exhausted.get()
    }

    /// Takes away what something has cost.
    pub(crate) fn spend(&self, units: u64) {
        self.done.set(self.done.get().saturating_add(units));
        self.left.set(self.left.get().saturating_sub_unsigned(units));
        if self.left.get() < self.low.get() {
            self.ask();
        }
        self.tell_when_spent();
    }

    fn ask(&self) {
        if !self.asked.replace(true) {
            let _ = self.to.send(Message::Hungry(self.thread, self.limit));
        }
    }

    /// The dispatcher's answer.
    pub(crate) fn grant(&self, count: u64) {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        self.asked.set(false);
        self.low.set(count / 2);
        self.left.set(self.left.get().saturating_add(count));
        if self.left.get() <= 0 {
            self.ask();
        } else if self.limit == Limit::Cost {
            self.granted.notify_waiters();
        } else {
            (0..self.left.get().cast_unsigned().min(self.waiting.get()))
                .for_each(|_| self.granted.notify_one());
        }
    }

    /// Another thread has nothing: gives back half of what is left, or all of it when nobody is
    /// here to use it.
    pub(crate) fn share(&self, anybody_here: bool) {
        let left = self.left.get().max(0);
        let kept = if anybody_here { left / 2 } else { 0 };
        self.give_back(left - kept);
        self.tell_when_spent();
    }

    /// Everything is used up: whoever waits goes on waiting, for the end of the run.
    pub(crate) fn exhaust(&self) {
        self.exhausted.set(true);
    }

    fn give_back(&self, count: i64) {
        if count > 0 {
            self.left.set(self.left.get() - count);
            let _ = self.to.send(Message::Returned(self.limit, count.cast_unsigned()));
        }
    }

    /// A ticket has come back, used or not.
    fn back(&self, used: bool) {
        self.running.set(self.running.get() - 1);
        if used {
            self.done.set(self.done.get() + 1);
        } else {
            self.left.set(self.left.get() + 1);
            match self.waiting.get() {
                0 => self.give_back(1),
                _ => self.granted.notify_one(),
            }
        }
        self.tell_when_spent();
    }

    fn tell_when_spent(&self) {
        if self.left.get() <= 0 && self.running.get() == 0 {
            let _ = self.to.send(Message::Spent(self.thread, self.limit, self.done.get()));
        }
    }
}

/// The right to one. It goes back unless it was used.
#[derive(Debug)]
pub(crate) struct Ticket {
    quota: Rc<Quota>,
    used: bool,
}

impl Ticket {
    /// What it was for came to its end.
    pub(crate) fn used(mut self) {
        self.used = true;
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.quota.back(self.used);
    }
}

/// Counts somebody who waits.
struct Waiting<'a>(&'a Quota);

impl<'a> Waiting<'a> {
    fn new(quota: &'a Quota) -> Self {
        quota.waiting.set(quota.waiting.get() + 1);
        Self(quota)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.waiting.set(self.0.waiting.get() - 1);
    }
}
