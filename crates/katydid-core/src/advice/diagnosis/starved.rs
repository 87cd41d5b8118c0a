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
    let found = |process: &Watched| {
        let cores = f64::from(process.cores);
        let used = process.cpu(&window)?;
        let of = format!("{:.2} of {} cores", used, process.cores);
        let (seen, cause, next) = if used >= FULL * cores {
            (
                format!("it used {of} on average, and {slow}"),
                "the target has no CPU left: what is slow waits for it".to_owned(),
                "profile it, give it more cores, or send less".to_owned(),
            )
        } else if process.machine_busy(&window)? >= BUSY {
            let rest = process.machine_busy(&window)? * cores - used;
            (
                format!("it used {of} on average and all other programs {rest:.2}, and {slow}"),
                "this machine has no CPU left, and not only for the target: the generator and \
                 others take their part"
                    .to_owned(),
                "run the load from another machine, or end what else runs here".to_owned(),
            )
        } else {
            return None;
        };
        let place = format!("process {} ({})", process.pid, process.name);
        Some(Diagnosis { place, seen, since: snapshot.since, cause, next })
    };
    snapshot.watched.iter().filter_map(found).collect()
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
