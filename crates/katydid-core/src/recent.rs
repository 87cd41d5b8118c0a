//! *Current* rates: requests per second over the last ten seconds of the wall clock.

use std::collections::VecDeque;
use std::time::Duration;

/// Length of the window.
const CURRENT_WINDOW: Duration = Duration::from_secs(10);

/// Requests and failures of the last ticks, for rates that fall to zero when traffic stops
/// (Locust's freeze).
#[derive(Clone, Debug, Default)]
pub(crate) struct Recent {
    open: (u64, u64),
    ticks: VecDeque<(Duration, u64, u64)>,
    began: Option<Duration>,
}

impl Recent {
    pub(crate) fn note(&mut self, requests: u64, failures: u64) {
        self.open.0 += requests;
        self.open.1 += failures;
    }

    pub(crate) fn close(&mut self, now: Duration) {
        let (requests, failures) = std::mem::take(&mut self.open);
        self.ticks.push_back((now, requests, failures));
        let oldest = now.saturating_sub(CURRENT_WINDOW);
        while self.ticks.front().is_some_and(|(at, ..)| *at <= oldest) {
            self.began = self.ticks.pop_front().map(|(at, ..)| at);
        }
    }

    pub(crate) fn add(&mut self, other: &Self) {
        // Rows closed on the same ticks; a row that appeared later simply has fewer of them.
        for (at, requests, failures) in &other.ticks {
            match self.ticks.iter_mut().find(|(ours, ..)| ours == at) {
                Some(tick) => {
                    tick.1 += requests;
                    tick.2 += failures;
                }
                None => self.ticks.push_back((*at, *requests, *failures)),
            }
        }
        self.began = self.began.max(other.began);
    }

    pub(crate) fn rates(&self) -> (f64, f64) {
        let Some(end) = self.ticks.iter().map(|(at, ..)| *at).max() else { return (0.0, 0.0) };
        // A row that appeared late has no tick before the window; the window is what counts.
        let began = self.began.unwrap_or_else(|| end.saturating_sub(CURRENT_WINDOW));
        let seconds = end.saturating_sub(began).as_secs_f64();
        if seconds <= 0.0 {
            return (0.0, 0.0);
        }
        let sum = |pick: fn(&(Duration, u64, u64)) -> u64| self.ticks.iter().map(pick).sum::<u64>();
        (sum(|tick| tick.1) as f64 / seconds, sum(|tick| tick.2) as f64 / seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_appears_late_has_its_own_current_rate() {
        let mut recent = Recent::default();
        recent.note(100, 50);
        recent.close(Duration::from_secs(100));
        assert_eq!(recent.rates(), (10.0, 5.0));
    }

    #[test]
    fn rates_fall_to_zero_when_traffic_stops() {
        let mut recent = Recent::default();
        recent.note(100, 0);
        (1..=30).for_each(|second| recent.close(Duration::from_secs(second)));
        assert_eq!(recent.rates(), (0.0, 0.0));
    }
}
