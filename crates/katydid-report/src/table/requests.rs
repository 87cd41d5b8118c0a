//! The table of requests: while a run goes on and at its end.

use katydid_core::{Row, Snapshot};

use super::grid::{Column, Grid};
use crate::number::{cut, fine, millis, nearest, per_second, up};

/// Locust's columns at Locust's places, then p95 and p99.
const COLUMNS: [Column; 12] = [
    Column::left("Type", 8),
    Column::left("Name", 76),
    Column::right("# reqs", 7),
    Column::right("# fails", 12),
    Column::right("Avg", 7).group(1).expendable(4),
    Column::right("Min", 7).group(1).expendable(6),
    Column::right("Max", 7).group(1).expendable(1),
    Column::right("Med", 6).group(1),
    Column::right("req/s", 8).group(2),
    Column::right("failures/s", 11).group(2).expendable(5),
    Column::right("p95", 7).group(3),
    Column::right("p99", 7).group(3).expendable(3),
];

/// The live table: times since the start, *current* rates (last ten seconds).
pub fn periodic(snapshot: &Snapshot, width: Option<usize>) -> String {
    draw(snapshot, width, Row::current_rates)
}

/// The table at the end: times and rates over the whole run.
pub fn requests(snapshot: &Snapshot, width: Option<usize>) -> String {
    let rate = |count| per_second(count, snapshot.measured());
    draw(snapshot, width, |row| (rate(row.requests()), rate(row.failures())))
}

fn draw(snapshot: &Snapshot, width: Option<usize>, rates: impl Fn(&Row) -> (f64, f64)) -> String {
    let mut grid = Grid::new(COLUMNS, 1);
    for row in snapshot.rows_by_name() {
        grid.row(cells(&row, rates(&row)));
    }
    grid.rule();
    let all = snapshot.aggregated();
    grid.row(cells(&all, rates(&all)));
    grid.draw(width)
}

fn cells(row: &Row, (requests, failures): (f64, f64)) -> [String; 12] {
    let times = row.response();
    let share = row.failures() as f64 * 100.0 / row.requests().max(1) as f64;
    // Locust shows 0 without data; our columns say that there is none.
    let whole = |ms: Option<u64>| ms.unwrap_or(0).to_string();
    let tail = |quantile| {
        times.quantile(quantile).map_or_else(|| "-".to_owned(), |time| fine(millis(time)))
    };
    [
        row.key.method.to_string(),
        row.key.name.to_string(),
        row.requests().to_string(),
        format!("{}({share:.2}%)", row.failures()),
        whole(times.mean().map(cut)),
        whole(times.min().map(cut)),
        whole(times.max().map(up)),
        whole(times.quantile(0.5).map(nearest)),
        format!("{requests:.2}"),
        format!("{failures:.2}"),
        tail(0.95),
        tail(0.99),
    ]
}
