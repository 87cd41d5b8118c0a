//! What failed: requests by class of failure, and the suite's own code.

use std::cmp::Reverse;

use katydid_core::{FailureKind, FailureRow, Snapshot};

use super::grid::{Column, Grid};

/// Groups of failure classes, in the order of the report.
const GROUPS: [&str; 6] = [
    "Connection failures",
    "Timeouts",
    "HTTP errors",
    "Failed checks",
    "Unreadable answers",
    "Other failures",
];

/// Locust's `Error report` with the class of each failure; connection failures, timeouts, HTTP
/// errors and the rest stand apart, the most frequent first. Empty when nothing failed.
pub fn failures(snapshot: &Snapshot) -> String {
    let rows: Vec<FailureRow> = snapshot.failures().collect();
    if rows.is_empty() {
        return String::new();
    }
    let mut grid = Grid::new(
        [Column::left("# occurrences", 18), Column::left("Class", 12), Column::left("Error", 128)],
        2,
    );
    for name in GROUPS {
        let mut rows: Vec<_> = rows.iter().filter(|row| group(row.kind) == name).collect();
        if rows.is_empty() {
            continue;
        }
        rows.sort_by_key(|row| (Reverse(row.count), row.first));
        let sum: u64 = rows.iter().map(|row| row.count).sum();
        grid.heading(&format!("{name}: {sum}"));
        for row in rows {
            // Requests on the row of overflowing names have no method.
            let place = format!("{} {}", row.method, row.name);
            let error = format!("{}: {}", place.trim_start(), row.text);
            grid.row([row.count.to_string(), row.kind.to_string(), error]);
        }
        grid.rule();
    }
    format!("Error report\n{}", grid.draw(None))
}

fn group(kind: FailureKind) -> &'static str {
    use FailureKind as Kind;
    match kind {
        Kind::Dns | Kind::Connect | Kind::Tls | Kind::Connection => GROUPS[0],
        Kind::Timeout => GROUPS[1],
        Kind::Status(_) => GROUPS[2],
        Kind::Check | Kind::Manual => GROUPS[3],
        Kind::Protocol | Kind::TooLarge | Kind::Redirect => GROUPS[4],
        _ => GROUPS[5],
    }
}

/// Errors and panics of the suite's own code, the most frequent first. Empty when there are none.
pub fn exceptions(snapshot: &Snapshot) -> String {
    let mut rows: Vec<_> = snapshot.exceptions().collect();
    if rows.is_empty() {
        return String::new();
    }
    rows.sort_by_key(|row| Reverse(row.count));
    let mut grid = Grid::new(
        [
            Column::left("# occurrences", 18),
            Column::left("Task", 40),
            Column::left("Place", 20),
            Column::left("Message", 66),
        ],
        3,
    );
    for row in rows {
        let place = if row.place.is_empty() { "-".to_owned() } else { row.place };
        grid.row([row.count.to_string(), row.task.path(), place, row.message]);
    }
    grid.rule();
    format!("Exceptions in the suite's own code\n{}", grid.draw(None))
}
