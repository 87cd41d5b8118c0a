//! How a user of the open model is given something to do.

use std::cell::Cell;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;

use super::super::phase::PhaseCell;
use super::inflow::{Fate, Inflow};

/// The place of one user among those that wait for task starts of their class.
#[derive(Debug)]
pub(crate) struct Turn {
    pub(super) inflow: Rc<Inflow>,
    pub(super) class: usize,
    /// Its number within the thread, as low as possible.
    pub(super) place: u32,
    pub(super) phase: Rc<PhaseCell>,
    /// A start that it has not begun with yet: when it was due.
    pub(super) due_ns: Cell<Option<u64>>,
    /// A start is its own until it has told the fate of it.
    pub(super) busy: Cell<bool>,
    /// The start had to wait for a user.
    pub(super) queued: Cell<bool>,
}

impl Turn {
    /// Waits until something is due; the answer is when it was.
    pub(crate) async fn next(&self) -> u64 {
        poll_fn(|_| self.due_ns.take().map_or(Poll::Pending, Poll::Ready)).await
    }

    /// What has been given to the user and not begun.
    pub(crate) fn given(&self) -> Option<u64> {
        self.due_ns.take()
    }

    /// Whether the start that the user is at had to wait for a user.
    pub(crate) fn was_queued(&self) -> bool {
        self.queued.get()
    }

    pub(crate) fn place(&self) -> u32 {
        self.place
    }

    pub(crate) fn class(&self) -> usize {
        self.class
    }

    pub(crate) fn phase(&self) -> Rc<PhaseCell> {
        Rc::clone(&self.phase)
    }

    /// Tells what became of the start. A user that `stays` is given another one.
    pub(crate) fn over(self: &Rc<Self>, fate: Fate, stays: bool) {
        self.inflow.over(self, fate, stays);
    }

    /// The user has left; what it was at has failed or was cut.
    pub(crate) fn left(self: &Rc<Self>) {
        self.inflow.left(self);
    }
}
