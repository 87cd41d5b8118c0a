//! Every failure, handed to somebody who writes it down, at most so many per second.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use katydid_core::Exemplar;

/// Failures that wait for the writer; beyond that they are dropped, for load never waits.
const WAITING: usize = 1_000;

/// The engine's end of a log of failures.
///
/// Within its rate (with bursts of a second's worth) every failure goes through. What is beyond it,
/// and what the reader is too slow for, is counted and lost.
#[derive(Clone, Debug)]
pub struct FailureLog {
    /// The other end writes; gone, everything is dropped.
    sender: SyncSender<Exemplar>,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    /// Between two failures at full rate, in ns.
    gap_ns: u64,
    /// When the next one would come at full rate, in ns since the start of the run.
    due_ns: AtomicU64,
    dropped: AtomicU64,
}

impl FailureLog {
    /// A log of at most `per_second` failures, and where they come out.
    pub fn new(per_second: u32) -> (Self, Receiver<Exemplar>) {
        let (sender, receiver) = sync_channel(WAITING);
        let gap_ns = 1_000_000_000 / u64::from(per_second.max(1));
        let (due_ns, dropped) = (AtomicU64::new(0), AtomicU64::new(0));
        (Self { sender, shared: Arc::new(Shared { gap_ns, due_ns, dropped }) }, receiver)
    }

    /// Failures lost up to now.
    pub fn dropped(&self) -> u64 {
        self.shared.dropped.load(Ordering::Relaxed)
    }

    /// Whether a failure at this moment goes through; else it is counted as dropped.
    pub(crate) fn admits(&self, now_ns: u64) -> bool {
        let Shared { gap_ns, due_ns, .. } = &*self.shared;
        let next = |due: u64| {
            // An idle second earns a burst, and no more.
            let due = due.max(now_ns.saturating_sub(1_000_000_000)) + gap_ns;
            (due <= now_ns.max(1_000_000_000)).then_some(due)
        };
        let admitted = due_ns.try_update(Ordering::Relaxed, Ordering::Relaxed, next).is_ok();
        if !admitted {
            self.drop_one();
        }
        admitted
    }

    /// Hands over one that was admitted.
    pub(crate) fn tell(&self, failure: Exemplar) {
        if self.sender.try_send(failure).is_err() {
            self.drop_one();
        }
    }

    fn drop_one(&self) {
        self.shared.dropped.fetch_add(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000_000;

    #[test]
    fn a_burst_of_a_second_goes_through_and_then_the_rate() {
        let (log, _failures) = FailureLog::new(10);
        let at_once = (0..100).filter(|_| log.admits(SECOND)).count();
        assert_eq!((at_once, log.dropped()), (10, 90));
        let later = (0..1_000).filter(|ms| log.admits(SECOND + ms * 10_000_000)).count();
        assert_eq!(later, 99, "ten seconds at ten per second");
        let rested = (0..100).filter(|_| log.admits(100 * SECOND)).count();
        assert_eq!(rested, 10, "a long rest earns no more than a burst");
    }

    #[test]
    fn a_reader_that_sleeps_loses_what_it_is_told_and_delays_nobody() {
        let (log, failures) = FailureLog::new(1);
        (0..WAITING + 5).for_each(|_| log.tell(Exemplar::default()));
        assert_eq!(log.dropped(), 5);
        assert_eq!(failures.try_iter().count(), WAITING);
        drop(failures);
        log.tell(Exemplar::default());
        assert_eq!(log.dropped(), 6);
    }
}
