//! What an open model is told.

use std::sync::Arc;

use katydid_core::ArrivalRate;

/// Task starts at a rate of their own: users that would come, whether or not others still wait.
///
/// Each start is one task of a class, drawn by the weights as in the closed model, without waits:
/// one step on the way of a user, so a user in a sequential flow goes one task on. The user is one
/// that has nothing to do, the last one first, so that connections stay warm; or a new one, whose
/// `on_start` then runs before its first task. The response time of a task's first request is
/// counted from the moment the task was due, so whatever kept it back is in it, `on_start` too.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Arrivals {
    /// Task starts per second, all threads together.
    pub rate: Arc<ArrivalRate>,
    /// How the starts lie in time.
    pub spacing: Spacing,
    /// The most tasks at work at one time, over all threads. Users that wait for something to do
    /// are not counted.
    pub max_in_flight: u32,
    /// What happens to a start that is due while so many are.
    pub when_full: WhenFull,
}

/// How starts lie in time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Spacing {
    /// Evenly, as the rate says.
    #[default]
    Uniform,
    /// At random as a Poisson process, the same for the same seed and any number of threads: gaps
    /// are exponential, as when many people come who do not know each other.
    Poisson,
}

/// What happens to a start that is due while the most that may be in flight are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum WhenFull {
    /// It waits for its turn and keeps its due time: the wait is in the response time.
    #[default]
    Queue,
    /// It is dropped, and counted as that.
    Drop,
}

impl Arrivals {
    /// Even starts, at most 500 in flight, those beyond wait.
    pub fn new(rate: ArrivalRate) -> Self {
        let (spacing, when_full) = (Spacing::default(), WhenFull::default());
        Self { rate: Arc::new(rate), spacing, max_in_flight: 500, when_full }
    }

    /// With starts that lie like this in time.
    #[must_use]
    pub fn spacing(mut self, spacing: Spacing) -> Self {
        self.spacing = spacing;
        self
    }

    /// With at most so many tasks at work.
    #[must_use]
    pub fn max_in_flight(mut self, most: u32) -> Self {
        self.max_in_flight = most;
        self
    }

    /// With this fate for a start beyond.
    #[must_use]
    pub fn when_full(mut self, when_full: WhenFull) -> Self {
        self.when_full = when_full;
        self
    }
}
