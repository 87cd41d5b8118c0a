//! `P_failures.csv`.

use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use katydid_core::Snapshot;

use super::cell::{File, text};

/// `P_failures.csv`: one row per method, name, class and text, sorted in that order (by name
/// first).
///
/// The Error cell is `class: text`, so that equal texts of different classes stay apart; a text
/// that begins with its class stands alone. First and last seen are in UTC, from `started`, the
/// time at which the run began.
pub fn failures(snapshot: &Snapshot, started: SystemTime) -> Vec<u8> {
    let header = ["Method", "Name", "Error", "Occurrences", "First Seen", "Last Seen"];
    let mut file = File::with_header(&header);
    for row in snapshot.failures() {
        file.record([
            text(&row.method).as_ref(),
            &text(&row.name),
            &text(&row.error()),
            &row.count.to_string(),
            &utc(started, row.first),
            &utc(started, row.last),
        ]);
    }
    file.into_bytes()
}

/// `2026-11-23T02:38:35Z`; empty, as in Locust, where there is no such date.
fn utc(started: SystemTime, since: Duration) -> String {
    let at = started.checked_add(since).and_then(|at| Timestamp::try_from(at).ok());
    at.map_or_else(String::new, |at| at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
}
