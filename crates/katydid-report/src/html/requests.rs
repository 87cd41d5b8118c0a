//! Tables with a row for each method and name.

use std::borrow::Cow;
use std::time::Duration;

use katydid_core::{Row, Snapshot};

use super::data::MOST_ROWS;
use super::markup::{Cell, Section};
use crate::PERCENTILES;
use crate::bottleneck::bottleneck;
use crate::number::{bytes, fine, millis, per_second};
use crate::table::mean_wait;
use crate::text::shorten;

/// Columns of a terminal that a name may take in a table of the page.
const LONGEST_NAME: usize = 160;

/// Counts, times and rates by method and name.
pub(super) fn requests(snapshot: &Snapshot) -> Section<'static> {
    Section {
        id: "requests",
        title: "Requests",
        note: "Times in ms. Response time is from when a request was due to the last byte of its \
               answer; service time begins when it was sent, so what lies between the two is the \
               generator's lateness. Rates over the whole run.",
        columns: &[
            "Type",
            "Name",
            "#Requests",
            "#Failures",
            "#Failed",
            "#Requests/s",
            "#Average",
            "#Median",
            "#p90",
            "#p95",
            "#p99",
            "#p99.9",
            "#Max",
            "#Service median",
            "#Service p95",
            "#Service p99",
            "#Average size",
        ],
        rows: rows(snapshot, |row| {
            let rate = per_second(row.requests(), snapshot.measured());
            let (times, service) = (row.response(), row.service());
            let mut cells = counts(row).to_vec();
            cells.extend([Cell::number(format!("{rate:.2}")), ms(times.mean())]);
            cells.extend([0.5, 0.9, 0.95, 0.99, 0.999, 1.0].map(|at| ms(times.quantile(at))));
            cells.extend([0.5, 0.95, 0.99].map(|at| ms(service.quantile(at))));
            cells.push(Cell::number(bytes(row.bytes().body / row.requests().max(1))));
            cells
        }),
        total: true,
        keyed: true,
    }
}

/// Transactions by name.
pub(super) fn transactions(snapshot: &Snapshot) -> Section<'static> {
    let rows = snapshot.transactions().into_iter().map(|row| {
        let times = row.response();
        let mut cells = vec![Cell::text(name(&row.key.name))];
        cells.extend(counts(&row));
        cells.extend([times.mean(), times.min()].map(ms));
        cells.extend([0.5, 0.95, 0.99, 1.0].map(|at| ms(times.quantile(at))));
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
        keyed: false,
    }
}

/// What requests and transactions have in common.
fn counts(row: &Row) -> [Cell; 3] {
    let share = row.failures() as f64 * 100.0 / row.requests().max(1) as f64;
    [
        Cell::number(row.requests()),
        Cell::Fault(row.failures()),
        Cell::number(format!("{share:.2}%")),
    ]
}

/// Percentiles by method and name.
pub(super) fn percentiles(snapshot: &Snapshot) -> Section<'static> {
    Section {
        id: "percentiles",
        title: "Response times",
        note: "The time in ms that this share of all requests did not exceed, within 0.1 %.",
        columns: &[
            "Type", "Name", "#Min", "#50%", "#66%", "#75%", "#80%", "#90%", "#95%", "#98%", "#99%",
            "#99.9%", "#99.99%", "#100%",
        ],
        rows: rows(snapshot, |row| {
            let times = row.response();
            let shares = PERCENTILES.iter().map(|(_, quantile)| times.quantile(*quantile));
            [times.min()].into_iter().chain(shares).map(ms).collect()
        }),
        total: true,
        keyed: true,
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
        keyed: true,
    }
}

/// What answers say of the time that they took, by method, name and stage.
pub(super) fn server_timing(snapshot: &Snapshot) -> Section<'static> {
    let rows = snapshot.busiest_rows(MOST_ROWS);
    let stages = rows.iter().flat_map(|row| row.server_timings().iter().map(move |it| (row, it)));
    let cells = stages.map(|(row, stage)| {
        let wait = row.phases().sums_ns()[4] as f64;
        let of_wait = if wait > 0.0 { stage.sum().as_nanos() as f64 / wait } else { 0.0 };
        vec![
            Cell::text(name(&row.key.method)),
            Cell::text(name(&row.key.name)),
            Cell::text(name(stage.name())),
            Cell::number(stage.answers()),
            ms(stage.mean()),
            ms(stage.max()),
            ms(mean_wait(row)),
            Cell::Bar(of_wait),
        ]
    });
    Section {
        id: "server-timing",
        title: "Server-Timing",
        note: "What the target says of its own time, in ms, beside the wait that was measured. A \
               stage may lie within another, so they need not add up.",
        columns: &[
            "Type",
            "Name",
            "Stage",
            "#Answers",
            "#Mean",
            "#Longest",
            "#Mean wait",
            "#Of the wait",
        ],
        rows: cells.collect(),
        total: false,
        keyed: false,
    }
}

/// The slowest rows, each with the phase in which its time goes.
pub(super) fn slowest<'a>(snapshot: &Snapshot, note: &'a str) -> Section<'a> {
    let all = snapshot.aggregated().response().sum().as_secs_f64();
    let rows = crate::slowest::slowest(snapshot).into_iter().take(10).map(|slow| {
        let times = slow.row.response();
        let of_all = if all > 0.0 { times.sum().as_secs_f64() / all } else { 0.0 };
        vec![
            Cell::text(name(&slow.name())),
            Cell::number(slow.row.requests()),
            ms(times.quantile(0.5)),
            ms(times.quantile(0.95)),
            Cell::text(slow.where_text("")),
            Cell::Bar(of_all),
        ]
    });
    Section {
        id: "bottlenecks",
        title: "Bottlenecks",
        note,
        columns: &["Endpoint", "#Requests", "#Median", "#p95", "Most of it", "#Of all time"],
        rows: rows.collect(),
        total: false,
        keyed: false,
    }
}

/// The bottleneck in a sentence, and what the rows below it are.
pub(super) fn slowest_note(snapshot: &Snapshot) -> String {
    let first = bottleneck(snapshot).map_or_else(String::new, |said| format!("Slowest: {said}\n"));
    first
        + "The slowest endpoints by p95, and where their time goes. What waits for the answer waits \
           for the target; connecting and TLS are the price of new connections."
}

/// A row for each method and name and one for all; none without requests.
fn rows(snapshot: &Snapshot, cells: impl Fn(&Row) -> Vec<Cell>) -> Vec<Vec<Cell>> {
    let mut rows = snapshot.busiest_rows(MOST_ROWS);
    if rows.is_empty() {
        return Vec::new();
    }
    rows.push(Cow::Owned(snapshot.aggregated()));
    let named = |row: &Row| {
        let mut all = vec![Cell::text(name(&row.key.method)), Cell::text(name(&row.key.name))];
        all.extend(cells(row));
        all
    };
    rows.iter().map(|row| named(row)).collect()
}

/// A name as far as a table has room: the CSV files have it whole.
pub(super) fn name(text: &str) -> String {
    shorten(text, LONGEST_NAME).into_owned()
}

fn ms(time: Option<Duration>) -> Cell {
    Cell::Number(time.map_or_else(|| "–".to_owned(), |time| fine(millis(time))))
}
