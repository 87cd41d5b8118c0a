//! Rows of a snapshot: requests and transactions by name, tasks.

use std::borrow::Cow;
use std::time::Duration;

use crate::history::FailureKinds;
use crate::interval::RowInterval;
use crate::recent::Recent;
use crate::recorder::RowKey;
use crate::sample::{Bytes, PhaseTotals};
use crate::server_timing::ServerTimings;
use crate::tasks::{TaskCounts, TaskInfo};
use crate::timeline::Timeline;
use crate::variety::Variety;
use crate::{FailureKind, Latency};

/// All requests of one row since the start.
#[derive(Clone, Debug)]
pub struct Row {
    /// What they have in common.
    pub key: RowKey,
    pub(crate) totals: RowInterval,
    pub(crate) kinds: FailureKinds,
    pub(crate) recent: Recent,
    pub(crate) timeline: Timeline,
    pub(crate) variety: Variety,
}

impl Row {
    pub(crate) fn new(key: RowKey) -> Self {
        Self {
            key,
            totals: RowInterval::default(),
            kinds: FailureKinds::default(),
            recent: Recent::default(),
            timeline: Timeline::default(),
            variety: Variety::default(),
        }
    }

    /// Adds all that `other` has.
    pub(crate) fn add(&mut self, other: &Self) {
        self.totals.add(&other.totals);
        self.kinds += &other.kinds;
        self.recent.add(&other.recent);
        self.timeline.add(&other.timeline);
        self.variety.add(other.variety);
    }

    /// Adds why requests failed that are counted in the totals.
    pub(crate) fn note_failures(&mut self, kind: FailureKind, count: u64) {
        self.kinds.add(kind, count);
        self.recent.note_failures(kind, count);
    }

    /// Requests, failures among them.
    pub fn requests(&self) -> u64 {
        self.totals.requests()
    }

    /// Requests that failed.
    pub fn failures(&self) -> u64 {
        self.totals.failed.len()
    }

    /// Response times of all requests.
    pub fn response(&self) -> Cow<'_, Latency> {
        // Histograms are large, and most rows have no failure.
        if self.totals.failed.is_empty() {
            return Cow::Borrowed(&self.totals.succeeded);
        }
        let mut all = self.totals.succeeded.clone();
        all.add(&self.totals.failed);
        Cow::Owned(all)
    }

    /// Response times of the successful ones.
    pub fn succeeded(&self) -> &Latency {
        &self.totals.succeeded
    }

    /// Response times of the failed ones.
    pub fn failed(&self) -> &Latency {
        &self.totals.failed
    }

    /// Service times of all.
    pub fn service(&self) -> Latency {
        self.totals.service.clone().unwrap_or_else(|| self.response().into_owned())
    }

    /// Due to first byte, of all (two significant digits).
    pub fn first_byte(&self) -> &Latency {
        &self.totals.first_byte
    }

    /// What the failed ones failed of.
    pub fn kinds(&self) -> &FailureKinds {
        &self.kinds
    }

    /// Where the time went.
    pub fn phases(&self) -> PhaseTotals {
        self.totals.phases
    }

    /// What answers say of the time that they took (`Server-Timing`).
    pub fn server_timings(&self) -> &ServerTimings {
        &self.totals.server_timings
    }

    /// What was moved.
    pub fn bytes(&self) -> Bytes {
        self.totals.bytes
    }

    /// Redirects followed.
    pub fn redirects(&self) -> u64 {
        self.totals.redirects
    }

    /// Requests among them that repeat one before them, because the suite asked for retries.
    pub fn retries(&self) -> u64 {
        self.totals.retries
    }

    /// The longest `Retry-After` of an answer, if any had one.
    pub fn retry_after(&self) -> Option<Duration> {
        let seconds = self.totals.retry_after_s;
        (seconds > 0).then(|| Duration::from_secs(u64::from(seconds)))
    }

    /// Requests whose answer the suite has looked at: its status, a header, its body.
    pub fn looked_at(&self) -> u64 {
        self.totals.looked_at
    }

    /// Requests of whose answer the suite has looked at more than the status.
    pub fn read(&self) -> u64 {
        self.totals.read
    }

    /// Successes of status 400 and above, because the suite said so.
    pub fn excused(&self) -> u64 {
        self.totals.excused
    }

    /// Requests whose answer says that it came from a cache.
    pub fn cached(&self) -> u64 {
        self.totals.cached
    }

    /// Connections opened for these requests.
    pub fn connections(&self) -> u64 {
        self.totals.connections
    }

    /// Requests and failures per second over the last ten seconds.
    pub fn current_rates(&self) -> (f64, f64) {
        self.recent.rates()
    }

    /// Response times of the last ten seconds, of all requests.
    pub fn current_response(&self) -> Latency {
        self.recent.times()
    }

    /// Requests and failures by second over the whole run.
    pub fn timeline(&self) -> &Timeline {
        &self.timeline
    }

    /// When the last of them ended, since the start of the run. `None` without any.
    pub fn last_end(&self) -> Option<Duration> {
        (self.requests() > 0).then(|| Duration::from_nanos(self.totals.last_ns))
    }
}

/// A task with its counts.
#[derive(Clone, Debug)]
pub struct TaskRow {
    /// What is known of it before the run.
    pub info: TaskInfo,
    /// What it did.
    pub counts: TaskCounts,
}

impl TaskRow {
    /// It came to an end and sent nothing, though nobody said that it is silent.
    pub fn is_silent(&self) -> bool {
        self.counts.executions > 0 && self.counts.requests == 0 && !self.info.silent
    }

    /// It never began. A short run leaves many tasks undrawn, and that is no fault.
    pub fn is_undrawn(&self) -> bool {
        self.counts.executions + self.counts.cut == 0
    }
}

/// Rows with equal method and name made one; they may differ in tags.
pub(crate) fn by_name<'a>(rows: impl Iterator<Item = &'a Row>) -> Vec<Cow<'a, Row>> {
    let mut merged: Vec<Cow<'_, Row>> = Vec::new();
    for row in rows {
        match merged.last_mut() {
            Some(last) if same_name(&last.key, &row.key) => last.to_mut().add(row),
            _ => merged.push(Cow::Borrowed(row)),
        }
    }
    merged
}

fn same_name(left: &RowKey, right: &RowKey) -> bool {
    left.name == right.name && left.method == right.method
}
