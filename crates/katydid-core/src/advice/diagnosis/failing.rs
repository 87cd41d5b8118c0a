//! Failures that are symptoms of the target's state.

use std::collections::BTreeMap;
use std::time::Duration;

use super::Diagnosis;
use super::knowledge::{Advice, Symptom, general, symptom};
use crate::advice::expiry::has_expired;
use crate::advice::rows::{is_of, listed};
use crate::{FailureRow, Snapshot};

pub(super) fn findings(snapshot: &Snapshot, advice: &[Advice]) -> Vec<Diagnosis> {
    let rows = snapshot.rows_by_name();
    let mut groups: BTreeMap<(Symptom, Option<usize>), Vec<FailureRow>> = BTreeMap::new();
    for failure in snapshot.failures() {
        let Some(symptom) = symptom(failure.kind) else { continue };
        let expired = || rows.iter().any(|row| has_expired(&failure, row));
        if symptom == Symptom::Status(401) && !expired() {
            continue;
        }
        let fits = |advice: &Advice| advice.fits(symptom, &failure.name, &failure.text);
        let known = advice.iter().position(fits);
        groups.entry((symptom, known)).or_default().push(failure);
    }
    let told = |((symptom, known), failures): (_, Vec<FailureRow>)| {
        let (cause, next) = match known {
            Some(index) => {
                let advice: &Advice = &advice[index];
                (advice.cause.clone(), advice.next.clone())
            }
            None => {
                let (cause, next) = general(symptom);
                (cause.to_owned(), next.to_owned())
            }
        };
        let asked = failures.iter().filter_map(|failure| {
            rows.iter().find(|row| is_of(failure, row)).and_then(|row| row.retry_after())
        });
        let asks = matches!(symptom, Symptom::Status(429 | 503));
        let seen = seen(&failures, asked.max().filter(|_| asks));
        let since = failures.iter().map(|failure| failure.first).min().unwrap_or_default();
        Diagnosis { place: places(&failures), seen, since, cause, next }
    };
    groups.into_iter().map(told).collect()
}

fn seen(failures: &[FailureRow], retry_after: Option<Duration>) -> String {
    let count: u64 = failures.iter().map(|failure| failure.count).sum();
    let most = failures.iter().max_by_key(|failure| failure.count);
    let text = most.map(FailureRow::error).unwrap_or_default();
    let asked = retry_after
        .map_or_else(String::new, |time| format!(" (Retry-After up to {} s)", time.as_secs()));
    format!("{count}× {text}{asked}")
}

/// The names, those with most failures first.
fn places(failures: &[FailureRow]) -> String {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for failure in failures {
        *counts.entry(format!("{} {}", failure.method, failure.name)).or_default() += failure.count;
    }
    let mut names: Vec<(String, u64)> = counts.into_iter().collect();
    names.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    listed(&names.into_iter().map(|(name, _)| name).collect::<Vec<_>>())
}
