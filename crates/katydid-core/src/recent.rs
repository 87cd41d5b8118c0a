//! *Current* rates and response times: those of the last ten seconds of the wall clock.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use crate::history::{Entry, Sparse};
use crate::interval::RowInterval;
use crate::{FailureKind, Latency};

/// Length of the window.
const CURRENT_WINDOW: Duration = Duration::from_secs(10);

/// Requests and failures of the last ticks, for rates that fall to zero when traffic stops
/// (Locust's freeze), and their response times.
#[derive(Clone, Debug, Default)]
pub(crate) struct Recent {
    open: Entry,
    ticks: VecDeque<Tick>,
    began: Option<Duration>,
}

/// What came between two ticks. Times are shared with the history, and copies of rows cost little.
#[derive(Clone, Debug, Default)]
struct Tick {
    at: Duration,
    requests: u64,
    failures: u64,
    times: Vec<Arc<Sparse>>,
}

impl Recent {
    pub(crate) fn note(&mut self, row: &RowInterval) {
        self.open.note(row);
    }

    pub(crate) fn note_failures(&mut self, kind: FailureKind, count: u64) {
        self.open.note_failures(kind, count);
    }

    /// Ends a tick; returns what came in it.
    pub(crate) fn close(&mut self, now: Duration) -> Entry {
        let entry = std::mem::take(&mut self.open);
        let (requests, failures) = (entry.requests(), entry.failures());
        let times = entry.times().cloned().collect();
        self.ticks.push_back(Tick { at: now, requests, failures, times });
        let oldest = now.saturating_sub(CURRENT_WINDOW);
        while self.ticks.front().is_some_and(|tick| tick.at <= oldest) {
            self.began = self.ticks.pop_front().map(|tick| tick.at);
        }
        entry
    }

    pub(crate) fn add(&mut self, other: &Self) {
        // Rows closed on the same ticks; a row that appeared later simply has fewer of them.
        for theirs in &other.ticks {
            match self.ticks.iter_mut().find(|ours| ours.at == theirs.at) {
                Some(ours) => {
                    ours.requests += theirs.requests;
                    ours.failures += theirs.failures;
                    ours.times.extend(theirs.times.iter().cloned());
                }
                None => self.ticks.push_back(theirs.clone()),
            }
        }
        self.began = self.began.max(other.began);
    }

    pub(crate) fn times(&self) -> Latency {
        let mut all = Latency::default();
        for times in self.ticks.iter().flat_map(|tick| &tick.times) {
            times.add_to(&mut all);
        }
        all
    }

    pub(crate) fn rates(&self) -> (f64, f64) {
        let Some(end) = self.ticks.iter().map(|tick| tick.at).max() else { return (0.0, 0.0) };
        // A row that appeared late has no tick before the window; the window is what counts.
        let began = self.began.unwrap_or_else(|| end.saturating_sub(CURRENT_WINDOW));
        let seconds = end.saturating_sub(began).as_secs_f64();
        if seconds <= 0.0 {
            return (0.0, 0.0);
        }
        let sum = |pick: fn(&Tick) -> u64| self.ticks.iter().map(pick).sum::<u64>();
        (sum(|tick| tick.requests) as f64 / seconds, sum(|tick| tick.failures) as f64 / seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `successes` and `failures` of `ms` milliseconds each.
    fn row(successes: u64, failures: u64, ms: u64) -> RowInterval {
        let mut row = RowInterval::default();
        (0..successes).for_each(|_| row.succeeded.record(ms * 1_000_000));
        (0..failures).for_each(|_| row.failed.record(ms * 1_000_000));
        row
    }

    #[test]
    fn a_name_that_appears_late_has_its_own_current_rate() {
        let mut recent = Recent::default();
        recent.note(&row(50, 50, 1));
        recent.close(Duration::from_secs(100));
        assert_eq!(recent.rates(), (10.0, 5.0));
    }

    #[test]
    fn rates_and_times_end_when_traffic_stops() {
        let mut recent = Recent::default();
        recent.note(&row(100, 0, 1));
        for second in 1..=30 {
            recent.close(Duration::from_secs(second));
        }
        assert_eq!(recent.rates(), (0.0, 0.0));
        assert_eq!(recent.times().quantile(0.5), None);
    }

    #[test]
    fn times_are_those_of_the_last_ten_seconds() {
        let mut recent = Recent::default();
        for second in 1..=15 {
            recent.note(&row(1, 1, second));
            recent.close(Duration::from_secs(second));
        }
        let times = recent.times();
        assert_eq!(times.len(), 20);
        // Seconds 6 to 15.
        let whole = |quantile| times.quantile(quantile).map(|time| time.as_millis());
        assert_eq!((whole(0.0), whole(1.0)), (Some(6), Some(15)));
    }
}
