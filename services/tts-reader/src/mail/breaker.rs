//! A circuit breaker: leaves alone for a while what has failed again and again.

use std::time::{Duration, Instant};

/// Failures in a row after which it opens.
const FAILURES: u32 = 3;

/// Counts failures in a row. Knows no clock; whoever asks says what time it is.
#[derive(Debug)]
pub(super) struct Breaker {
    failures: u32,
    open_until: Option<Instant>,
    pause: Duration,
}

impl Breaker {
    /// `pause`: how long it stays open before one try is let through.
    pub(super) fn new(pause: Duration) -> Self {
        Self { failures: 0, open_until: None, pause }
    }

    /// How long to leave it alone; `None`: try now.
    pub(super) fn wait(&self, now: Instant) -> Option<Duration> {
        self.open_until.and_then(|until| until.checked_duration_since(now)).filter(|d| !d.is_zero())
    }

    pub(super) fn succeeded(&mut self) {
        self.failures = 0;
        self.open_until = None;
    }

    /// A failure; one while it was open, or the last of a row, opens it (again).
    pub(super) fn failed(&mut self, now: Instant) {
        self.failures += 1;
        if self.failures >= FAILURES {
            self.open_until = Some(now + self.pause);
        }
    }

    pub(super) fn is_open(&self) -> bool {
        self.open_until.is_some()
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::Breaker;

    #[test]
    fn it_opens_after_three_failures_lets_one_through_and_closes_with_success() {
        let (start, pause) = (Instant::now(), Duration::from_secs(30));
        let mut breaker = Breaker::new(pause);
        breaker.failed(start);
        breaker.failed(start);
        assert_eq!(breaker.wait(start), None);
        breaker.failed(start);
        assert_eq!(breaker.wait(start), Some(pause));
        let later = start + pause;
        assert_eq!(breaker.wait(later), None);
        assert!(breaker.is_open(), "until a try succeeds");
        breaker.failed(later);
        assert_eq!(breaker.wait(later), Some(pause), "one failure is enough then");
        breaker.succeeded();
        assert!(!breaker.is_open());
        breaker.failed(later);
        assert_eq!(breaker.wait(later), None);
    }
}
