//! The stages of a run beside each other: the same figures of each.

use std::time::Duration;

use katydid_core::{Part, RunPhase, Snapshot};

use crate::number::{fine, millis, per_second, ratio};

/// One figure of a stage: its heading, and what it is of the stage.
type Figure = (&'static str, fn(&Stage<'_>) -> String);

/// What is shown of every stage behind its name.
pub(crate) const FIGURES: [Figure; 13] = [
    ("users", load),
    ("# reqs", |it| it.part.requests().to_string()),
    ("req/s", |it| format!("{:.2}", per_second(it.part.requests(), it.length))),
    ("p50", |it| time(it.part.response().quantile(0.5))),
    ("p95", |it| time(it.part.response().quantile(0.95))),
    ("p99", |it| time(it.part.response().quantile(0.99))),
    ("Max", |it| time(it.part.response().max())),
    ("# fails", |it| of_all(&it.part, it.part.failures())),
    ("429", |it| of_all(&it.part, it.part.kinds().status(429))),
    ("503", |it| of_all(&it.part, it.part.kinds().status(503))),
    ("lost", |it| of_all(&it.part, it.part.kinds().lost())),
    ("cached", |it| of_all(&it.part, it.part.cached())),
    ("reused", |it| it.part.reuse().map_or_else(none, |share| format!("{:.1}%", share * 100.0))),
];

/// A stage with what ended in it.
pub(crate) struct Stage<'a> {
    pub(crate) phase: &'a RunPhase,
    pub(crate) part: Part,
    /// For how long it was measured.
    pub(crate) length: Duration,
}

/// The stages of a run that has more than one.
pub(crate) fn stages(snapshot: &Snapshot) -> Vec<Stage<'_>> {
    let history = snapshot.history();
    let phases = history.phases();
    if phases.len() < 2 || phases.iter().any(|phase| !phase.stage) {
        return Vec::new();
    }
    let stage = |(index, phase)| {
        let part = history.requests(history.steps_of(index));
        Stage { phase, part, length: snapshot.measured_in(index) }
    };
    phases.iter().enumerate().map(stage).collect()
}

/// Users, or task starts per second, by plan.
fn load(stage: &Stage<'_>) -> String {
    match (stage.phase.users, stage.phase.starts) {
        (Some(users), _) => users.to_string(),
        (None, Some(starts)) => format!("{starts}/s"),
        (None, None) => none(),
    }
}

fn none() -> String {
    "-".to_owned()
}

fn time(time: Option<Duration>) -> String {
    time.map_or_else(none, |time| fine(millis(time)))
}

/// `12 (1.20%)`, or a bare 0.
fn of_all(part: &Part, count: u64) -> String {
    match ratio(count, part.requests()) {
        Some(share) if count > 0 => format!("{count} ({:.2}%)", share * 100.0),
        _ => count.to_string(),
    }
}
