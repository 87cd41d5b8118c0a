//! A pause of the run as the users of one thread see it: who is done waits here, and time does not
//! count.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::task::{Poll, Waker};

/// Whether the run waits, since when, and for how long it has waited before.
#[derive(Debug, Default)]
pub(crate) struct Standby {
    since_ns: Cell<Option<u64>>,
    past_ns: Cell<u64>,
    waiting: RefCell<Vec<Waker>>,
}

impl Standby {
    /// Nobody begins anything from `now_ns` on.
    pub(crate) fn begin(&self, now_ns: u64) {
        if self.since_ns.get().is_none() {
            self.since_ns.set(Some(now_ns));
        }
    }

    /// It goes on at `now_ns`.
    pub(crate) fn end(&self, now_ns: u64) {
        if let Some(since_ns) = self.since_ns.take() {
            self.past_ns.set(self.past_ns.get() + now_ns.saturating_sub(since_ns));
            self.waiting.borrow_mut().drain(..).for_each(Waker::wake);
        }
    }

    pub(crate) fn is_on(&self) -> bool {
        self.since_ns.get().is_some()
    }

    /// For how long the pause that is on has lasted at `now_ns`.
    pub(crate) fn present_ns(&self, now_ns: u64) -> u64 {
        self.since_ns.get().map_or(0, |since_ns| now_ns.saturating_sub(since_ns))
    }

    /// For how long the run has waited up to `now_ns`, all pauses together.
    pub(crate) fn total_ns(&self, now_ns: u64) -> u64 {
        self.past_ns.get() + self.present_ns(now_ns)
    }

    /// Waits until no pause is on.
    pub(crate) async fn over(&self) {
        poll_fn(|cx| {
            if !self.is_on() {
                return Poll::Ready(());
            }
            let mut waiting = self.waiting.borrow_mut();
            if !waiting.iter().any(|waker| waker.will_wake(cx.waker())) {
                waiting.push(cx.waker().clone());
            }
            Poll::Pending
        })
        .await;
    }
}
