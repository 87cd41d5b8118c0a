//! The state of a run: the sum of all intervals of all threads. Tables, files, pages and the
//! verdict read this and nothing else.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::Latency;
use crate::failure::{FailureKind, OTHER_FAILURES};
use crate::faults::{ExceptionRow, FailureRow};
use crate::interval::{FailureCount, Interval, RowInterval};
use crate::recent::Recent;
use crate::recorder::RowKey;
use crate::sample::{Bytes, PhaseTotals};
use crate::sparse::RecentTimes;
use crate::tasks::{TaskCounts, TaskId, TaskInfo};
use crate::timeline::Timeline;

/// Distinct failure rows kept over a whole run.
const MOST_FAILURE_ROWS: usize = 1_000;
/// Distinct exception rows kept over a whole run.
const MOST_EXCEPTION_ROWS: usize = 500;

/// All requests of one row since the start.
#[derive(Debug)]
pub struct Row {
    /// What they have in common.
    pub key: RowKey,
    totals: RowInterval,
    recent: Recent,
    timeline: Timeline,
}

impl Row {
    fn new(key: RowKey) -> Self {
        Self {
            key,
            totals: RowInterval::default(),
            recent: Recent::default(),
            timeline: Timeline::default(),
        }
    }

    /// Adds all that `other` has.
    fn add(&mut self, other: &Self) {
        self.totals.add(&other.totals);
        self.recent.add(&other.recent);
        self.timeline.add(&other.timeline);
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
    pub fn response(&self) -> Latency {
        let mut all = self.totals.succeeded.clone();
        all.add(&self.totals.failed);
        all
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
        self.totals.service.clone().unwrap_or_else(|| self.response())
    }

    /// Due to first byte, of all (two significant digits).
    pub fn first_byte(&self) -> &Latency {
        &self.totals.first_byte
    }

    /// Where the time went.
    pub fn phases(&self) -> PhaseTotals {
        self.totals.phases
    }

    /// What was moved.
    pub fn bytes(&self) -> Bytes {
        self.totals.bytes
    }

    /// Redirects followed.
    pub fn redirects(&self) -> u64 {
        self.totals.redirects
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
    pub fn current_response(&self) -> RecentTimes {
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

/// The whole run up to now.
#[derive(Debug)]
pub struct Snapshot {
    /// Time since the start of the run.
    pub elapsed: Duration,
    /// Classes and the number of their users running now.
    pub users: Vec<(Arc<str>, u32)>,
    /// The most users that ran at one time.
    pub peak_users: u32,
    /// Requests given up because the run ended.
    pub cut_requests: u64,
    rows: BTreeMap<RowKey, Row>,
    failures: BTreeMap<FailureId, FailureCount>,
    exceptions: BTreeMap<(TaskId, String, String), u64>,
    tasks: Vec<TaskRow>,
    keys: Vec<Vec<RowKey>>,
    thread_users: Vec<Vec<u32>>,
}

type FailureId = (Arc<str>, Arc<str>, FailureKind, Arc<str>);

impl Snapshot {
    /// The state before the first interval, for `threads` executor threads.
    pub fn new(classes: &[Arc<str>], tasks: &[TaskInfo], threads: usize) -> Self {
        let row = |info: &TaskInfo| TaskRow { info: info.clone(), counts: TaskCounts::default() };
        Self {
            elapsed: Duration::ZERO,
            users: classes.iter().map(|class| (Arc::clone(class), 0)).collect(),
            peak_users: 0,
            cut_requests: 0,
            rows: BTreeMap::new(),
            failures: BTreeMap::new(),
            exceptions: BTreeMap::new(),
            tasks: tasks.iter().map(row).collect(),
            keys: vec![Vec::new(); threads],
            thread_users: vec![Vec::new(); threads],
        }
    }

    /// Adds what `thread` measured. Every interval of a thread must come, in order.
    pub fn absorb(&mut self, thread: usize, interval: &Interval) {
        self.keys[thread].extend(interval.new_keys.iter().cloned());
        self.absorb_rows(thread, interval);
        for ((row, kind, text), count) in &interval.failures.0 {
            let key = &self.keys[thread][row.index()];
            let id = (Arc::clone(&key.name), Arc::clone(&key.method), *kind, Arc::clone(text));
            absorb_failure(&mut self.failures, id, *count);
        }
        for (id, count) in &interval.exceptions {
            if self.exceptions.len() < MOST_EXCEPTION_ROWS || self.exceptions.contains_key(id) {
                *self.exceptions.entry(id.clone()).or_insert(0) += count;
            } else {
                let other = (id.0, "(other exceptions)".to_owned(), String::new());
                *self.exceptions.entry(other).or_insert(0) += count;
            }
        }
        for (row, counts) in self.tasks.iter_mut().zip(&interval.tasks) {
            row.counts += *counts;
        }
        self.cut_requests += interval.cut_requests;
        self.thread_users[thread].clone_from(&interval.users);
    }

    fn absorb_rows(&mut self, thread: usize, interval: &Interval) {
        for (key, row) in self.keys[thread].iter().zip(&interval.rows) {
            if row.requests() == 0 {
                continue;
            }
            let total = self.rows.entry(key.clone()).or_insert_with(|| Row::new(key.clone()));
            total.totals.add(row);
            total.recent.note(row);
        }
    }

    /// Ends a tick at `elapsed`: all threads have been absorbed, users and current rates follow.
    pub fn tick(&mut self, elapsed: Duration) {
        // What came between two ticks is counted in the second in which its middle lies.
        let second = (self.elapsed.saturating_add(elapsed) / 2).as_secs();
        self.elapsed = elapsed;
        for row in self.rows.values_mut() {
            let (requests, failures) = row.recent.close(elapsed);
            row.timeline.note(second, requests, failures);
        }
        for (index, (_, count)) in self.users.iter_mut().enumerate() {
            *count = self.thread_users.iter().filter_map(|users| users.get(index)).sum();
        }
        self.peak_users = self.peak_users.max(self.user_count());
    }

    /// Users running now.
    pub fn user_count(&self) -> u32 {
        self.users.iter().map(|(_, count)| count).sum()
    }

    /// Rows of requests sorted by name, then method, as Locust sorts them.
    pub fn rows(&self) -> impl Iterator<Item = &Row> {
        self.rows.values()
    }

    /// Rows with equal method and name made one (they may differ in tags), same order.
    pub fn rows_by_name(&self) -> Vec<Row> {
        let mut merged: Vec<Row> = Vec::new();
        for row in self.rows.values() {
            match merged.last_mut() {
                Some(last) if same_name(&last.key, &row.key) => last.add(row),
                _ => {
                    let mut first = Row::new(row.key.clone());
                    first.add(row);
                    merged.push(first);
                }
            }
        }
        merged
    }

    /// All requests as one row named `Aggregated`.
    pub fn aggregated(&self) -> Row {
        let mut all = Row::new(RowKey::new("", "Aggregated", &Arc::from([])));
        for row in self.rows.values() {
            all.add(row);
        }
        all
    }

    /// Requests, failures among them.
    pub fn requests(&self) -> u64 {
        self.rows.values().map(Row::requests).sum()
    }

    /// Requests that failed.
    pub fn failed(&self) -> u64 {
        self.rows.values().map(Row::failures).sum()
    }

    /// Failure texts, sorted by name, method, class and text.
    pub fn failures(&self) -> impl Iterator<Item = FailureRow> + '_ {
        self.failures.iter().map(|((name, method, kind, text), seen)| FailureRow {
            method: Arc::clone(method),
            name: Arc::clone(name),
            kind: *kind,
            text: Arc::clone(text),
            count: seen.count,
            first: Duration::from_nanos(seen.first_ns),
            last: Duration::from_nanos(seen.last_ns),
        })
    }

    /// Errors and panics of the suite's own code.
    pub fn exceptions(&self) -> impl Iterator<Item = ExceptionRow> + '_ {
        self.exceptions.iter().map(|((task, message, place), count)| ExceptionRow {
            task: self.tasks[task.0 as usize].info.clone(),
            message: message.clone(),
            place: place.clone(),
            count: *count,
        })
    }

    /// Every task of the run with its executions and requests.
    pub fn tasks(&self) -> &[TaskRow] {
        &self.tasks
    }
}

fn same_name(left: &RowKey, right: &RowKey) -> bool {
    left.name == right.name && left.method == right.method
}

fn absorb_failure(
    failures: &mut BTreeMap<FailureId, FailureCount>,
    mut id: FailureId,
    seen: FailureCount,
) {
    if failures.len() >= MOST_FAILURE_ROWS && !failures.contains_key(&id) {
        id.3 = OTHER_FAILURES.into();
    }
    let total = failures.entry(id).or_insert(FailureCount { count: 0, ..seen });
    total.count += seen.count;
    total.first_ns = total.first_ns.min(seen.first_ns);
    total.last_ns = total.last_ns.max(seen.last_ns);
}
