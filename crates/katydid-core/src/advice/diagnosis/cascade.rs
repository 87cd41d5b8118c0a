//! Which endpoint failed first, and what followed.

use std::time::Duration;

use super::Diagnosis;
use super::knowledge::{Symptom, symptom};
use crate::advice::rows::{is_of, listed, time};
use crate::{FailureRow, Snapshot};

/// What fails within this time after the first is said to have followed.
const FOLLOWS: Duration = Duration::from_secs(10);

/// Rows that worked, and then failed one after the other for reasons of the target's.
pub(super) fn finding(snapshot: &Snapshot) -> Option<Diagnosis> {
    let rows = snapshot.rows_by_name();
    let mut firsts: Vec<FailureRow> = Vec::new();
    for failure in snapshot.failures().filter(is_trouble) {
        let worked = rows.iter().filter(|row| is_of(&failure, row)).any(|row| {
            let good = |(second, requests, failures): (u64, u64, u64)| {
                requests > failures && Duration::from_secs(second) < failure.first
            };
            row.timeline().steps().any(good)
        });
        let known =
            firsts.iter_mut().find(|f| f.name == failure.name && f.method == failure.method);
        match known {
            _ if !worked => {}
            Some(known) if failure.first < known.first => *known = failure,
            Some(_) => {}
            None => firsts.push(failure),
        }
    }
    firsts.sort_by_key(|failure| failure.first);
    let (first, others) = firsts.split_first()?;
    let followed: Vec<String> = others
        .iter()
        .map(|other| (other, other.first.saturating_sub(first.first)))
        .filter(|(_, after)| *after <= FOLLOWS)
        .map(|(other, after)| format!("{} {} after {}", other.method, other.name, time(after)))
        .collect();
    (!followed.is_empty()).then(|| Diagnosis {
        place: format!("{} {}", first.method, first.name),
        seen: format!("it failed first ({}); then {}", first.error(), listed(&followed)),
        since: first.first,
        cause: "a cascade: what the first one needs is needed by the others, or their retries \
                and queues pile up behind it"
            .to_owned(),
        next: "begin with the first one; the others may be well when it is".to_owned(),
    })
}

/// The target's trouble, and not its refusal of a request.
fn is_trouble(failure: &FailureRow) -> bool {
    matches!(
        symptom(failure.kind),
        Some(Symptom::Status(500..) | Symptom::Connections | Symptom::Timeouts)
    )
}
