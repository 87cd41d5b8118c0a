//! Running, stopping, cut: how a user learns that it has to end, at no cost per request.

use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::{Poll, Waker};

/// What a user may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    /// Everything.
    Running,
    /// Finish the task it is in; no wait, no new task.
    Stopping,
    /// Nothing but `on_stop`.
    Cut,
}

/// The phase of one user, with its waker.
#[derive(Debug)]
pub(crate) struct PhaseCell {
    phase: Cell<Phase>,
    waker: RefCell<Option<Waker>>,
    /// Something that might have come to an end was dropped.
    cut: Cell<bool>,
}

impl PhaseCell {
    pub(crate) fn new() -> Self {
        let (phase, cut) = (Cell::new(Phase::Running), Cell::new(false));
        Self { phase, waker: RefCell::default(), cut }
    }

    pub(crate) fn get(&self) -> Phase {
        self.phase.get()
    }

    /// Moves on, never back, and wakes the user so that it looks.
    pub(crate) fn set(&self, phase: Phase) {
        self.phase.set(self.phase.get().max(phase));
        self.wake();
    }

    /// Wakes the user so that it looks for other reasons.
    pub(crate) fn wake(&self) {
        if let Some(waker) = &*self.waker.borrow() {
            waker.wake_by_ref();
        }
    }

    /// Whether a task or a start was cut.
    pub(crate) fn was_cut(&self) -> bool {
        self.cut.get()
    }

    /// Registers the current task once for its life; its waker stays the same.
    pub(crate) async fn register(&self) {
        poll_fn(|cx| {
            *self.waker.borrow_mut() = Some(cx.waker().clone());
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
                self.cut.set(self.cut.get() || most == Phase::Stopping);
                return Poll::Ready(None);
            }
            work.as_mut().poll(cx).map(Some)
        })
        .await
    }
}
