//! Requests and failures second by second over a whole run, in bounded memory.

use std::time::Duration;

use crate::grown::Grown;

/// Steps kept; a longer run gets steps twice as long.
const MOST_STEPS: usize = 7_200;

/// Counts by time since the start of the run: by the second for two hours, then by two seconds,
/// by four, … so that memory stays bounded and no request is lost.
#[derive(Clone, Debug)]
pub struct Timeline {
    seconds: u32,
    steps: Grown<Counts>,
}

/// Requests and failures.
type Counts = (u32, u32);

impl Default for Timeline {
    fn default() -> Self {
        Self { seconds: 1, steps: Grown::default() }
    }
}

impl Timeline {
    /// Adds what happened in the second that began at `second`.
    pub(crate) fn note(&mut self, second: u64, requests: u64, failures: u64) {
        if requests == 0 {
            return;
        }
        let place = |seconds: u32| usize::try_from(second / u64::from(seconds));
        let mut at = place(self.seconds).unwrap_or(usize::MAX);
        while at >= MOST_STEPS {
            self.coarsen();
            at = place(self.seconds).unwrap_or(usize::MAX);
        }
        let narrow = |count| u32::try_from(count).unwrap_or(u32::MAX);
        add(self.steps.at(at), (narrow(requests), narrow(failures)));
    }

    /// Adds the counts of `other`.
    pub(crate) fn add(&mut self, other: &Self) {
        while self.seconds < other.seconds {
            self.coarsen();
        }
        if self.seconds > other.seconds {
            for (second, requests, failures) in other.steps() {
                self.note(second, requests, failures);
            }
            return;
        }
        // Hundreds of rows are added up every second: not note by note.
        self.steps.join(&other.steps, add);
    }

    fn coarsen(&mut self) {
        self.seconds *= 2;
        self.steps.halve(add);
    }

    /// Length of a step.
    pub fn step(&self) -> Duration {
        Duration::from_secs(u64::from(self.seconds))
    }

    /// Steps with requests: the second at which they begin (since the start of the run), requests,
    /// failures.
    pub fn steps(&self) -> impl Iterator<Item = (u64, u64, u64)> + '_ {
        let steps = self.steps.iter().enumerate();
        steps.filter(|(_, step)| step.0 > 0).map(|(at, (requests, failures))| {
            (at as u64 * u64::from(self.seconds), u64::from(requests), u64::from(failures))
        })
    }
}

fn add(ours: &mut Counts, theirs: Counts) {
    *ours = (ours.0.saturating_add(theirs.0), ours.1.saturating_add(theirs.1));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_is_bounded_and_loses_no_request() {
        let week = 7 * 24 * 3_600;
        let mut timeline = Timeline::default();
        (0..week).for_each(|second| timeline.note(second, 3, 1));
        assert!(timeline.steps.len() <= MOST_STEPS && timeline.steps.len() > MOST_STEPS / 2);
        let sums = timeline.steps().fold((0, 0), |sum, (_, r, f)| (sum.0 + r, sum.1 + f));
        assert_eq!(sums, (3 * week, week));
        assert_eq!(timeline.step(), Duration::from_secs(128));
    }

    #[test]
    fn timelines_of_different_steps_add_up() {
        let mut long = Timeline::default();
        long.note(5, 2, 0);
        long.note(8_000, 1, 0);
        let mut short = Timeline::default();
        short.note(4, 7, 1);
        let expected = vec![(4, 9, 1), (8_000, 1, 0)];
        for (mut ours, theirs) in [(long.clone(), &short), (short.clone(), &long)] {
            ours.add(theirs);
            assert_eq!(ours.steps().collect::<Vec<_>>(), expected);
        }
        let mut twice = short.clone();
        twice.add(&short);
        assert_eq!(twice.steps().collect::<Vec<_>>(), [(4, 14, 2)]);
    }

    #[test]
    fn seconds_without_requests_are_left_out() {
        let mut timeline = Timeline::default();
        timeline.note(2, 1, 0);
        timeline.note(4, 0, 0);
        timeline.note(9, 1, 1);
        assert_eq!(timeline.steps().collect::<Vec<_>>(), [(2, 1, 0), (9, 1, 1)]);
    }
}
