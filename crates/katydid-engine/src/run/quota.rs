//! A thread's share of the task executions of a run that has an exact number of them.
//!
//! Taking one is plain memory of the thread. Messages pass only when a share is used up, so there
//! are a handful per thread and run: slices halve towards the end.

use std::cell::Cell;
use std::rc::Rc;

use tokio::sync::Notify;

use super::dispatcher::{Message, Messages};

/// What a thread may still execute.
#[derive(Debug)]
pub(crate) struct Quota {
    thread: usize,
    to: Messages,
    left: Cell<u64>,
    /// Of the last slice.
    low: Cell<u64>,
    running: Cell<u64>,
    done: Cell<u64>,
    asked: Cell<bool>,
    waiting: Cell<u64>,
    granted: Notify,
}

impl Quota {
    /// Nothing yet.
    pub(crate) fn new(thread: usize, to: Messages) -> Rc<Self> {
        Rc::new(Self {
            thread,
            to,
            left: Cell::new(0),
            low: Cell::new(0),
            running: Cell::new(0),
            done: Cell::new(0),
            asked: Cell::new(false),
            waiting: Cell::new(0),
            granted: Notify::new(),
        })
    }

    /// The right to execute one task; waits until there is one.
    pub(crate) async fn take(self: &Rc<Self>) -> Ticket {
        while self.left.get() == 0 {
            self.ask();
            let _waiting = Waiting::new(self);
            self.granted.notified().await;
        }
        self.left.set(self.left.get() - 1);
        self.running.set(self.running.get() + 1);
        if self.left.get() < self.low.get() {
            // Early, so that nobody has to wait for the answer.
            self.ask();
        }
        Ticket { quota: Rc::clone(self), used: false }
    }

    fn ask(&self) {
        if !self.asked.replace(true) {
            let _ = self.to.send(Message::Hungry(self.thread));
        }
    }

    /// The dispatcher's answer.
    pub(crate) fn grant(&self, count: u64) {
        self.asked.set(false);
        self.low.set(count / 2);
        self.left.set(self.left.get() + count);
        (0..count.min(self.waiting.get())).for_each(|_| self.granted.notify_one());
    }

    /// Another thread has nothing: gives back half of what is left, or all of it when nobody is
    /// here to use it.
    pub(crate) fn share(&self, anybody_here: bool) {
        let kept = if anybody_here { self.left.get() / 2 } else { 0 };
        self.give_back(self.left.get() - kept);
        self.tell_when_spent();
    }

    fn give_back(&self, count: u64) {
        if count > 0 {
            self.left.set(self.left.get() - count);
            let _ = self.to.send(Message::Returned(count));
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
        if self.left.get() == 0 && self.running.get() == 0 {
            let _ = self.to.send(Message::Spent(self.thread, self.done.get()));
        }
    }
}

/// The right to one execution. It goes back unless the execution came to its end.
#[derive(Debug)]
pub(crate) struct Ticket {
    quota: Rc<Quota>,
    used: bool,
}

impl Ticket {
    /// The execution came to its end.
    pub(crate) fn used(mut self) {
        self.used = true;
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.quota.back(self.used);
    }
}

/// Counts a user that waits for a ticket.
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
