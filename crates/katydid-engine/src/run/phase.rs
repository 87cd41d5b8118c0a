//! Running, stopping, cut: how the users of one thread learn that the run ends, at no cost per
//! request.

use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::{Poll, Waker};

/// What users may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    /// Everything.
    Running,
    /// Finish the task they are in; no wait, no new task.
    Stopping,
    /// Nothing but `on_stop`.
    Cut,
}

/// The phase of one thread, with the wakers of its users.
#[derive(Debug)]
pub(crate) struct PhaseCell {
    phase: Cell<Phase>,
    wakers: RefCell<Vec<Waker>>,
}

impl PhaseCell {
    pub(crate) fn new() -> Self {
        Self { phase: Cell::new(Phase::Running), wakers: RefCell::default() }
    }

    pub(crate) fn get(&self) -> Phase {
        self.phase.get()
    }

    /// Moves on and wakes every user, so that each looks.
    pub(crate) fn set(&self, phase: Phase) {
        self.phase.set(phase);
        for waker in self.wakers.borrow().iter() {
            waker.wake_by_ref();
        }
    }

    /// Registers the current task once for its life; its waker stays the same.
    pub(crate) async fn register(&self) {
        poll_fn(|cx| {
            self.wakers.borrow_mut().push(cx.waker().clone());
            Poll::Ready(())
        })
        .await;
    }

    /// Runs `work` unless the phase goes beyond `most`; then it is dropped and the answer is
    /// `None`.
    pub(crate) async fn while_at_most<F: Future>(&self, most: Phase, work: F) -> Option<F::Output> {
        let mut work = pin!(work);
        poll_fn(|cx| {
            if self.get() > most {
                return Poll::Ready(None);
            }
            work.as_mut().poll(cx).map(Some)
        })
        .await
    }
}
