//! What is told of a run, as JSON: plain structs whose comments are the OpenAPI document's words.
//!
//! Times of day are seconds since 1970, times of the run seconds since its start, response times
//! milliseconds; `null` is *nothing to say*. Lists are bounded, and a list that is cut says so.

mod faults;
mod rows;
mod snapshot;
mod state;
mod suite;
mod verdict;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

pub(crate) use faults::ShownExemplar;
pub(crate) use snapshot::ShownSnapshot;
pub(crate) use state::{ShownState, state};
pub(crate) use suite::ShownSuite;

/// A time of the run, to the millisecond.
pub(crate) fn seconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e3).round() / 1e3
}

/// A response time in ms, to the microsecond.
pub(crate) fn millis(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e3
}

/// A time of day.
pub(crate) fn epoch(time: SystemTime) -> f64 {
    seconds(time.duration_since(UNIX_EPOCH).unwrap_or_default())
}
