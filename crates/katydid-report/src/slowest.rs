//! The slowest endpoints, each with the phase in which its time goes.

use std::borrow::Cow;
use std::cmp::Reverse;

use katydid_core::{PhaseTotals, Row, Snapshot};

use crate::number::{fine, millis};

/// What the phases are called in a sentence.
pub(crate) const WORDS: [&str; 6] = [
    "looking up the name",
    "connecting",
    "the TLS handshake",
    "sending",
    "waiting for the answer",
    "receiving the answer",
];

/// Requests of which a p95 says something.
const ENOUGH: u64 = 20;

/// A row of requests, and where its service time went.
pub(crate) struct Slow<'a> {
    pub(crate) row: Cow<'a, Row>,
    /// The phase with the most of it, and its share from 0 to 1.
    pub(crate) phase: Option<(usize, f64)>,
}

/// Rows with the longest p95 first; those with few requests come last.
pub(crate) fn slowest(snapshot: &Snapshot) -> Vec<Slow<'_>> {
    let mut rows = snapshot.rows_by_name();
    rows.retain(|row| row.requests() > 0);
    let rank = |row: &Row| (row.requests() >= ENOUGH, row.response().quantile(0.95));
    // The order of names decides between equals.
    rows.sort_by_key(|row| Reverse(rank(row)));
    rows.into_iter().map(|row| Slow { phase: longest_phase(&row.phases()), row }).collect()
}

fn longest_phase(phases: &PhaseTotals) -> Option<(usize, f64)> {
    let sums = phases.sums_ns();
    let total: u64 = sums.iter().sum();
    let (index, most) = sums.iter().enumerate().max_by_key(|(_, ns)| **ns)?;
    (total > 0).then(|| (index, *most as f64 / total as f64))
}

impl Slow<'_> {
    /// `GET /items`
    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.row.key.method, self.row.key.name).trim_start().to_owned()
    }

    /// `GET /items with p95 312 ms, 96 % of its time waiting for the answer`
    pub(crate) fn sentence(&self) -> String {
        let p95 = self.row.response().quantile(0.95).map_or(0.0, millis);
        format!("{} with p95 {} ms{}", self.name(), fine(p95), self.where_text(", "))
    }

    /// `96 % of its time waiting for the answer`
    pub(crate) fn where_text(&self, before: &str) -> String {
        self.phase.map_or_else(String::new, |(index, share)| {
            format!("{before}{:.0} % of its time {}", share * 100.0, WORDS[index])
        })
    }
}
