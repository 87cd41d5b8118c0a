//! What somebody changes by hand beside the number of users: pauses, and the rate of arrivals.

use std::sync::Arc;
use std::time::Duration;

use katydid_core::{ArrivalRate, RunEvent};

use super::conduct::Dispatcher;
use crate::run::executor::Order;

impl Dispatcher<'_> {
    /// Nothing is begun from now on. The time of the run goes on.
    pub(super) fn pause(&mut self) {
        if !self.running() || self.standby.0.is_some() {
            return;
        }
        let since = self.start.elapsed();
        self.standby.0 = Some(since);
        self.steering.pause(since);
        let since_ns = since.as_nanos() as u64;
        self.threads.iter().for_each(|thread| thread.order(Order::Pause(since_ns)));
        self.control.note_paused(true);
        self.tell(RunEvent::Paused);
    }

    /// It goes on.
    pub(super) fn resume(&mut self) {
        let Some(since) = self.standby.0.filter(|_| self.running()) else { return };
        let after = self.start.elapsed().saturating_sub(since);
        self.steering.resume(after);
        let after_ns = after.as_nanos() as u64;
        self.threads.iter().for_each(|thread| thread.order(Order::Resume(after_ns)));
        self.end_pause();
    }

    /// A pause is over, or the run is: its threads see to that by themselves.
    pub(super) fn end_pause(&mut self) {
        let Some(since) = self.standby.0.take() else { return };
        let after = self.start.elapsed().saturating_sub(since);
        self.standby.1 += after;
        self.snapshot.paused = self.standby.1;
        self.control.note_paused(false);
        self.tell(RunEvent::Resumed { after });
    }

    /// For how long the run was paused up to `now`.
    pub(super) fn paused(&self, now: Duration) -> Duration {
        let present = self.standby.0.map_or(Duration::ZERO, |since| now.saturating_sub(since));
        self.standby.1 + present
    }

    /// Tasks start at another rate from `at` on.
    pub(super) fn change_rate(&mut self, at: Duration, per_second: f64) {
        let Some(rate) = self.rate.as_ref().filter(|_| self.running()) else { return };
        match rate.changed(at, per_second) {
            Ok(rate) => {
                let rate: Arc<ArrivalRate> = Arc::new(rate);
                let order = |rate: &Arc<ArrivalRate>| Order::Rate(Arc::clone(rate));
                self.threads.iter().for_each(|thread| thread.order(order(&rate)));
                self.rate = Some(rate);
                self.snapshot.steered += 1;
                self.control.note_rate(Some(per_second));
                self.tell(RunEvent::RateChanged { per_second });
            }
            // The control has looked at it before.
            Err(fault) => self.tell(RunEvent::Warning(fault.to_string())),
        }
    }
}
