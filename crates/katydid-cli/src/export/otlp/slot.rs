//! One place for numbers, where new ones replace those that were not taken.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use katydid_report::metrics::Metrics;

/// Between the dispatcher, which lays down, and the exporter's thread, which takes.
#[derive(Debug, Default)]
pub(super) struct Slot {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    waiting: Option<Arc<Metrics>>,
    replaced: u64,
    closing: bool,
}

impl Slot {
    pub(super) fn put(&self, metrics: Arc<Metrics>) {
        self.lay(metrics, false);
    }

    /// Lays down the last numbers.
    pub(super) fn close(&self, metrics: Arc<Metrics>) {
        self.lay(metrics, true);
    }

    /// How many were replaced before anybody took them.
    pub(super) fn replaced(&self) -> u64 {
        self.lock().replaced
    }

    /// Waits for numbers; with them, whether they are the last ones. `None` after those.
    pub(super) fn take(&self) -> Option<(Arc<Metrics>, bool)> {
        let mut state = self.lock();
        loop {
            if let Some(metrics) = state.waiting.take() {
                return Some((metrics, state.closing));
            }
            if state.closing {
                return None;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn lay(&self, metrics: Arc<Metrics>, last: bool) {
        let mut state = self.lock();
        state.replaced += u64::from(state.waiting.replace(metrics).is_some());
        state.closing |= last;
        self.changed.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
