//! Evidence from watched processes: slow answers and a target, or a machine, without CPU to spare.

use std::time::Duration;

use super::Diagnosis;
use super::slow::slow_rows;
use crate::advice::rows::{name, time};
use crate::{Snapshot, Watched};

/// A process that uses this share of all cores has no more to use.
const FULL: f64 = 0.9;
/// A machine on which this share of all CPUs has work gives nobody more.
const BUSY: f64 = 0.95;
/// A process that uses less of one core rests.
const AT_WORK: f64 = 0.05;
/// Shorter times say nothing: the kernel counts CPU in hundredths of a second.
const LEAST: Duration = Duration::from_secs(5);

pub(super) fn findings(snapshot: &Snapshot) -> Vec<Diagnosis> {
    let window = snapshot.since..snapshot.elapsed;
    if snapshot.measured() < LEAST {
        return Vec::new();
    }
    let rows = snapshot.rows_by_name();
    let Some((row, p95)) = slow_rows(&rows).into_iter().next() else { return Vec::new() };
    let slow = format!("{} has a p95 of {}", name(row), time(p95));
    let mut watched: Vec<(&Watched, f64)> = snapshot
        .watched
        .iter()
        .filter_map(|process| Some((process, process.cpu(&window)?)))
        .collect();
    // One that rests says nothing of why answers are slow; the busiest of several does.
    watched.sort_by(|left, right| right.1.total_cmp(&left.1));
    let Some((process, used)) = watched.into_iter().next() else { return Vec::new() };
    let cores = f64::from(process.cores);
    let busy = process.machine_busy(&window).unwrap_or_default();
    let of = format!("it used {used:.2} of {} cores on average", process.cores);
    let (seen, cause, next) = if used >= FULL * cores {
        (
            format!("{of}, and {slow}"),
            "the target has no CPU left: what is slow waits for it",
            "profile it, give it more cores, or send less",
        )
    } else if busy >= BUSY && used >= AT_WORK {
        let rest = busy * cores - used;
        (
            format!("{of} and all other programs {rest:.2}, and {slow}"),
            "this machine has no CPU left, and not only for the target: the generator and others \
             take their part",
            "run the load from another machine, or end what else runs here",
        )
    } else {
        return Vec::new();
    };
    let place = format!("process {} ({})", process.pid, process.name);
    let (cause, next) = (cause.to_owned(), next.to_owned());
    vec![Diagnosis { place, seen, since: snapshot.since, cause, next }]
}

/// Watched processes that have ended.
pub(super) fn ended(snapshot: &Snapshot) -> Vec<Diagnosis> {
    let found = |process: &Watched| {
        let since = process.ended?;
        Some(Diagnosis {
            place: format!("process {} ({})", process.pid, process.name),
            seen: "the watched process ended".to_owned(),
            since,
            cause: "it crashed, or somebody or the system killed it (out of memory?)".to_owned(),
            next: "look into its log and the kernel's (`dmesg`) at that moment".to_owned(),
        })
    };
    snapshot.watched.iter().filter_map(found).collect()
}
