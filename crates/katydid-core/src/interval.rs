//! What one thread measured between two ticks: a delta, handed to the dispatcher and handed back
//! empty.

use std::sync::Arc;
use std::time::Duration;

use hashbrown::HashMap;

use crate::arrivals::{ArrivalCounts, Lateness};
use crate::exemplars::Gallery;
use crate::failure::{FailureKind, OTHER_FAILURES};
use crate::generator::{Beats, ThreadUse};
use crate::guard::Held;
use crate::recorder::{RowId, RowKey};
use crate::sample::{Bytes, Look, Outcome, PhaseTotals, Sample};
use crate::server_timing::ServerTimings;
use crate::tasks::TaskCounts;
use crate::variety::Variety;
use crate::{Latency, TaskId};

mod wire;
use serde::{Deserialize, Serialize};

/// Everything one thread measured in one interval. Adding up the intervals of a run gives the run
/// (R21).
#[derive(Debug, Default)]
pub struct Interval {
    /// Keys of rows that appeared in this interval; they continue the thread's numbering.
    pub new_keys: Vec<RowKey>,
    /// Requests, by the thread's row numbers.
    pub rows: Vec<RowInterval>,
    /// Addresses and bodies of each row since the thread began, by its row numbers.
    pub(crate) variety: Vec<Variety>,
    /// Failure texts with their counts.
    pub failures: Failures,
    /// Single requests to look at.
    pub exemplars: Gallery,
    /// Errors of the suite's own code: (task, message, place) with their counts.
    pub exceptions: HashMap<(TaskId, String, String), u64>,
    /// Task executions, by task.
    pub tasks: Vec<TaskCounts>,
    /// Requests begun; each ends in a row or among those given up.
    pub sent_requests: u64,
    /// Those of them that were begun after the end of the run, by users who finish.
    pub after_end: u64,
    /// Requests begun, and not ended by the end of the interval.
    pub open_requests: u64,
    /// What became of the starts of an open model; `None` in a closed one.
    pub arrivals: Option<ArrivalCounts>,
    /// How long after their schedule tasks began.
    pub lateness: Box<Lateness>,
    /// Requests given up because the run ended or their user was removed.
    pub cut_requests: u64,
    /// How long after they were due, and transactions too, in ns, by row; only of those that were begun
    /// before the end.
    pub(crate) cut: Vec<(RowId, u64)>,
    /// So many of these, the first ones, were cut off before the end of the run: their users were
    /// removed.
    pub(crate) cut_with_users: usize,
    /// Transactions given up because the run ended.
    pub cut_transactions: u64,
    /// Requests that a rate cap has held back.
    pub held: Held,
    /// What requests have cost, in the suite's units; a reset does not forget it.
    pub spent: u64,
    /// Users running at the end of the interval, by class.
    pub users: Vec<u32>,
    /// Users that should run at the end of the interval, by the plan.
    pub planned_users: u32,
    /// Time of all users together that was planned.
    pub planned_time: Duration,
    /// By how much users started after their time, all of them together.
    pub missed_time: Duration,
    /// What the pulse of the thread has found.
    pub beats: Beats,
    /// What the thread has used by the end of the interval.
    pub usage: ThreadUse,
    /// End of the interval, in ns since the start of the run.
    pub end_ns: u64,
}

/// Requests of one row in one interval.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct RowInterval {
    /// Response times of successes.
    #[serde(skip_serializing_if = "Latency::is_empty")]
    pub succeeded: Latency,
    /// Response times of failures.
    #[serde(skip_serializing_if = "Latency::is_empty")]
    pub failed: Latency,
    /// Service times of all, kept only once one differs from its response time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<Latency>,
    /// Due to first byte, of all answered requests; two digits.
    #[serde(skip_serializing_if = "Latency::is_empty")]
    pub first_byte: Latency,
    /// Where the time went.
    pub phases: PhaseTotals,
    /// What answers say of the time that they took.
    #[serde(skip_serializing_if = "ServerTimings::is_empty")]
    pub server_timings: ServerTimings,
    /// What was moved.
    pub bytes: Bytes,
    /// Redirects followed.
    #[serde(skip_serializing_if = "is_zero")]
    pub redirects: u64,
    /// Requests that repeat one before them (`RequestBuilder::retry`).
    #[serde(skip_serializing_if = "is_zero")]
    pub retries: u64,
    /// The longest `Retry-After` of an answer, in seconds.
    pub retry_after_s: u32,
    /// Requests whose answer the suite has looked at, if only at its status.
    #[serde(skip_serializing_if = "is_zero")]
    pub looked_at: u64,
    /// Those of them at whose headers or body it has looked.
    #[serde(skip_serializing_if = "is_zero")]
    pub read: u64,
    /// Successes of status 400 and above, because the suite said so.
    #[serde(skip_serializing_if = "is_zero")]
    pub excused: u64,
    /// Requests whose answer says that it came from a cache.
    #[serde(skip_serializing_if = "is_zero")]
    pub cached: u64,
    /// Connections opened.
    pub connections: u64,
    /// When the last of them ended, in ns since the start of the run.
    pub last_ns: u64,
    /// There were requests that a reset has made forgotten: the row is shown, with nothing.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) forgotten: bool,
}

