//! The one timer of an executor thread.

use std::future::Future as _;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::time::{Instant, Sleep, sleep_until};

/// A timer that is set to whatever comes next.
#[derive(Debug)]
pub(super) struct Alarm {
    sleep: Pin<Box<Sleep>>,
}

impl Alarm {
    pub(super) fn new() -> Self {
        Self { sleep: Box::pin(sleep_until(Instant::now())) }
    }

    /// Ready at `moment`, or at once when it is over.
    pub(super) fn poll(&mut self, moment: Instant, cx: &mut Context<'_>) -> Poll<()> {
        if moment <= Instant::now() {
            return Poll::Ready(());
        }
        if self.sleep.deadline() != moment {
            self.sleep.as_mut().reset(moment);
        }
        self.sleep.as_mut().poll(cx)
    }
}
