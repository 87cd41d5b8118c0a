//! Tables of the page one by one, for a page on which the run goes on.

use std::time::SystemTime;

use katydid_core::{Diagnosis, Snapshot, Verdict, coincidences};

use super::markup::Section;
use super::{monitors, requests, sections};

/// What the tables are made of.
#[derive(Clone, Copy, Debug)]
pub struct TableSource<'a> {
    /// The state of the run.
    pub snapshot: &'a Snapshot,
    /// What is said of it, or would be now.
    pub verdict: &'a Verdict,
    /// What the run shows of the target, see [`katydid_core::diagnose`].
    pub diagnosis: &'a [Diagnosis],
    /// When the run began.
    pub started: SystemTime,
}

/// The ids of all tables, in the order of the page.
pub const TABLES: [&str; 18] = [
    "diagnosis",
    "targets",
    "expectations",
    "knee",
    "stages",
    "requests",
    "transactions",
    "percentiles",
    "phases",
    "server-timing",
    "bottlenecks",
    "failures",
    "exceptions",
    "monitors",
    "moved",
    "tasks",
    "mix",
    "events",
];

/// A table as JSON, for `Tables.show`: id, title, note, columns and rows of cells. `None` for an id
/// that is not in [`TABLES`].
pub fn table(id: &str, of: &TableSource<'_>) -> Option<String> {
    let &TableSource { snapshot, verdict, diagnosis, started } = of;
    let text = |section: &Section<'_>| serde_json::to_string(section).expect("texts alone");
    let section = match id {
        "diagnosis" => sections::diagnosis(diagnosis),
        "targets" => sections::targets(verdict),
        "expectations" => sections::expectations(verdict),
        "knee" => return Some(text(&sections::knee(verdict, &sections::knee_note(verdict)))),
        "stages" => sections::stages(snapshot),
        "requests" => requests::requests(snapshot),
        "transactions" => requests::transactions(snapshot),
        "percentiles" => requests::percentiles(snapshot),
        "phases" => requests::phases(snapshot),
        "server-timing" => requests::server_timing(snapshot),
        "bottlenecks" => {
            return Some(text(&requests::slowest(snapshot, &requests::slowest_note(snapshot))));
        }
        "failures" => sections::failures(snapshot, started),
        "exceptions" => sections::exceptions(snapshot),
        "monitors" => monitors::monitors(snapshot),
        "moved" => {
            let moved = coincidences(snapshot);
            return Some(text(&monitors::moved(&moved, &monitors::moved_note(&moved))));
        }
        "tasks" => sections::tasks(snapshot),
        "mix" => sections::mix(snapshot),
        "events" => sections::events(snapshot),
        _ => return None,
    };
    Some(text(&section))
}
