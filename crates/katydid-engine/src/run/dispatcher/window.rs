//! When the statistics begin that count, and when they end with the run.

use std::time::Duration;

use katydid_core::RunEvent;
use tokio::time::Instant;

use super::conduct::Dispatcher;
use crate::run::executor::Order;
use crate::run::settings::Window;

/// How far the run has come towards its window.
#[derive(Debug)]
pub(super) enum Opening {
    /// It opens once all users have started.
    Due,
    /// They have started; it opens once none of them is new, or at this moment.
    Settling {
        /// Threads that have new users, as far as is known.
        new: Vec<bool>,
        /// The end of the patience.
        until: Instant,
    },
    /// It is open, to the end of the run or this moment, since its start.
    Open(Option<Duration>),
}

impl Opening {
    pub(super) fn of(window: Window) -> Self {
        if window == Window::Whole { Self::Open(None) } else { Self::Due }
    }

    /// When there is something to do, whatever the users do.
    pub(super) fn next(&self) -> Option<Instant> {
        match self {
            Self::Settling { until, .. } => Some(*until),
            Self::Due | Self::Open(_) => None,
        }
    }

    /// When the window closes, and the run ends.
    pub(super) fn end(&self) -> Option<Duration> {
        match self {
            Self::Open(end) => *end,
            Self::Due | Self::Settling { .. } => None,
        }
    }
}

impl Dispatcher<'_> {
    /// All users have started.
    pub(super) fn settle(&mut self) {
        if !matches!(self.opening, Opening::Due) {
            return;
        }
        match self.settings.window {
            Window::Whole => {}
            Window::Started => self.open_window(None),
            Window::Steady { patience, .. } => {
                let (new, until) = (vec![true; self.threads.len()], Instant::now() + patience);
                self.opening = Opening::Settling { new, until };
                self.threads.iter().for_each(|thread| thread.order(Order::Settle));
            }
        }
    }

    /// No user of a thread is new any more.
    pub(super) fn settled(&mut self, thread: usize) {
        if let Opening::Settling { new, .. } = &mut self.opening {
            new[thread] = false;
            if !new.contains(&true) && self.running() {
                self.open_steady();
            }
        }
    }

    /// Opens the window at the end of the patience, whoever is new.
    pub(super) fn lose_patience(&mut self, now: Instant) {
        if self.running() && self.opening.next().is_some_and(|until| now >= until) {
            let text = "some users have not ended their first task yet; what is measured from now \
                        on has such first tasks in it";
            self.tell(RunEvent::Warning(text.to_owned()));
            self.open_steady();
        }
    }

    fn open_steady(&mut self) {
        if let Window::Steady { length, .. } = self.settings.window {
            self.open_window(Some(length));
        }
    }

    /// The statistics begin now, for so long.
    fn open_window(&mut self, length: Option<Duration>) {
        self.reset();
        self.opening = Opening::Open(length.map(|length| self.snapshot.since + length));
    }
}
