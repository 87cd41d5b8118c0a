//! A piece of a run, added up: some rows over some time.

use std::borrow::Cow;

use super::entry::Entry;
use super::kinds::FailureKinds;
use crate::Latency;
use crate::row::Row;

/// What some rows measured over some time, added up exactly.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Part {
    pub(super) succeeded: Latency,
    pub(super) failed: Latency,
    pub(super) kinds: FailureKinds,
    pub(super) connections: u64,
    pub(super) redirects: u64,
    pub(super) cached: u64,
}

impl Part {
    /// Requests, failures among them.
    pub fn requests(&self) -> u64 {
        self.succeeded.len() + self.failed.len()
    }

    /// Requests that failed.
    pub fn failures(&self) -> u64 {
        self.failed.len()
    }

    /// Response times of the successful ones.
    pub fn succeeded(&self) -> &Latency {
        &self.succeeded
    }

    /// Response times of the failed ones.
    pub fn failed(&self) -> &Latency {
        &self.failed
    }

    /// Response times of all.
    pub fn response(&self) -> Cow<'_, Latency> {
        if self.failed.is_empty() {
            return Cow::Borrowed(&self.succeeded);
        }
        let mut all = self.succeeded.clone();
        all.add(&self.failed);
        Cow::Owned(all)
    }

    /// What the failed ones failed of.
    pub fn kinds(&self) -> &FailureKinds {
        &self.kinds
    }

    /// Connections opened for these requests.
    pub fn connections(&self) -> u64 {
        self.connections
    }

    /// Requests whose answer says that it came from a cache.
    pub fn cached(&self) -> u64 {
        self.cached
    }

    /// The share of exchanges (requests, and redirects that were followed) that found a connection
    /// open, 0 to 1. `None` without any.
    pub fn reuse(&self) -> Option<f64> {
        let exchanges = self.requests() + self.redirects;
        let reused = exchanges.saturating_sub(self.connections);
        (exchanges > 0).then(|| reused as f64 / exchanges as f64)
    }

    pub(super) fn add(&mut self, entry: &Entry) {
        if let Some(times) = &entry.succeeded {
            times.add_to(&mut self.succeeded);
        }
        if let Some(times) = &entry.failed {
            times.add_to(&mut self.failed);
        }
        self.kinds += &entry.kinds;
        self.connections += entry.connections;
        self.redirects += entry.redirects;
        self.cached += entry.cached;
    }
}

/// The totals of rows.
impl<'a> FromIterator<&'a Row> for Part {
    fn from_iter<I: IntoIterator<Item = &'a Row>>(rows: I) -> Self {
        let mut part = Self::default();
        for row in rows {
            part.succeeded.add(&row.totals.succeeded);
            part.failed.add(&row.totals.failed);
            part.kinds += &row.kinds;
            part.connections += row.totals.connections;
            part.redirects += row.totals.redirects;
            part.cached += row.totals.cached;
        }
        part
    }
}
