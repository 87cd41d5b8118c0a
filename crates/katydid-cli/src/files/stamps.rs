//! Seconds of the calendar for the lines of a history.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Gives each tick of a run a second of the epoch of its own.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stamps {
    begun: u64,
    last: u64,
}

impl Stamps {
    /// For a run that began then. Its first line, before any tick, has the second of its beginning.
    pub(crate) fn new(began: SystemTime) -> Self {
        let begun = began.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        Self { begun, last: begun }
    }

    /// The second of the beginning.
    pub(crate) fn first(self) -> u64 {
        self.begun
    }

    /// The second of a tick.
    pub(crate) fn next(&mut self, elapsed: Duration) -> u64 {
        // Rounded, so that ticks a little early or late keep a second each; the end of a run comes
        // between two ticks and takes the next one.
        let since = (elapsed + Duration::from_millis(500)).as_secs();
        self.last = (self.begun + since).max(self.last + 1);
        self.last
    }
}
