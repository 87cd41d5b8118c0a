//! What failed: requests by class of failure, and the suite's own code.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use katydid_core::{FailureKind, FailureRow, Snapshot};

use super::grid::{Column, Grid};
use crate::number::ratio;
use crate::text::clean;

/// Groups of failure classes, in the order of the report.
const GROUPS: [&str; 6] = [
    "Connection failures",
    "Timeouts",
    "HTTP errors",
    "Failed checks",
    "Unreadable answers",
    "Other failures",
];

/// Width of the column of counts.
const COUNT: usize = 18;
/// Locust's rule over the messages when there is no terminal to fit.
const RULE: usize = 141;

/// Locust's `Error report`: how often and what, in the order of their first appearance. Empty when
/// nothing failed.
///
/// A message begins with the class of the failure, as in the CSV file. It is never cut: this is
/// what people came for.
pub fn failures(snapshot: &Snapshot, width: Option<usize>) -> String {
    let mut rows: Vec<FailureRow> = snapshot.failures().collect();
    if rows.is_empty() {
        return String::new();
    }
    rows.sort_by_key(|row| row.first);
    let errors = width.map_or(RULE, |width| width.saturating_sub(COUNT + 1).min(RULE));
    let rule = format!("{}|{}\n", "-".repeat(COUNT), "-".repeat(errors));
    let mut out = format!("Error report\n{:<COUNT$} Error\n{rule}", "# occurrences");
    for row in &rows {
        // Requests on the row of overflowing names have no method.
        let place = format!("{} {}", row.method, row.name);
        let error = format!("{}: {}", place.trim_start(), row.error());
        out += &format!("{:<COUNT$} {}\n", row.count, clean(&error));
    }
    out + &rule
}

/// Failures by class, in groups: connection failures, timeouts, HTTP errors and the rest stand
/// apart. Empty when nothing failed.
pub fn failure_classes(snapshot: &Snapshot) -> String {
    let mut classes: BTreeMap<(usize, FailureKind), u64> = BTreeMap::new();
    for row in snapshot.failures() {
        *classes.entry((group(row.kind), row.kind)).or_default() += row.count;
    }
    if classes.is_empty() {
        return String::new();
    }
    let mut grid = Grid::new(
        [
            Column::left("Group", 20),
            Column::left("Class", 12),
            Column::right("failures", 9),
            Column::right("of requests", 11),
        ],
        1,
    );
    for ((group, kind), count) in classes {
        let share = ratio(count, snapshot.requests()).unwrap_or(0.0) * 100.0;
        let share = format!("{share:.2}%");
        grid.row([GROUPS[group].to_owned(), kind.to_string(), count.to_string(), share]);
    }
    format!("Failures by class\n{}", grid.draw(None))
}

/// Its place in [`GROUPS`].
fn group(kind: FailureKind) -> usize {
    use FailureKind as Kind;
    match kind {
        Kind::Dns | Kind::Connect | Kind::Tls | Kind::Connection => 0,
        Kind::Timeout => 1,
        Kind::Status(_) => 2,
        Kind::Check | Kind::Manual => 3,
        Kind::Protocol | Kind::TooLarge | Kind::Redirect => 4,
        _ => 5,
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
