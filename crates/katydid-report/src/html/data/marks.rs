//! What lies behind the charts: planned phases, and what happened when.

use katydid_core::Snapshot;
use serde::Serialize;

use super::{foreign, seconds};

/// A planned piece of the run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Band {
    name: String,
    from: f64,
    until: f64,
}

/// A moment of the run that is worth a line through the charts.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(in crate::html) struct Flag {
    pub(in crate::html) at: f64,
    pub(in crate::html) kind: &'static str,
    pub(in crate::html) text: String,
}

/// The phases that the run has reached.
pub(super) fn bands(snapshot: &Snapshot) -> Vec<Band> {
    let phases = snapshot.history().phases().iter();
    let reached = phases.filter(|phase| phase.from < snapshot.elapsed);
    let band = |phase: &katydid_core::RunPhase| Band {
        name: foreign(&phase.name),
        from: seconds(phase.from),
        until: seconds(phase.until.map_or(snapshot.elapsed, |it| it.min(snapshot.elapsed))),
    };
    reached.map(band).collect()
}

/// Every moment of the run that is worth a line through the charts, in order of time.
pub(in crate::html) fn flags(snapshot: &Snapshot) -> Vec<Flag> {
    let flag = |at, kind, text: &str| Flag { at: seconds(at), kind, text: foreign(text) };
    let mut flags: Vec<Flag> = Vec::new();
    for mark in snapshot.marks() {
        use katydid_core::Occasion::{End, Load, Reached, Reset, Steered, Warning};
        let kind = match mark.kind {
            Load => "load",
            Reached => "load reached",
            Steered => "by hand",
            Reset => "reset",
            Warning => "warning",
            End => "end",
            _ => "event",
        };
        flags.push(flag(mark.at, kind, &mark.text));
    }
    for monitor in &snapshot.monitors {
        for mark in &monitor.marks {
            flags.push(flag(mark.at, "monitor", &format!("{}: {}", monitor.name, mark.text)));
        }
    }
    for process in &snapshot.watched {
        let ended = process.ended.zip(process.ended_text());
        flags.extend(ended.map(|(at, text)| flag(at, "process", &text)));
    }
    for still in snapshot.standstills() {
        let length = still.length().as_secs_f64();
        let text = format!("no answer for {length:.1} s though requests were open");
        flags.push(flag(still.from, "standstill", &text));
    }
    flags.sort_by(|one, other| one.at.total_cmp(&other.at));
    flags
}
