//! What the curves are drawn from: the whole run in columns of equal time, in bounded memory.

use std::time::Duration;

use katydid_core::{Row, Snapshot};
use katydid_web::View;

/// Columns kept: more than a terminal of usual width shows. A longer run gets longer columns.
const MOST: usize = 240;

/// The course of one run.
#[derive(Debug, Default)]
pub(super) struct Trends {
    run: u64,
    /// When the last view was taken, and what it had counted.
    at: Duration,
    counted: (u64, u64),
    /// Views in a column.
    each: u32,
    columns: Vec<Column>,
}

/// What came in one column.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Column {
    /// Views in it.
    views: u32,
    /// Its length in seconds.
    seconds: f64,
    requests: u64,
    failures: u64,
    /// The longest 95th percentile of ten seconds in it.
    pub(super) p95: Duration,
}

impl Column {
    /// Requests per second.
    pub(super) fn rate(self) -> f64 {
        self.per_second(self.requests)
    }

    /// Failures per second.
    pub(super) fn failing(self) -> f64 {
        self.per_second(self.failures)
    }

    fn per_second(self, count: u64) -> f64 {
        if self.seconds > 0.0 { count as f64 / self.seconds } else { 0.0 }
    }

    fn add(&mut self, next: Self) {
        self.views += next.views;
        self.seconds += next.seconds;
        self.requests += next.requests;
        self.failures += next.failures;
        self.p95 = self.p95.max(next.p95);
    }
}

impl Trends {
    /// Takes what is new in a view; `all` is every request of it.
    pub(super) fn take(&mut self, view: &View, all: &Row) {
        let Some(run) = &view.run else { return };
        if run.number != self.run {
            *self = Self { run: run.number, each: 1, ..Self::default() };
        }
        let snapshot = &*run.snapshot;
        if snapshot.elapsed > self.at {
            let column = self.column(snapshot, all);
            self.push(column);
        }
    }

    fn column(&mut self, snapshot: &Snapshot, all: &Row) -> Column {
        let counted = (all.requests(), all.failures());
        let (at, before) = (self.at, self.counted);
        (self.at, self.counted) = (snapshot.elapsed, counted);
        // The statistics may have begun anew.
        let new = |now: u64, before: u64| if now < before { now } else { now - before };
        Column {
            views: 1,
            seconds: snapshot.elapsed.saturating_sub(at).as_secs_f64(),
            requests: new(counted.0, before.0),
            failures: new(counted.1, before.1),
            p95: all.current_response().quantile(0.95).unwrap_or_default(),
        }
    }

    fn push(&mut self, column: Column) {
        let full = self.columns.last().is_none_or(|last| last.views >= self.each);
        if full {
            if self.columns.len() == MOST {
                self.columns = joined(&self.columns, 2);
                self.each *= 2;
            }
            self.columns.push(Column::default());
        }
        if let Some(last) = self.columns.last_mut() {
            last.add(column);
        }
    }

    /// The whole run in at most so many columns, with the length of one.
    pub(super) fn in_columns(&self, most: usize) -> (Vec<Column>, Duration) {
        let joins = self.columns.len().div_ceil(most.max(1)).max(1);
        let columns = joined(&self.columns, joins);
        let seconds = columns.first().map_or(0.0, |first| first.seconds);
        (columns, Duration::from_secs(seconds.round() as u64))
    }
}

/// Every `count` neighbours as one.
fn joined(columns: &[Column], count: usize) -> Vec<Column> {
    let join = |columns: &[Column]| {
        let mut sum = Column::default();
        for column in columns {
            sum.add(*column);
        }
        sum
    };
    columns.chunks(count).map(join).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(requests: u64) -> Column {
        let p95 = Duration::from_millis(requests);
        Column { views: 1, seconds: 1.0, requests, failures: 1, p95 }
    }

    #[test]
    fn a_day_is_bounded_and_loses_nothing() {
        let mut trends = Trends { each: 1, ..Trends::default() };
        let day = 24 * 3_600;
        for second in 0..day {
            trends.push(column(second % 7));
        }
        assert!((MOST / 2..=MOST).contains(&trends.columns.len()), "{}", trends.columns.len());
        for most in [1, 9, 80, 1_000] {
            let (columns, each) = trends.in_columns(most);
            assert!(columns.len() <= most);
            assert_eq!(columns.iter().map(|column| column.failures).sum::<u64>(), day);
            let whole = &columns[..columns.len() - 1];
            assert!(whole.iter().all(|column| column.seconds == each.as_secs_f64()), "{each:?}");
            assert_eq!(columns[0].p95, Duration::from_millis(6));
        }
    }

    #[test]
    fn a_curve_has_its_first_second_from_the_beginning() {
        let trends = Trends::default();
        assert_eq!(trends.in_columns(10), (Vec::new(), Duration::ZERO));
        let mut trends = Trends { each: 1, ..Trends::default() };
        trends.push(column(3));
        assert_eq!(trends.in_columns(10), (vec![column(3)], Duration::from_secs(1)));
        assert_eq!((column(3).rate(), column(3).failing()), (3.0, 1.0));
    }
}
