//! Requests that take long, and where their time goes.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::time::Duration;

use super::Diagnosis;
use super::knowledge::{Advice, Symptom, general};
use crate::advice::rows::{name, time};
use crate::sample::PhaseTotals;
use crate::{Row, Snapshot, counted};

/// A p95 from here on is slow.
const SLOW: Duration = Duration::from_secs(1);
/// Requests that a p95 needs (R25).
const ENOUGH: u64 = 20;
/// Rows that are told, the slowest first.
const MOST: usize = 3;
/// Names that show together that it is none of them.
const SEVERAL: usize = 3;

pub(super) fn findings(snapshot: &Snapshot, advice: &[Advice]) -> Vec<Diagnosis> {
    let rows = snapshot.rows_by_name();
    if let Some(all) = alike(&rows, snapshot.since) {
        return vec![all];
    }
    let told = |(row, p95): (&Row, Duration)| finding(row, p95, advice, snapshot.since);
    slow_rows(&rows).into_iter().take(MOST).filter_map(told).collect()
}

/// All wait, none twice as long as another: then what is known of one endpoint is not the cause.
fn alike(rows: &[Cow<'_, Row>], since: Duration) -> Option<Diagnosis> {
    let slow = slow_rows(rows);
    let judged = rows.iter().filter(|row| row.requests() >= ENOUGH).count();
    let (longest, shortest) = (slow.first()?.1, slow.last()?.1);
    if judged < SEVERAL || slow.len() < judged || longest > shortest * 2 {
        return None;
    }
    let mut sums = [0; PhaseTotals::NAMES.len()];
    for (row, _) in &slow {
        row.phases().sums_ns().iter().zip(&mut sums).for_each(|(ns, sum)| *sum += ns);
    }
    let all: u64 = sums.iter().sum();
    let (index, most) = sums.iter().enumerate().max_by_key(|(_, sum)| **sum)?;
    if PhaseTotals::NAMES[index] != "wait" {
        return None;
    }
    Some(Diagnosis {
        place: format!("all {judged} names with {ENOUGH} requests or more"),
        seen: format!(
            "p95 of {} to {}, none twice another; {} % of the time on the network is wait",
            time(shortest),
            time(longest),
            most * 100 / all.max(1)
        ),
        since,
        cause: "they wait for what all of them pass: a proxy, the accept queue, the target's \
                threads, or a pool"
            .to_owned(),
        next: "look at what is before the endpoints, and compare with a run of fewer users"
            .to_owned(),
    })
}

/// Rows with a slow p95, the slowest first.
pub(super) fn slow_rows<'r>(rows: &'r [Cow<'_, Row>]) -> Vec<(&'r Row, Duration)> {
    let mut slow: Vec<(&Row, Duration)> = rows
        .iter()
        .filter(|row| row.requests() >= ENOUGH)
        .filter_map(|row| Some((&**row, row.response().quantile(0.95)?)))
        .filter(|(_, p95)| *p95 >= SLOW)
        .collect();
    slow.sort_by_key(|(_, p95)| Reverse(*p95));
    slow
}

fn finding(row: &Row, p95: Duration, advice: &[Advice], since: Duration) -> Option<Diagnosis> {
    let sums = row.phases().sums_ns();
    let all: u64 = sums.iter().sum();
    let (index, most) = sums.iter().enumerate().max_by_key(|(_, sum)| **sum)?;
    let phase = PhaseTotals::NAMES[index];
    let late = row.response().sum().saturating_sub(Duration::from_nanos(all));
    let (cause, next) = if late > Duration::from_nanos(all) {
        (
            "most of it passed before the request was begun: tasks came due faster than answers",
            "use more users, or a lower rate",
        )
    } else {
        phase_means(phase, &row.key.name, advice)
    };
    Some(Diagnosis {
        place: name(row),
        seen: format!(
            "p95 {} over {}; {} % of the time on the network is {phase}",
            time(p95),
            counted(row.requests(), "request"),
            most * 100 / all.max(1)
        ),
        since,
        cause: cause.to_owned(),
        next: next.to_owned(),
    })
}

fn phase_means<'a>(phase: &str, name: &str, advice: &'a [Advice]) -> (&'a str, &'a str) {
    match phase {
        "dns" => ("names are slow to look up", "look at the resolver, or name the host by address"),
        "connect" => (
            "connections are slow to open: the target's backlog is full, or it is far away",
            "look at its listen queue, and let users keep their connections",
        ),
        "tls" => ("handshakes are slow: CPU at the target", "let users keep their connections"),
        "send" => {
            ("requests are slow to upload: large bodies or a slow network", "look at bytes sent")
        }
        "receive" => (
            "answers are slow to arrive: large bodies or a slow network",
            "look at the bytes received",
        ),
        _ => advice
            .iter()
            .find(|advice| advice.fits(Symptom::Slow, name, ""))
            .map_or_else(|| general(Symptom::Slow), |known| (&*known.cause, &*known.next)),
    }
}
