//! Where phases begin between two ticks: what was measured is collected there too, so that no step
//! of the history lies in two phases.

use std::time::Duration;

use katydid_core::RunPhase;

/// Between two ticks.
const TICK_MS: u128 = 1_000;

/// The borders that no tick falls on, and whether the collection under way is for one of them.
#[derive(Debug)]
pub(super) struct Borders {
    /// Those that are still to come, the next one last.
    to_come: Vec<Duration>,
    silent: bool,
}

impl Borders {
    pub(super) fn of(phases: &[RunPhase]) -> Self {
        let between = |border: &Duration| !border.as_millis().is_multiple_of(TICK_MS);
        let begins = phases.iter().rev().map(|phase| phase.from);
        Self { to_come: begins.filter(between).collect(), silent: false }
    }

    /// The next one.
    pub(super) fn next(&self) -> Option<Duration> {
        self.to_come.last().copied()
    }

    /// Whether a border has been reached at `now`: the next collection is for it, and nobody is told
    /// of it as of a tick.
    pub(super) fn reached(&mut self, now: Duration) -> bool {
        let reached = self.to_come.pop_if(|border| *border <= now).is_some();
        self.silent |= reached;
        reached
    }

    /// The next collection is a tick.
    pub(super) fn told(&mut self) {
        self.silent = false;
    }

    /// Whether the collection that has just ended was for a border only.
    pub(super) fn silent(&self) -> bool {
        self.silent
    }
}
