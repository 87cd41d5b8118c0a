//! What the charts of the page are drawn from: plain numbers in one JSON text.
//!
//! Response times are histograms per step (`times.rs`), so that whoever looks at a stretch of the
//! run gets the percentiles of exactly that stretch: buckets are added up, percentiles never
//! averaged. Everything is bounded: 300 steps, 40 names of 100 points, 30 more charts. Lists only,
//! so that the same run always gives the same text.

mod names;
mod series;
mod times;

use std::time::Duration;

use katydid_core::{FailureKind, History, Snapshot, Verdict};
use serde::Serialize;

use crate::text::{clean, shorten};

pub(super) use names::{MOST_ROWS, filters};
use names::{NameLine, NameRow, name_lines, name_rows};
pub(super) use series::has_side_charts;
use series::{Chart, charts};
use times::Times;

/// Classes of failures with a line of their own.
const MOST_KINDS: usize = 6;
/// Letters of a foreign text in a chart.
const LONGEST: usize = 120;

/// Everything that the script knows. Times of the run are seconds since its start, response times ms.
#[derive(Debug, Serialize)]
struct Data {
    /// Length of the run.
    end: f64,
    /// When the statistics began.
    since: f64,
    /// Planned pieces of the run.
    phases: Vec<Band>,
    /// What happened at which moment.
    marks: Vec<Flag>,
    steps: Steps,
    times: Times,
    /// Failures by class: a count for each step.
    failures: Vec<Line>,
    /// What the rows of the tables are, in their order.
    rows: Vec<NameRow>,
    /// Series of the busiest names, over the same points for all.
    points: Vec<f64>,
    names: Vec<NameLine>,
    /// Percentiles of the whole run, exactly: share and ms.
    curves: Vec<Curve>,
    /// Series of processes and monitors.
    charts: Vec<Chart>,
}

#[derive(Debug, Serialize)]
struct Band {
    name: String,
    from: f64,
    until: f64,
}

#[derive(Debug, Serialize)]
pub(super) struct Flag {
    pub(super) at: f64,
    pub(super) kind: &'static str,
    pub(super) text: String,
}

/// One number for each step.
#[derive(Debug, Serialize)]
struct Steps {
    /// Where each begins, and where the last one ends.
    at: Vec<f64>,
    users: Vec<u32>,
    planned: Vec<u32>,
    /// Task starts due and begun; empty in the closed model.
    due: Vec<u64>,
    begun: Vec<u64>,
    requests: Vec<u64>,
    failed: Vec<u64>,
    /// Shortest and longest response time; 0 without requests.
    min: Vec<f64>,
    max: Vec<f64>,
    /// The most by which a thread was late, ms.
    late: Vec<f64>,
}

#[derive(Debug, Serialize)]
struct Line {
    name: String,
    counts: Vec<u64>,
}

#[derive(Debug, Serialize)]
struct Curve {
    name: &'static str,
    points: Vec<(f64, f64)>,
}

/// The data of a run as it can stand in a page.
pub(super) fn json(snapshot: &Snapshot, verdict: &Verdict) -> String {
    let history = snapshot.history();
    let (points, names) = name_lines(snapshot);
    let data = Data {
        end: seconds(snapshot.elapsed),
        since: seconds(snapshot.since),
        phases: bands(snapshot),
        marks: flags(snapshot),
        steps: steps(snapshot),
        times: Times::of(history),
        failures: failures(history),
        rows: name_rows(snapshot, verdict),
        points,
        names,
        curves: curves(snapshot),
        charts: charts(snapshot),
    };
    let text = serde_json::to_string(&data).expect("numbers and texts alone");
    // Inside of a script nothing may look like its end, nor like a comment.
    text.replace('<', "\\u003c")
}

fn bands(snapshot: &Snapshot) -> Vec<Band> {
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
pub(super) fn flags(snapshot: &Snapshot) -> Vec<Flag> {
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

fn steps(snapshot: &Snapshot) -> Steps {
    let history = snapshot.history();
    let all = history.steps();
    let begin = all.first().map(|step| seconds(step.from));
    let parts: Vec<_> = (0..all.len()).map(|index| history.requests(index..index + 1)).collect();
    let time = |time: Option<Duration>| time.map_or(0.0, millis);
    let open = snapshot.arrivals().is_some();
    let starts = |of: fn(&katydid_core::Step) -> u64| {
        if open { all.iter().map(of).collect() } else { Vec::new() }
    };
    Steps {
        at: begin.into_iter().chain(all.iter().map(|step| seconds(step.until))).collect(),
        users: all.iter().map(|step| step.users).collect(),
        planned: all.iter().map(|step| step.planned_users).collect(),
        due: starts(|step| step.planned_starts),
        begun: starts(|step| step.starts),
        requests: parts.iter().map(katydid_core::Part::requests).collect(),
        failed: parts.iter().map(katydid_core::Part::failures).collect(),
        min: parts.iter().map(|part| time(part.response().min())).collect(),
        max: parts.iter().map(|part| time(part.response().max())).collect(),
        late: all.iter().map(|step| millis(step.late)).collect(),
    }
}

/// The most frequent classes, and all others as one.
fn failures(history: &History) -> Vec<Line> {
    let all = 0..history.steps().len();
    let parts: Vec<_> = all.clone().map(|index| history.requests(index..index + 1)).collect();
    let mut kinds: Vec<(FailureKind, u64)> = history.requests(all).kinds().iter().collect();
    kinds.sort_by_key(|(kind, count)| (std::cmp::Reverse(*count), *kind));
    let others = kinds.split_off(kinds.len().min(MOST_KINDS));
    let counts = |wanted: &dyn Fn(FailureKind) -> bool| -> Vec<u64> {
        let of = |part: &katydid_core::Part| {
            part.kinds().iter().filter(|(kind, _)| wanted(*kind)).map(|(_, count)| count).sum()
        };
        parts.iter().map(of).collect()
    };
    let line = |(kind, _): &(FailureKind, u64)| Line {
        name: kind.to_string(),
        counts: counts(&|other| other == *kind),
    };
    let mut lines: Vec<Line> = kinds.iter().map(line).collect();
    if !others.is_empty() {
        let other = counts(&|kind| others.iter().any(|(other, _)| *other == kind));
        lines.push(Line { name: "other classes".to_owned(), counts: other });
    }
    lines
}

/// Shares that are evenly spread where the axis is `1 ÷ (1 − share)` by powers of ten.
fn curves(snapshot: &Snapshot) -> Vec<Curve> {
    let all = snapshot.aggregated();
    if all.requests() == 0 {
        return Vec::new();
    }
    let shares = |count: u64| {
        // Beyond the last request there is nothing.
        let decades = (count as f64).log10().max(1.0);
        (0..=100).map(move |index| 1.0 - 10f64.powf(-decades * f64::from(index) / 100.0))
    };
    let curve = |name, times: &katydid_core::Latency| Curve {
        name,
        points: shares(times.len())
            .filter_map(|share| Some((round(share, 7), millis(times.quantile(share)?))))
            .collect(),
    };
    vec![curve("response time", &all.response()), curve("service time", &all.service())]
}

/// A text of the suite or the target as it may stand in a chart.
fn foreign(text: &str) -> String {
    shorten(&clean(text), LONGEST).into_owned()
}

fn seconds(time: Duration) -> f64 {
    round(time.as_secs_f64(), 3)
}

fn millis(time: Duration) -> f64 {
    round(crate::number::millis(time), 3)
}

pub(super) fn round(value: f64, digits: i32) -> f64 {
    let unit = 10f64.powi(digits);
    (value * unit).round() / unit
}
