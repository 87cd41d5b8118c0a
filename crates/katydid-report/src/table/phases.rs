//! Where the service time went, and what moved.

use std::time::Duration;

use katydid_core::{PhaseTotals, Row, Snapshot};

use super::grid::{Column, Grid};
use crate::number::{bytes, fine, millis, ratio};

/// The mean of each phase over *all* requests of a name in ms (so they add up to the mean service
/// time), connects (attempts that failed included), the share of exchanges that found a connection
/// open, and bytes moved.
/// Redirects, retries and answers out of a cache get a column when there were any. Empty without
/// requests.
pub fn phases(snapshot: &Snapshot) -> String {
    let all = snapshot.aggregated();
    if all.requests() == 0 {
        return String::new();
    }
    let extra = Extra {
        redirects: all.redirects() > 0,
        retries: all.retries() > 0,
        cached: all.cached() > 0,
    };
    let mut grid = Grid::new(columns(extra), 1);
    for row in snapshot.rows_by_name() {
        grid.row(cells(&row, extra));
    }
    grid.rule();
    grid.row(cells(&all, extra));
    format!("Phases (mean ms per request), connections and bytes\n{}", grid.draw(None))
}

/// Columns that most runs have no use for.
#[derive(Clone, Copy)]
struct Extra {
    redirects: bool,
    retries: bool,
    cached: bool,
}

fn columns(extra: Extra) -> Vec<Column> {
    let mut columns = vec![Column::left("Type", 8), Column::left("Name", 40)];
    columns.extend(PhaseTotals::NAMES.map(|name| Column::right(name, 7).group(1)));
    columns.extend([Column::right("connects", 8).group(2), Column::right("reused", 7).group(2)]);
    if extra.redirects {
        columns.push(Column::right("redirects", 9).group(2));
    }
    if extra.retries {
        columns.push(Column::right("retries", 7).group(2));
    }
    if extra.cached {
        columns.push(Column::right("cached", 7).group(2));
    }
    columns.extend(["sent", "received", "body"].map(|name| Column::right(name, 9).group(3)));
    columns
}

fn cells(row: &Row, extra: Extra) -> Vec<String> {
    let mean =
        |sum_ns: u64| fine(millis(Duration::from_nanos(sum_ns)) / row.requests().max(1) as f64);
    let mut cells = vec![row.key.method.to_string(), row.key.name.to_string()];
    cells.extend(row.phases().sums_ns().map(mean));
    cells.extend([row.connections().to_string(), reused(row)]);
    if extra.redirects {
        cells.push(row.redirects().to_string());
    }
    if extra.retries {
        cells.push(row.retries().to_string());
    }
    if extra.cached {
        cells.push(share(row.cached(), row.requests()));
    }
    let moved = row.bytes();
    cells.extend([moved.sent, moved.received, moved.body].map(bytes));
    cells
}

/// Every redirect is an exchange of its own and may need a connection of its own.
fn reused(row: &Row) -> String {
    let exchanges = row.requests() + row.redirects();
    share(exchanges.saturating_sub(row.connections()), exchanges)
}

fn share(part: u64, whole: u64) -> String {
    let share = ratio(part, whole);
    share.map_or_else(|| "-".to_owned(), |share| format!("{:.1}%", share * 100.0))
}
