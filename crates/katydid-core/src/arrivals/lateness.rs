//! How long after their schedule tasks began.

use crate::Latency;
use serde::{Deserialize, Serialize};

/// How long after their schedule tasks began, of those that have one: arrivals and paced tasks.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Lateness {
    /// Of all of them. It is in the response time of the first request of each.
    pub all: Latency,
    /// Of those whose user was idle when they were due: lateness that the generator alone has made.
    pub own: Latency,
}

impl Lateness {
    /// A task begins `late_ns` after its schedule.
    #[inline]
    pub fn record(&mut self, late_ns: u64, own: bool) {
        self.all.record(late_ns);
        if own {
            self.own.record(late_ns);
        }
    }

    /// Adds `other`, exactly.
    pub fn add(&mut self, other: &Self) {
        self.all.add(&other.all);
        self.own.add(&other.own);
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.all.clear();
        self.own.clear();
    }
}
