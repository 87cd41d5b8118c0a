//! The open model as the dispatcher sees it: nobody to start, only a window to keep.

use katydid_core::{RunEvent, RunState};

use super::conduct::Dispatcher;
use crate::run::arrivals::Arrivals;

impl Dispatcher<'_> {
    /// The open model begins: threads know by themselves what is due.
    pub(super) fn open(&mut self, arrivals: &Arrivals) {
        self.tell(RunEvent::Started {
            users: arrivals.max_in_flight,
            spawn_rate: 0.0,
            run_time: self.settings.end(),
            threads: self.threads.len(),
        });
        self.tell(RunEvent::ArrivalsBegun {
            rate: arrivals.rate.to_string(),
            max_in_flight: arrivals.max_in_flight,
        });
        self.control.note(RunState::Running, 0);
    }

    /// Nothing is due any more; answers are still waited for.
    pub(super) fn close_window(&mut self) {
        if self.settings.arrivals.is_some() {
            let elapsed = self.start.elapsed();
            let end = self.settings.end().map_or(elapsed, |end| end.min(elapsed));
            self.snapshot.sending = Some(end);
        }
    }
}
