//! The bottleneck of a run in one sentence: what is slowest, where its time goes, what moved with it.

use katydid_core::{
    Coincidence, Diagnosis, PhaseTotals, RowKind, Snapshot, coincidences, coincidences_of,
    full_pools,
};

use crate::number::span;
use crate::slowest::{Slow, WORDS, slowest};
use crate::text::shorten;

/// What must be said beside a series that moved with latency.
const COINCIDENCE_OF_ONE: &str = "coincidence in time and no proof of cause";
/// Columns that a foreign name may take.
const LONGEST: usize = 160;

/// The slowest endpoint by p95, the phase in which most of its time goes, the pool that had nothing
/// left, and the series of the target that moved with it, called a coincidence. `None` without
/// requests.
pub(crate) fn bottleneck(snapshot: &Snapshot) -> Option<String> {
    let slow = slowest(snapshot).into_iter().next()?;
    let pool = full_pools(snapshot).first().map(full);
    let parts = [Some(endpoint(&slow)), pool, Some(moved(snapshot, &slow))];
    Some(parts.into_iter().flatten().collect::<Vec<_>>().join("; ") + ".")
}

/// `GET /items with a p95 of 312 ms: 96 % of its time in the phase wait (waiting for the answer)`
fn endpoint(slow: &Slow<'_>) -> String {
    let name = slow.name();
    let p95 = slow.row.response().quantile(0.95).unwrap_or_default();
    let phase = slow.phase.map_or_else(String::new, |(index, share)| {
        let (phase, words) = (PhaseTotals::NAMES[index], WORDS[index]);
        format!(": {:.0} % of its time in the phase {phase} ({words})", share * 100.0)
    });
    format!("{} with a p95 of {}{phase}", shorten(&name, LONGEST), span(p95))
}

fn full(pool: &Diagnosis) -> String {
    let seen = pool.seen.split(';').next().unwrap_or_default();
    format!("meanwhile {seen} ({})", shorten(&pool.place, LONGEST))
}

/// What moved with the p95 of the endpoint; else with that of all requests.
fn moved(snapshot: &Snapshot, slow: &Slow<'_>) -> String {
    let key = &slow.row.key;
    let its_own = coincidences_of(snapshot, |other| {
        other.kind == RowKind::Request && other.name == key.name && other.method == key.method
    });
    if let Some(first) = its_own.first() {
        return said(first, "its");
    }
    match coincidences(snapshot).first() {
        Some(first) => said(first, "the"),
        None if snapshot.all_monitored().iter().any(|it| !it.series.is_empty()) => {
            "no series that was watched moved with it".to_owned()
        }
        None => "nothing was watched that could have moved with it".to_owned(),
    }
}

fn said(it: &Coincidence, whose: &str) -> String {
    let of_all = if whose == "its" { "" } else { " of all requests" };
    format!("with {whose} p95{of_all} moved, as a {COINCIDENCE_OF_ONE}: {}", it.text())
}
