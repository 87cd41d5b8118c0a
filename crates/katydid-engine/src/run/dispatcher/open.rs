//! The open model as the dispatcher sees it: nobody to start, only a window to keep.

use katydid_core::{RunEvent, RunState};

use super::conduct::Dispatcher;
use super::window::Opening;
use crate::run::arrivals::Arrivals;
use crate::run::settings::Window;

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

    /// In the open model nothing is due any more, though answers are still waited for; of a steady
    /// window nothing counts any more.
    pub(super) fn close_window(&mut self) {
        if !matches!(self.opening, Opening::Open(_)) {
            let text = "the statistics were to begin once all users had started, which was not before \
                        the end of the run: they are of its ramp";
            self.snapshot.note_unmet(text.to_owned());
        }
        let steady = matches!(self.settings.window, Window::Steady { .. });
        if self.settings.arrivals.is_some() || steady {
            let elapsed = self.start.elapsed();
            let ends = [self.settings.end(), self.opening.end()];
            self.snapshot.sending = ends.into_iter().flatten().chain([elapsed]).min();
        }
    }
}
