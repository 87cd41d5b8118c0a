//! An interval as it is written: without rows in which nothing happened.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{FailureCount, Failures, Interval, RowInterval};
use crate::arrivals::{ArrivalCounts, Lateness};
use crate::exemplars::Gallery;
use crate::failure::FailureKind;
use crate::generator::{Beats, ThreadUse};
use crate::guard::Held;
use crate::recorder::{RowId, RowKey};
use crate::tasks::{TaskCounts, TaskId};
use crate::variety::Variety;

/// Everything but what is kept by number or in tables.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Written<
    Keys,
    Rows,
    Varieties,
    FailureRows,
    Exceptions,
    Tasks,
    Late,
    Cut,
    Beat,
    Users,
    Exemplars,
> {
    new_keys: Keys,
    /// By the number of the row.
    rows: Rows,
    variety: Varieties,
    failures: FailureRows,
    exceptions: Exceptions,
    /// By the number of the task.
    tasks: Tasks,
    sent_requests: u64,
    after_end: u64,
    open_requests: u64,
    arrivals: Option<ArrivalCounts>,
    lateness: Late,
    cut_requests: u64,
    /// Files of before have none.
    #[serde(default)]
    cut: Cut,
    #[serde(default)]
    cut_with_users: usize,
    cut_transactions: u64,
    held: Held,
    spent: u64,
    users: Users,
    planned_users: u32,
    planned_time: Duration,
    missed_time: Duration,
    beats: Beat,
    usage: ThreadUse,
    end_ns: u64,
    exemplars: Exemplars,
}

#[derive(Serialize, Deserialize)]
struct FailureEntry<Text> {
    row: u32,
    kind: FailureKind,
    text: Text,
    seen: FailureCount,
}

#[derive(Serialize, Deserialize)]
struct ExceptionEntry<Text> {
    task: TaskId,
    message: Text,
    place: Text,
    count: u64,
}

type Read = Written<
    Vec<RowKey>,
    Vec<(u32, RowInterval)>,
    Vec<Variety>,
    Vec<FailureEntry<Arc<str>>>,
    Vec<ExceptionEntry<String>>,
    Vec<(u32, TaskCounts)>,
    Box<Lateness>,
    Vec<(u32, u64)>,
    Beats,
    Vec<u32>,
    Gallery,
>;

impl Serialize for Interval {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let rows = self.rows.iter().enumerate();
        let rows = rows.filter(|(_, row)| row.requests() > 0 || row.forgotten);
        let mut failures: Vec<_> = self.failures.0.iter().collect();
        failures.sort_unstable_by_key(|((row, kind, text), _)| (row.0, *kind, &**text));
        let failures = failures.into_iter().map(|((row, kind, text), seen)| FailureEntry {
            row: row.0,
            kind: *kind,
            text: &**text,
            seen: *seen,
        });
        let mut exceptions: Vec<_> = self.exceptions.iter().collect();
        exceptions.sort_unstable();
        let exceptions = exceptions.into_iter().map(|((task, message, place), count)| {
            ExceptionEntry { task: *task, message: &**message, place: &**place, count: *count }
        });
        let tasks = self.tasks.iter().enumerate();
        let tasks = tasks.filter(|(_, counts)| **counts != TaskCounts::default());
        Written {
            new_keys: &self.new_keys,
            rows: rows.map(|(at, row)| (at as u32, row)).collect::<Vec<_>>(),
            variety: &self.variety,
            failures: failures.collect::<Vec<_>>(),
            exceptions: exceptions.collect::<Vec<_>>(),
            tasks: tasks.map(|(at, counts)| (at as u32, counts)).collect::<Vec<_>>(),
            sent_requests: self.sent_requests,
            after_end: self.after_end,
            open_requests: self.open_requests,
            arrivals: self.arrivals,
            lateness: &self.lateness,
            cut_requests: self.cut_requests,
            cut: self.cut.iter().map(|(row, waited_ns)| (row.0, *waited_ns)).collect::<Vec<_>>(),
            cut_with_users: self.cut_with_users,
            cut_transactions: self.cut_transactions,
            held: self.held,
            spent: self.spent,
            users: &self.users,
            planned_users: self.planned_users,
            planned_time: self.planned_time,
            missed_time: self.missed_time,
            beats: &self.beats,
            usage: self.usage,
            end_ns: self.end_ns,
            exemplars: &self.exemplars,
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Interval {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let read = Read::deserialize(deserializer)?;
        let failures = read.failures.into_iter();
        let failures = failures.map(|it| ((RowId(it.row), it.kind, it.text), it.seen));
        let exceptions = read.exceptions.into_iter();
        let exceptions = exceptions.map(|it| ((it.task, it.message, it.place), it.count));
        Ok(Self {
            new_keys: read.new_keys,
            rows: by_number(read.rows)?,
            variety: read.variety,
            failures: Failures(failures.collect()),
            exceptions: exceptions.collect(),
            tasks: by_number(read.tasks)?,
            sent_requests: read.sent_requests,
            after_end: read.after_end,
            open_requests: read.open_requests,
            arrivals: read.arrivals,
            lateness: read.lateness,
            cut_requests: read.cut_requests,
            cut: read.cut.into_iter().map(|(row, waited_ns)| (RowId(row), waited_ns)).collect(),
            cut_with_users: read.cut_with_users,
            cut_transactions: read.cut_transactions,
            held: read.held,
            spent: read.spent,
            users: read.users,
            planned_users: read.planned_users,
            planned_time: read.planned_time,
            missed_time: read.missed_time,
            beats: read.beats,
            usage: read.usage,
            end_ns: read.end_ns,
            exemplars: read.exemplars,
        })
    }
}

/// A list in which each has the place of its number.
fn by_number<T: Default + Clone, E: serde::de::Error>(read: Vec<(u32, T)>) -> Result<Vec<T>, E> {
    /// Far beyond what a recorder keeps.
    const MOST: u32 = 1 << 20;
    let mut list = Vec::new();
    for (number, value) in read {
        if number >= MOST {
            return Err(E::custom(format!("number {number} of a row or task is too large")));
        }
        let at = number as usize;
        if at >= list.len() {
            list.resize(at + 1, T::default());
        }
        list[at] = value;
    }
    Ok(list)
}

impl Interval {
    /// Whether it belongs to a thread that has named `rows` rows before, in a run with `tasks`
    /// tasks. One that was read from a file may not.
    pub fn fits(&self, rows: usize, tasks: usize) -> bool {
        let rows = rows + self.new_keys.len();
        self.rows.len() <= rows
            && self.failures.0.keys().all(|(row, ..)| row.index() < rows)
            && self.cut.iter().all(|(row, _)| row.index() < rows)
            && self.tasks.len() <= tasks
            && self.exceptions.keys().all(|(task, ..)| (task.0 as usize) < tasks)
    }
}
