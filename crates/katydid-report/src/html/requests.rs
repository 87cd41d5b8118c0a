//! Tables with a row for each method and name.

use std::borrow::Cow;
use std::time::Duration;

use katydid_core::{Row, Snapshot};

use super::markup::{Cell, Section};
use crate::PERCENTILES;
use crate::number::{bytes, fine, millis, per_second};

/// Counts, times and rates by method and name.
pub(super) fn requests(snapshot: &Snapshot) -> Section<'static> {
    Section {
        id: "requests",
        title: "Requests",
        note: "Response times in ms, from when a request was due to the last byte of its answer; \
               rates over the whole run.",
        columns: &[
            "Type",
            "Name",
            "#Requests",
            "#Failures",
            "#Failed",
            "#Average",
            "#Min",
            "#Median",
            "#p95",
            "#p99",
            "#Max",
            "#Requests/s",
            "#Failures/s",
            "#Average size",
        ],
        rows: rows(snapshot, |row| {
            let rate =
                |count| Cell::number(format!("{:.2}", per_second(count, snapshot.measured())));
            let mut cells = counts_and_times(row);
            cells.extend([rate(row.requests()), rate(row.failures())]);
            cells.push(Cell::number(bytes(row.bytes().body / row.requests().max(1))));
            cells
        }),
        total: true,
    }
}

/// Transactions by name.
pub(super) fn transactions(snapshot: &Snapshot) -> Section<'static> {
    let rows = snapshot.transactions().into_iter().map(|row| {
        let mut cells = vec![Cell::text(&*row.key.name)];
        cells.extend(counts_and_times(&row));
        cells
    });
    Section {
        id: "transactions",
        title: "Transactions",
        note: "Several requests under one timer, in ms. Their requests are counted above, so they \
               are in no total.",
        columns: &[
            "Name",
            "#Done",
            "#Failures",
            "#Failed",
            "#Average",
            "#Min",
            "#Median",
            "#p95",
            "#p99",
            "#Max",
        ],
        rows: rows.collect(),
        total: false,
    }
}

/// What requests and transactions have in common.
fn counts_and_times(row: &Row) -> Vec<Cell> {
    let times = row.response();
    let share = row.failures() as f64 * 100.0 / row.requests().max(1) as f64;
    vec![
        Cell::number(row.requests()),
        Cell::Fault(row.failures()),
        Cell::number(format!("{share:.2}%")),
        ms(times.mean()),
        ms(times.min()),
        ms(times.quantile(0.5)),
        ms(times.quantile(0.95)),
        ms(times.quantile(0.99)),
        ms(times.max()),
    ]
}

/// Percentiles by method and name.
pub(super) fn percentiles(snapshot: &Snapshot) -> Section<'static> {
    Section {
        id: "percentiles",
        title: "Response times",
        note: "The time in ms that this share of all requests did not exceed, within 0.1 %.",
        columns: &[
            "Type", "Name", "#50%", "#66%", "#75%", "#80%", "#90%", "#95%", "#98%", "#99%",
            "#99.9%", "#99.99%", "#100%",
        ],
        rows: rows(snapshot, |row| {
            let times = row.response();
            PERCENTILES.iter().map(|(_, quantile)| ms(times.quantile(*quantile))).collect()
        }),
        total: true,
    }
}

/// Where the service time went, by method and name.
pub(super) fn phases(snapshot: &Snapshot) -> Section<'static> {
    Section {
        id: "phases",
        title: "Phases",
        note: "Mean ms of each phase over all requests of a row, connections opened and bytes \
               moved.",
        columns: &[
            "Type",
            "Name",
            "#DNS",
            "#Connect",
            "#TLS",
            "#Send",
            "#Wait",
            "#Receive",
            "#Connects",
            "#Retries",
            "#Redirects",
            "#Sent",
            "#Received",
            "#Bodies",
        ],
        rows: rows(snapshot, |row| {
            let requests = row.requests().max(1) as f64;
            let mean = |sum| Cell::number(fine(millis(Duration::from_nanos(sum)) / requests));
            let moved = row.bytes();
            let mut cells: Vec<Cell> = row.phases().sums_ns().map(mean).into();
            cells.extend([row.connections(), row.retries(), row.redirects()].map(Cell::number));
            cells.extend([moved.sent, moved.received, moved.body].map(bytes).map(Cell::Number));
            cells
        }),
        total: true,
    }
}

/// A row for each method and name and one for all; none without requests.
fn rows(snapshot: &Snapshot, cells: impl Fn(&Row) -> Vec<Cell>) -> Vec<Vec<Cell>> {
    let mut rows = snapshot.rows_by_name();
    if rows.is_empty() {
        return Vec::new();
    }
    rows.push(Cow::Owned(snapshot.aggregated()));
    let named = |row: &Row| {
        let mut all = vec![Cell::text(&*row.key.method), Cell::text(&*row.key.name)];
        all.extend(cells(row));
        all
    };
    rows.iter().map(|row| named(row)).collect()
}

fn ms(time: Option<Duration>) -> Cell {
    Cell::Number(time.map_or_else(|| "–".to_owned(), |time| fine(millis(time))))
}
