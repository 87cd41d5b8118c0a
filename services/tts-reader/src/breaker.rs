//! A circuit breaker: after several failures in a row the other side is left alone for a while, and
//! those who come meanwhile are refused at once instead of waiting for the next failure.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

/// Guards calls to one service.
#[derive(Debug)]
pub(crate) struct Breaker {
    /// In a row, they open it.
    failures: u32,
    /// How long it stays open before one call may try.
    rest: Duration,
    state: Mutex<State>,
}

/// Whether calls go through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Condition {
    Closed,
    /// One call tries.
    HalfOpen,
    Open,
}

#[derive(Debug, Default)]
struct State {
    failures: u32,
    /// Until then nobody is let through.
    open_until: Option<Instant>,
    trying: bool,
}

/// Leave for one call. Say how it ended; dropped without a word (the caller went away) it counts as
/// neither.
#[derive(Debug)]
#[must_use = "say how the call ended"]
pub(crate) struct Leave<'b> {
    breaker: &'b Breaker,
    /// It is the one that tries.
    trial: bool,
}

impl Breaker {
    /// Opens after so many failures in a row, for so long.
    pub(crate) fn new(failures: u32, rest: Duration) -> Self {
        Self { failures, rest, state: Mutex::default() }
    }

    /// # Errors
    /// How long to wait, while it is open.
    pub(crate) fn ask(&self) -> Result<Leave<'_>, Duration> {
        let mut state = self.lock();
        let Some(until) = state.open_until else {
            return Ok(Leave { breaker: self, trial: false });
        };
        let left = until.saturating_duration_since(Instant::now());
        if !left.is_zero() {
            return Err(left);
        }
        if state.trying {
            return Err(Duration::from_secs(1));
        }
        state.trying = true;
        Ok(Leave { breaker: self, trial: true })
    }

    pub(crate) fn condition(&self) -> Condition {
        let state = self.lock();
        match state.open_until {
            None => Condition::Closed,
            Some(until) if until <= Instant::now() => Condition::HalfOpen,
            Some(_) => Condition::Open,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Whatever a panic left is counted anew by the next calls.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Leave<'_> {
    /// The other side answered, whatever it said.
    pub(crate) fn answered(self) {
        let mut state = self.breaker.lock();
        // One that set out before it opened says nothing about now.
        if self.trial || state.open_until.is_none() {
            *state = State::default();
        }
    }

    /// It did not.
    pub(crate) fn failed(self) {
        let breaker = self.breaker;
        let mut state = breaker.lock();
        state.failures = state.failures.saturating_add(1);
        if self.trial || (state.open_until.is_none() && state.failures >= breaker.failures) {
            state.open_until = Some(Instant::now() + breaker.rest);
        }
    }
}

impl Drop for Leave<'_> {
    fn drop(&mut self) {
        if self.trial {
            self.breaker.lock().trying = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Breaker, Condition};

    const FAILURES: u32 = 5;
    const REST: Duration = Duration::from_secs(15);

    #[tokio::test(start_paused = true)]
    async fn it_opens_after_failures_in_a_row_and_lets_one_try() {
        let breaker = Breaker::new(FAILURES, REST);
        for _ in 1..FAILURES {
            breaker.ask().unwrap().failed();
        }
        breaker.ask().unwrap().answered();
        for _ in 0..FAILURES {
            assert_eq!(breaker.condition(), Condition::Closed);
            breaker.ask().unwrap().failed();
        }
        assert_eq!(breaker.condition(), Condition::Open);
        assert_eq!(breaker.ask().unwrap_err(), REST);

        tokio::time::advance(REST).await;
        assert_eq!(breaker.condition(), Condition::HalfOpen);
        let trial = breaker.ask().unwrap();
        breaker.ask().unwrap_err();
        trial.failed();
        assert_eq!(breaker.ask().unwrap_err(), REST);

        tokio::time::advance(REST).await;
        // A caller who goes away is no answer, and does not keep others from trying.
        drop(breaker.ask().unwrap());
        breaker.ask().unwrap().answered();
        assert_eq!(breaker.condition(), Condition::Closed);
    }

    #[tokio::test(start_paused = true)]
    async fn a_late_answer_does_not_close_it() {
        let breaker = Breaker::new(FAILURES, REST);
        let early = breaker.ask().unwrap();
        for _ in 0..FAILURES {
            breaker.ask().unwrap().failed();
        }
        early.answered();
        assert_eq!(breaker.condition(), Condition::Open);
        tokio::time::advance(REST / 2).await;
        assert!(breaker.ask().is_err());
    }
}