impl Default for RowInterval {
    fn default() -> Self {
        Self {
            succeeded: Latency::default(),
            failed: Latency::default(),
            service: None,
            first_byte: Latency::with_digits(2),
            phases: PhaseTotals::default(),
            server_timings: ServerTimings::default(),
            bytes: Bytes::default(),
            redirects: 0,
            retries: 0,
            retry_after_s: 0,
            looked_at: 0,
            read: 0,
            excused: 0,
            cached: 0,
            connections: 0,
            last_ns: 0,
            forgotten: false,
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

impl RowInterval {
    #[inline]
    pub(crate) fn record(&mut self, sample: &Sample) {
        let response_ns = sample.response_ns();
        let service_ns = sample.service_ns();
        if let Some(service) = &mut self.service {
            service.record(service_ns);
        } else if service_ns != response_ns {
            self.service_or_copy().record(service_ns);
        }
        match sample.outcome {
            Outcome::Success => self.succeeded.record(response_ns),
            Outcome::Failure => self.failed.record(response_ns),
        }
        self.first_byte.record(sample.first_byte_ns.saturating_sub(sample.due_ns));
        self.phases.record(sample.phases);
        self.bytes += sample.bytes;
        self.redirects += u64::from(sample.redirects);
        self.retries += u64::from(sample.retry);
        self.looked_at += u64::from(sample.looked_at != Look::Unseen);
        self.read += u64::from(sample.looked_at == Look::Answer);
        self.excused += u64::from(sample.excused);
        self.cached += u64::from(sample.cached);
        self.retry_after_s = self.retry_after_s.max(sample.retry_after_s);
        self.connections += u64::from(sample.connections);
        self.last_ns = self.last_ns.max(sample.last_byte_ns);
    }

    /// The service times; up to now they were equal to the response times.
    fn service_or_copy(&mut self) -> &mut Latency {
        let (succeeded, failed) = (&self.succeeded, &self.failed);
        self.service.get_or_insert_with(|| {
            let mut all = succeeded.clone();
            all.add(failed);
            all
        })
    }

    /// Adds `other`, exactly.
    pub(crate) fn add(&mut self, other: &Self) {
        match (&mut self.service, &other.service) {
            (None, None) => {}
            (_, Some(theirs)) => self.service_or_copy().add(theirs),
            (Some(ours), None) => {
                ours.add(&other.succeeded);
                ours.add(&other.failed);
            }
        }
        self.succeeded.add(&other.succeeded);
        self.failed.add(&other.failed);
        self.first_byte.add(&other.first_byte);
        self.phases.add(&other.phases);
        self.server_timings.add(&other.server_timings);
        self.bytes += other.bytes;
        self.redirects += other.redirects;
        self.retries += other.retries;
        self.looked_at += other.looked_at;
        self.read += other.read;
        self.excused += other.excused;
        self.cached += other.cached;
        self.retry_after_s = self.retry_after_s.max(other.retry_after_s);
        self.connections += other.connections;
        self.last_ns = self.last_ns.max(other.last_ns);
    }

    /// Requests, failures among them.
    pub fn requests(&self) -> u64 {
        self.succeeded.len() + self.failed.len()
    }

    fn clear(&mut self) {
        if self.requests() == 0 {
            return;
        }
        self.succeeded.clear();
        self.failed.clear();
        // Kept apart from now on: a thread that was late once may be late again.
        if let Some(service) = &mut self.service {
            service.clear();
        }
        self.first_byte.clear();
        self.phases = PhaseTotals::default();
        self.server_timings.clear();
        self.bytes = Bytes::default();
        (self.redirects, self.retries) = (0, 0);
        (self.looked_at, self.read, self.excused, self.cached) = (0, 0, 0, 0);
        (self.retry_after_s, self.connections, self.last_ns) = (0, 0, 0);
    }
}

impl Interval {
    /// Empties it for the next interval and keeps the memory.
    pub fn clear(&mut self) {
        self.new_keys.clear();
        self.users.clear();
        self.forget();
        self.spent = 0;
        self.rows.iter_mut().for_each(|row| row.forgotten = false);
    }

    /// Forgets everything that was counted but what it has cost, and that there was anything.
    pub(crate) fn omit(&mut self) {
        self.forget();
        self.open_requests = 0;
        self.rows.iter_mut().for_each(|row| row.forgotten = false);
    }

    /// Forgets everything that was counted, as for a reset of the statistics; what the rows are
    /// and who runs stays known.
    pub fn forget(&mut self) {
        for row in &mut self.rows {
            row.forgotten |= row.requests() > 0;
            row.clear();
        }
        self.variety.clear();
        self.failures.0.clear();
        self.exemplars.clear();
        self.exceptions.clear();
        self.tasks.fill(TaskCounts::default());
        (self.cut_requests, self.cut_transactions) = (0, 0);
        self.cut.clear();
        self.cut_with_users = 0;
        (self.sent_requests, self.after_end, self.arrivals) = (0, 0, None);
        (self.planned_time, self.missed_time) = (Duration::ZERO, Duration::ZERO);
        self.lateness.clear();
        self.held = Held::default();
        self.beats.clear();
    }
}

/// Counts of failures by row, class and normalised text, bounded in number.
#[derive(Debug, Default)]
pub struct Failures(pub(crate) HashMap<(RowId, FailureKind, Arc<str>), FailureCount>);

/// One failure text: how often, and when first and last (ns since the start of the run).
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct FailureCount {
    pub(crate) count: u64,
    pub(crate) first_ns: u64,
    pub(crate) last_ns: u64,
}

impl Failures {
    /// Counts one more; texts beyond `limit` distinct ones share one row per class.
    pub(crate) fn count(
        &mut self,
        row: RowId,
        kind: FailureKind,
        text: &str,
        at_ns: u64,
        limit: usize,
    ) {
        let full = self.0.len() >= limit;
        let text = if full && !self.0.contains_key(&(row, kind, Arc::from(text))) {
            OTHER_FAILURES
        } else {
            text
        };
        let once = FailureCount { count: 0, first_ns: at_ns, last_ns: at_ns };
        let entry = self.0.entry((row, kind, Arc::from(text))).or_insert(once);
        entry.count += 1;
        entry.last_ns = at_ns;
    }
}
