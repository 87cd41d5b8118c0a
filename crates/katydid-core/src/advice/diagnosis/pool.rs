//! Evidence from monitors: a pool or a database that has nothing left to give while answers are slow.

use std::time::Duration;

use super::Diagnosis;
use super::knowledge::{Advice, Symptom, general};
use crate::advice::rows::{name, time};
use crate::monitored::{Series, Unit};
use crate::{Monitored, Snapshot};

/// Words of what is in use, of how much there is, and of who waits.
const USED: [&str; 6] = ["in_use", "inuse", "active", "busy", "acquired", "checked_out"];
const SIZE: [&str; 4] = ["limit", "max", "size", "capacity"];
/// What says itself how much of its connections is used.
const SHARES: [&str; 2] = ["connections_used", "connections_database_used"];
const WAITING: [&str; 3] = ["waiting", "pending", "wait_seconds"];
/// The share of the looks at which a pool must have had nothing left.
const FULL: f64 = 0.3;
/// A look says so from this share of its size on.
const FULL_USE: f64 = 0.95;
/// Requests that wait on average, where that is known.
const LEAST_WAITING: f64 = 1.0;
/// Looks that are needed.
const LEAST: usize = 5;

/// Pools that were too small, with what is known of any: they explain that everything is slow.
/// [`diagnose`](super::diagnose) has them too, with what a suite knows of its target.
pub fn full_pools(snapshot: &Snapshot) -> Vec<Diagnosis> {
    findings(snapshot, &[])
}

/// Pools that were too small.
pub(super) fn findings(snapshot: &Snapshot, advice: &[Advice]) -> Vec<Diagnosis> {
    let of_monitor = |monitor: &Monitored| {
        let used = monitor.series.iter().filter(|series| is(series, &USED) && is_pool(series));
        let found: Vec<Diagnosis> = used
            .filter_map(|used| finding(snapshot, monitor, used, advice))
            .chain(shared(snapshot, monitor, advice))
            .collect();
        found
    };
    snapshot.monitors.iter().flat_map(of_monitor).collect()
}

fn is(series: &Series, words: &[&str]) -> bool {
    words.iter().any(|word| series.name.contains(word))
}

fn is_pool(series: &Series) -> bool {
    is(series, &["pool", "connections"])
}

/// A series of the same pool: what stands before the word, and the labels, are equal.
fn beside<'m>(monitor: &'m Monitored, used: &Series, words: &[&str]) -> Option<&'m Series> {
    let stem = |name: &str, words: &[&str]| {
        let at = words.iter().filter_map(|word| name.find(word)).min()?;
        let labels = name.find('{').map_or("", |from| &name[from..]);
        Some((name[..at].to_owned(), labels.to_owned()))
    };
    let wanted = stem(&used.name, &USED)?;
    monitor.series.iter().find(|series| stem(&series.name, words).as_ref() == Some(&wanted))
}

fn finding(
    snapshot: &Snapshot,
    monitor: &Monitored,
    used: &Series,
    advice: &[Advice],
) -> Option<Diagnosis> {
    let size = beside(monitor, used, &SIZE)?.last().filter(|size| *size > 0.0)?;
    let (full, since) = full(snapshot, used, size * FULL_USE)?;
    let waited = beside(monitor, used, &WAITING);
    let window = snapshot.since..snapshot.elapsed;
    let waiting = waited.map(|series| series.at(&window).unwrap_or_default());
    // Who knows that nobody waits has a pool that is just large enough.
    if waiting.is_some_and(|waiting| waiting < LEAST_WAITING) {
        return None;
    }
    let waits = waiting.map_or_else(String::new, |waiting| {
        format!("; {} requests waited for one on average", Unit::Count.show(waiting))
    });
    let seen = format!(
        "all {} were in use at {:.0} % of the looks{waits}; {}",
        Unit::Count.show(size),
        full * 100.0,
        slowest(snapshot)?
    );
    Some(diagnosis(monitor, used, seen, since, Symptom::PoolFull, advice))
}

/// A database that says itself how much of its connections is used: of those of the server, or of the
/// limit that it has itself.
fn shared(snapshot: &Snapshot, monitor: &Monitored, advice: &[Advice]) -> Option<Diagnosis> {
    let of_limit = |name: &str| {
        let used = monitor.find(name).filter(|series| series.unit == Unit::Share)?;
        Some((used, full(snapshot, used, FULL_USE)?))
    };
    let found = SHARES.into_iter().find_map(of_limit);
    let (used, (full, since)) = found?;
    let most = Unit::Share.show(used.max()?);
    let seen = format!(
        "{most} of its connections were in use at most, {:.0} % or more at {:.0} % of the looks; {}",
        FULL_USE * 100.0,
        full * 100.0,
        slowest(snapshot)?
    );
    Some(diagnosis(monitor, used, seen, since, Symptom::ConnectionsFull, advice))
}

/// The share of the looks at which nothing was left, if it is enough, and the first of them.
fn full(snapshot: &Snapshot, used: &Series, limit: f64) -> Option<(f64, Duration)> {
    let steps: Vec<_> =
        used.steps().filter(|step| step.from + used.step() > snapshot.since).collect();
    let full: Vec<_> = steps.iter().filter(|step| step.max >= limit).collect();
    let share = full.len() as f64 / steps.len().max(1) as f64;
    (steps.len() >= LEAST && share >= FULL).then(|| Some((share, full.first()?.from)))?
}

/// The requests that a full pool would make slow, with their p95.
fn slowest(snapshot: &Snapshot) -> Option<String> {
    let rows = snapshot.rows_by_name();
    let p95 = rows.iter().filter_map(|row| {
        let p95 = row.response().quantile(0.95)?;
        (row.requests() >= 20).then_some((row, p95))
    });
    let (row, p95) = p95.max_by_key(|(_, p95)| *p95)?;
    Some(format!("the slowest, {}, has a p95 of {}", name(row), time(p95)))
}

fn diagnosis(
    monitor: &Monitored,
    used: &Series,
    seen: String,
    since: Duration,
    symptom: Symptom,
    advice: &[Advice],
) -> Diagnosis {
    let known = advice.iter().find(|known| known.fits(symptom, &used.name, ""));
    let (cause, next) = known.map_or_else(|| general(symptom), |it| (&*it.cause, &*it.next));
    Diagnosis {
        place: format!("{} of monitor {}", used.name, monitor.name),
        seen,
        since,
        cause: cause.to_owned(),
        next: next.to_owned(),
    }
}
