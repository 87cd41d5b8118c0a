//! `P_exceptions.csv`.

use katydid_core::Snapshot;

use super::cell::{File, text};

/// `P_exceptions.csv`: errors and panics of the suite's own code.
///
/// Traceback is the task (`Class/Flow/task`) and, for a panic, file and line; Nodes is `local`,
/// as in a Locust run on one machine.
pub fn exceptions(snapshot: &Snapshot) -> Vec<u8> {
    let mut file = File::with_header(&["Count", "Message", "Traceback", "Nodes"]);
    for row in snapshot.exceptions() {
        let count = row.count.to_string();
        file.record([count.as_str(), &text(&row.message), &text(&row.traceback()), "local"]);
    }
    file.into_bytes()
}
