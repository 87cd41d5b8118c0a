//! Where numbers lie between the dispatcher and those who scrape.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use katydid_report::metrics::Metrics;

/// Numbers of the latest tick for which somebody asked.
#[derive(Debug, Default)]
pub(super) struct Desk {
    /// Somebody waits; the dispatcher looks at it once a tick.
    asked: AtomicBool,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    latest: Option<Arc<Metrics>>,
    /// How often numbers were laid down.
    times: u64,
    /// No more will come.
    last: bool,
    /// Somebody has the last ones.
    served: bool,
}

impl Desk {
    pub(super) fn is_asked(&self) -> bool {
        self.asked.load(Ordering::Relaxed)
    }

    pub(super) fn put(&self, metrics: &Arc<Metrics>, last: bool) {
        self.asked.store(false, Ordering::Relaxed);
        let mut state = self.lock();
        state.latest = Some(Arc::clone(metrics));
        state.times += 1;
        state.last |= last;
        drop(state);
        self.changed.notify_all();
    }

    /// What is there are the numbers of a run that is over; another one begins.
    pub(super) fn begin_anew(&self) {
        let mut state = self.lock();
        (state.last, state.served) = (false, false);
    }

    /// The numbers of the next tick, or older ones when none come until `end`. With them, whether
    /// they are the last ones.
    pub(super) fn next(&self, end: Instant) -> Option<(Arc<Metrics>, bool)> {
        let mut state = self.lock();
        let before = state.times;
        while !state.last && state.times == before {
            // Under the lock, so that no tick can come between the question and the waiting.
            self.asked.store(true, Ordering::Relaxed);
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            state =
                self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        let last = state.last;
        state.latest.clone().map(|metrics| (metrics, last))
    }

    /// Somebody has got the last numbers whole.
    pub(super) fn note_served(&self) {
        self.lock().served = true;
        self.changed.notify_all();
    }

    pub(super) fn has_served_last(&self) -> bool {
        self.lock().served
    }

    /// Waits for it at most so long.
    pub(super) fn wait_served(&self, limit: Duration) -> bool {
        let state = self.lock();
        let waited = self.changed.wait_timeout_while(state, limit, |state| !state.served);
        waited.unwrap_or_else(PoisonError::into_inner).0.served
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
