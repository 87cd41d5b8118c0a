//! Words for rows and moments, shared by warnings and diagnosis.

use std::time::Duration;

use crate::{FailureRow, Row};

/// Rows that a sentence names before it counts the rest.
const MOST_NAMED: usize = 3;

/// `GET /items`
pub(super) fn name(row: &Row) -> String {
    format!("{} {}", row.key.method, row.key.name).trim_start().to_owned()
}

/// Whether a failure is one of the row's requests.
pub(super) fn is_of(failure: &FailureRow, row: &Row) -> bool {
    failure.name == row.key.name && failure.method == row.key.method
}

/// `a, b, c and 4 more`
pub(super) fn listed(names: &[String]) -> String {
    let (named, rest) = names.split_at(names.len().min(MOST_NAMED));
    match rest.len() {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    }
}

/// A moment or length for people: `12.3 s`, `61 min`.
pub(super) fn time(time: Duration) -> String {
    match time.as_secs() {
        0 if time < Duration::from_secs(1) => format!("{:.0} ms", time.as_secs_f64() * 1e3),
        0..300 => format!("{:.1} s", time.as_secs_f64()),
        seconds => format!("{:.0} min", seconds as f64 / 60.0),
    }
}
