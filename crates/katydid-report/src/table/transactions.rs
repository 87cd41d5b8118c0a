//! Transactions: several requests under one timer.

use std::cmp::Reverse;

use katydid_core::{FailureRow, Row, Snapshot};

use super::grid::{Column, Grid};
use crate::number::{cut, fine, millis, nearest, up};
use crate::text::clean;

const COLUMNS: [Column; 9] = [
    Column::left("Name", 40),
    Column::right("# done", 7),
    Column::right("# fails", 12),
    Column::right("Avg", 7).group(1).expendable(3),
    Column::right("Min", 7).group(1).expendable(4),
    Column::right("Max", 7).group(1).expendable(1),
    Column::right("Med", 6).group(1),
    Column::right("p95", 7).group(2),
    Column::right("p99", 7).group(2).expendable(2),
];

/// Transactions by name with their times in ms, then what they failed of, the most frequent first,
/// and how many the end of the run cut. Empty when there was none.
pub fn transactions(snapshot: &Snapshot, width: Option<usize>) -> String {
    let rows = snapshot.transactions();
    let cut = snapshot.cut_transactions;
    if rows.is_empty() && cut == 0 {
        return String::new();
    }
    let mut grid = Grid::new(COLUMNS, 0);
    for row in &rows {
        grid.row(cells(row));
    }
    let mut out = format!(
        "Transactions (their requests are counted above; these are in no total)\n{}",
        grid.draw(width)
    );
    let mut failed: Vec<FailureRow> = snapshot.failed_transactions().collect();
    failed.sort_by_key(|row| (Reverse(row.count), row.first));
    for row in failed {
        out += &format!("  {}× {}: {}\n", row.count, clean(&row.name), clean(&row.text));
    }
    if cut > 0 {
        out += &format!("  {cut} cut by the end of the run\n");
    }
    out
}

fn cells(row: &Row) -> [String; 9] {
    let times = row.response();
    let share = row.failures() as f64 * 100.0 / row.requests().max(1) as f64;
    let whole = |ms: Option<u64>| ms.unwrap_or(0).to_string();
    let tail = |quantile| times.quantile(quantile).map_or_else(String::new, |at| fine(millis(at)));
    [
        row.key.name.to_string(),
        row.requests().to_string(),
        format!("{}({share:.2}%)", row.failures()),
        whole(times.mean().map(cut)),
        whole(times.min().map(cut)),
        whole(times.max().map(up)),
        whole(times.quantile(0.5).map(nearest)),
        tail(0.95),
        tail(0.99),
    ]
}
