//! The executor threads as the dispatcher sees them: orders go out, reports come back.

use std::time::Duration;

use katydid_core::Interval;
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::Instant;

use crate::run::executor::Order;

/// How long a thread may be silent before it is called blocked.
pub(super) const ANSWER_LIMIT: Duration = Duration::from_secs(3);

/// An executor thread.
#[derive(Debug)]
pub(crate) struct Thread {
    orders: UnboundedSender<Order>,
    /// Since when a report is awaited.
    asked: Option<Instant>,
    /// Said once that it does not answer.
    pub(super) blocked: bool,
    /// It could not work at all.
    pub(super) broken: bool,
    recycled: Option<Box<Interval>>,
    /// Every user of it has ended, at the end of the run.
    pub(super) idle: bool,
    /// Users that the end of the run has cut.
    pub(super) cut: u32,
}

impl Thread {
    pub(crate) fn new(orders: UnboundedSender<Order>) -> Self {
        Self {
            orders,
            asked: None,
            blocked: false,
            broken: false,
            recycled: None,
            idle: false,
            cut: 0,
        }
    }

    pub(crate) fn order(&self, order: Order) {
        // A thread that has ended needs no order; its end is noticed by its silence.
        let _ = self.orders.send(order);
    }

    /// Asks for a report, unless one is awaited. The answer: for how long it has been awaited.
    pub(super) fn ask(&mut self, now: Instant) -> Duration {
        match self.asked {
            Some(since) => now - since,
            None => {
                self.asked = Some(now);
                let recycled = self.recycled.take();
                self.order(Order::Collect(recycled));
                Duration::ZERO
            }
        }
    }

    /// A report has come; its memory serves the next one. The answer: how long it took.
    pub(super) fn answered(&mut self, emptied: Box<Interval>) -> Duration {
        self.blocked = false;
        self.recycled = Some(emptied);
        self.asked.take().map_or(Duration::ZERO, |since| since.elapsed())
    }

    /// It will not answer any more.
    pub(super) fn give_up(&mut self) {
        self.asked = None;
        self.broken = true;
    }

    pub(super) fn awaited(&self) -> bool {
        self.asked.is_some()
    }

    pub(super) fn gone(&self) -> bool {
        self.orders.is_closed()
    }
}

/// What is said of a thread that does not answer.
pub(super) fn blocked(thread: usize, silent: Duration) -> String {
    format!(
        "executor thread {thread} has not answered for {} s: a task blocks it (a blocking call, an \
         endless loop); its users stand still",
        silent.as_secs()
    )
}
