//! What a snapshot is asked for: rows, failures, single requests, exceptions, tasks.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use super::{FailureId, Snapshot};
use crate::Latency;
use crate::exemplars::Exemplar;
use crate::faults::{ExceptionRow, FailureRow};
use crate::history::Part;
use crate::interval::FailureCount;
use crate::recorder::RowKey;
use crate::row::{Row, TaskRow, by_name};

/// Successes of a row before the slow ones among them are shown: three are one of a hundred then.
const ENOUGH_FOR_SLOW: u64 = 300;

impl Snapshot {
    /// Rows of requests sorted by name, then method, as Locust sorts them.
    pub fn rows(&self) -> impl Iterator<Item = &Row> {
        self.rows.values()
    }

    /// Rows with equal method and name made one (they may differ in tags), same order.
    pub fn rows_by_name(&self) -> Vec<Cow<'_, Row>> {
        by_name(self.rows.values())
    }

    /// [`rows_by_name`](Self::rows_by_name) for pages that must stay small: at most `most` of them,
    /// those with the most requests. All others are added up in a last row `(17 more names)`.
    pub fn busiest_rows(&self, most: usize) -> Vec<Cow<'_, Row>> {
        let mut rows = self.rows_by_name();
        if rows.len() <= most {
            return rows;
        }
        let mut order: Vec<usize> = (0..rows.len()).collect();
        order.sort_by_key(|index| Reverse(rows[*index].requests()));
        let kept: BTreeSet<usize> = order[..most].iter().copied().collect();
        let name = format!("({} more names)", rows.len() - most);
        let mut rest = Row::new(RowKey::new("", &name, &Arc::from([])));
        let mut index = 0..;
        rows.retain(|row| {
            let keep = index.next().is_some_and(|index| kept.contains(&index));
            if !keep {
                rest.add(row);
            }
            keep
        });
        rows.push(Cow::Owned(rest));
        rows
    }

    /// Transactions by name: several requests under one timer. Their requests are counted in rows
    /// of their own, so transactions are in no total and in no target over all requests.
    pub fn transactions(&self) -> Vec<Row> {
        by_name(self.transactions.values()).into_iter().map(Cow::into_owned).collect()
    }

    /// All requests as one row named `Aggregated`.
    pub fn aggregated(&self) -> Row {
        let mut all = Row::new(RowKey::new("", "Aggregated", &Arc::from([])));
        for row in self.rows.values() {
            all.add(row);
        }
        all
    }

    /// The rows of requests and transactions with such keys, added up.
    pub(crate) fn part(&self, wanted: impl Fn(&RowKey) -> bool) -> Part {
        let rows = self.rows.values().chain(self.transactions.values());
        rows.filter(|row| wanted(&row.key)).collect()
    }

    /// How long requests or transactions with such keys had waited when the end of the run, or of their
    /// user, cut them off: less than they would have taken. Of the whole run, or those cut off in a phase
    /// (by its index).
    pub(crate) fn cut(&self, phase: Option<usize>, wanted: impl Fn(&RowKey) -> bool) -> Latency {
        self.cut.of(phase, wanted)
    }

    /// The longest that a request had waited that was cut off.
    pub(crate) fn longest_cut(&self) -> Duration {
        self.cut_with.values().flatten().filter_map(Latency::max).max().unwrap_or_default()
    }

    /// Requests, failures among them.
    pub fn requests(&self) -> u64 {
        self.rows.values().map(Row::requests).sum()
    }

    /// Requests that failed.
    pub fn failed(&self) -> u64 {
        self.rows.values().map(Row::failures).sum()
    }

    /// Failure texts of requests, sorted by name, method, class and text.
    pub fn failures(&self) -> impl Iterator<Item = FailureRow> + '_ {
        self.failures.iter().map(failure_row)
    }

    /// What transactions failed of, in the same order.
    pub fn failed_transactions(&self) -> impl Iterator<Item = FailureRow> + '_ {
        self.failed_transactions.iter().map(failure_row)
    }

    /// Single requests kept to look at: of each row and class of failure the first two and three at
    /// random, by name, method and class; then, of each row with some hundred successes, three of
    /// the slowest, at its p99 (within 5 %) or beyond.
    pub fn exemplars(&self) -> impl Iterator<Item = &Exemplar> {
        self.exemplars.failures().chain(self.exemplars.slow().filter(|it| self.is_beyond_p99(it)))
    }

    /// What was slow among the first of its row may be usual by now. Among requests that are all
    /// but equally slow the slowest is not looked for, as where they are chosen.
    fn is_beyond_p99(&self, exemplar: &Exemplar) -> bool {
        let Exemplar { method, name, .. } = exemplar;
        let rows =
            self.rows.values().filter(|row| row.key.name == *name && row.key.method == *method);
        let (mut shorter, mut all) = (0, 0);
        for row in rows {
            all += row.succeeded().len();
            shorter += row.succeeded().count_shorter(exemplar.response_time.mul_f64(1.05));
        }
        all >= ENOUGH_FOR_SLOW && shorter * 100 >= all * 99
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

fn failure_row((id, seen): (&FailureId, &FailureCount)) -> FailureRow {
    let (name, method, kind, text) = id;
    FailureRow {
        method: Arc::clone(method),
        name: Arc::clone(name),
        kind: *kind,
        text: Arc::clone(text),
        count: seen.count,
        first: Duration::from_nanos(seen.first_ns),
        last: Duration::from_nanos(seen.last_ns),
    }
}
