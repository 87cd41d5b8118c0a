//! The numbers of a run at one moment.

use katydid_core::{Occasion, RunState, Snapshot};
use katydid_report::headline;
use schemars::JsonSchema;
use serde::Serialize;

use super::faults::{ShownException, ShownFailure};
use super::rows::{ShownRow, ShownTask, ShownUsers};
use super::seconds;
use super::verdict::{ShownTrust, ShownVerdict};
use crate::board::Run;

/// Rows by name, and rows of failures and exceptions; of more, those with the most are shown.
const MOST_ROWS: usize = 500;
const MOST_FAULTS: usize = 200;

/// The numbers of a run at one moment.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ShownSnapshot {
    /// The number of the run.
    run: u64,
    /// Since its start.
    elapsed: f64,
    /// When the statistics began, since its start.
    since: f64,
    /// For how long they have been counted.
    measured: f64,
    users: u32,
    /// Users that should run now.
    planned_users: u32,
    peak_users: u32,
    /// Requests begun.
    sent: u64,
    /// Requests that have begun and not ended.
    open: u64,
    classes: Vec<ShownUsers>,
    /// Task starts of the open model; `null` in the closed one.
    arrivals: Option<ShownArrivals>,
    /// All requests as one row.
    total: ShownRow,
    /// The busiest ones by name; all others are the last one.
    rows: Vec<ShownRow>,
    /// How many names are in that last one.
    more_rows: usize,
    /// In no total.
    transactions: Vec<ShownRow>,
    failures: Vec<ShownFailure>,
    /// How many rows of failures are not shown.
    more_failures: usize,
    /// Requests that are kept to look at.
    exemplars: usize,
    exceptions: Vec<ShownException>,
    tasks: Vec<ShownTask>,
    verdict: ShownVerdict,
    trust: ShownTrust,
    /// The three sentences that a reader wants first.
    headline: Vec<String>,
    /// What happened at which moment, in the order in which it came.
    marks: Vec<ShownMark>,
    /// How many more marks there were than are kept.
    more_marks: u64,
    monitors: Vec<ShownMonitor>,
    /// Known mistakes of the run, each with what to do; those of its end only when it is over.
    advice: Vec<ShownAdvice>,
    /// What the run shows of the target, when it is over.
    diagnosis: Vec<ShownDiagnosis>,
    /// What was said while it went on, when it is over; before, it is in the log.
    warnings: Vec<String>,
    /// What it has cost, when it is over; empty where nothing was paid for.
    cost: String,
}

/// Task starts of the open model.
#[derive(Debug, Serialize, JsonSchema)]
struct ShownArrivals {
    due: u64,
    begun: u64,
    dropped: u64,
}

/// Something that happened at one moment.
#[derive(Debug, Serialize, JsonSchema)]
struct ShownMark {
    at: f64,
    /// `load`, `load reached`, `by hand`, `reset`, `warning`, `end`, `monitor`, `process` or
    /// `standstill`.
    kind: &'static str,
    text: String,
}

/// Something that is watched beside the load.
#[derive(Debug, Serialize, JsonSchema)]
struct ShownMonitor {
    name: String,
    /// `process`, `prometheus` …
    kind: &'static str,
    series: Vec<ShownSeries>,
}

/// A series of a monitor in short.
#[derive(Debug, Serialize, JsonSchema)]
struct ShownSeries {
    name: String,
    /// `share`, `bytes`, `bytes/s`, `count`, `/s`, `seconds`, `cores`, `flag` or `number`.
    unit: &'static str,
    last: Option<f64>,
    min: Option<f64>,
    mean: Option<f64>,
    max: Option<f64>,
    /// The last one, as people read it.
    shown: Option<String>,
}

/// A known mistake.
#[derive(Debug, Serialize, JsonSchema)]
struct ShownAdvice {
    name: &'static str,
    text: String,
    remedy: String,
}

/// Something that is wrong with the target, as the data of the run shows it.
#[derive(Debug, Serialize, JsonSchema)]
struct ShownDiagnosis {
    /// Which requests.
    place: String,
    seen: String,
    /// Since the start of the run.
    since: f64,
    /// The likely cause.
    cause: String,
    /// The next step.
    next: String,
}

impl ShownSnapshot {
    pub(crate) fn of(run: &Run) -> Self {
        let snapshot = &*run.snapshot;
        let (measured, over) = (snapshot.measured(), run.state == RunState::Stopped);
        let row = |row: &katydid_core::Row| ShownRow::of(row, measured, over);
        let rows = snapshot.busiest_rows(MOST_ROWS);
        let failures = ShownFailure::all(snapshot);
        let ending = run.ending.as_deref();
        let diagnosis = ending.map(|it| &it.diagnosis[..]).unwrap_or_default();
        Self {
            run: run.number,
            elapsed: seconds(snapshot.elapsed),
            since: seconds(snapshot.since),
            measured: seconds(measured),
            users: snapshot.user_count(),
            planned_users: snapshot.planned_users,
            peak_users: snapshot.peak_users,
            sent: snapshot.sent_requests,
            open: snapshot.open_requests(),
            classes: ShownUsers::all(snapshot),
            arrivals: snapshot.arrivals().map(|it| ShownArrivals {
                due: it.planned,
                begun: it.started,
                dropped: it.dropped,
            }),
            total: row(&snapshot.aggregated()),
            more_rows: snapshot.rows_by_name().len().saturating_sub(MOST_ROWS),
            rows: rows.iter().map(|it| row(it)).collect(),
            transactions: snapshot.transactions().iter().take(MOST_ROWS).map(row).collect(),
            more_failures: failures.len().saturating_sub(MOST_FAULTS),
            failures: failures.into_iter().take(MOST_FAULTS).collect(),
            exemplars: snapshot.exemplars().count(),
            exceptions: ShownException::all(snapshot, MOST_FAULTS),
            tasks: ShownTask::all(snapshot),
            verdict: ShownVerdict::of(&run.verdict),
            trust: ShownTrust::of(&run.verdict.run),
            headline: headline(snapshot, &run.verdict, diagnosis),
            marks: marks(snapshot),
            more_marks: snapshot.marks_left_out(),
            monitors: monitors(snapshot),
            advice: ending.into_iter().flat_map(|it| it.advice.told()).map(advice).collect(),
            diagnosis: diagnosis.iter().map(diagnosed).collect(),
            warnings: ending.map(|it| it.said.clone()).unwrap_or_default(),
            cost: ending.map(|it| it.cost.clone()).unwrap_or_default(),
        }
    }
}

fn monitors(snapshot: &Snapshot) -> Vec<ShownMonitor> {
    let series = |it: &katydid_core::Series| ShownSeries {
        name: it.name.to_string(),
        unit: it.unit.word(),
        last: it.last(),
        min: it.min(),
        mean: it.mean(),
        max: it.max(),
        shown: it.last().map(|value| it.unit.show(value)),
    };
    let monitor = |it: &katydid_core::Monitored| ShownMonitor {
        name: it.name.to_string(),
        kind: it.kind.as_str(),
        series: it.series.iter().map(series).collect(),
    };
    snapshot.all_monitored().iter().map(monitor).collect()
}

/// Those of the run, of its monitors and of what was watched, in the order of time.
fn marks(snapshot: &Snapshot) -> Vec<ShownMark> {
    let mark = |at, kind, text: String| ShownMark { at: seconds(at), kind, text };
    let of_run = snapshot.marks().iter().map(|it| {
        let kind = match it.kind {
            Occasion::Load => "load",
            Occasion::Reached => "load reached",
            Occasion::Steered => "by hand",
            Occasion::Reset => "reset",
            Occasion::Warning => "warning",
            _ => "end",
        };
        mark(it.at, kind, it.text.clone())
    });
    let of_monitors = snapshot.monitors.iter().flat_map(|monitor| {
        monitor
            .marks
            .iter()
            .map(|it| mark(it.at, "monitor", format!("{}: {}", monitor.name, it.text)))
    });
    let of_processes = snapshot
        .watched
        .iter()
        .filter_map(|process| Some(mark(process.ended?, "process", process.ended_text()?)));
    let of_stills = snapshot.standstills().map(|still| {
        let length = still.length().as_secs_f64();
        let text = format!("no answer for {length:.1} s though requests were open");
        mark(still.from, "standstill", text)
    });
    let all = of_run.chain(of_monitors).chain(of_processes).chain(of_stills);
    let mut marks: Vec<ShownMark> = all.collect();
    marks.sort_by(|one, other| one.at.total_cmp(&other.at));
    marks
}

fn advice(it: &katydid_core::Warning) -> ShownAdvice {
    ShownAdvice { name: it.name.as_str(), text: it.text.clone(), remedy: it.remedy.clone() }
}

fn diagnosed(it: &katydid_core::Diagnosis) -> ShownDiagnosis {
    ShownDiagnosis {
        place: it.place.clone(),
        seen: it.seen.clone(),
        since: seconds(it.since),
        cause: it.cause.clone(),
        next: it.next.clone(),
    }
}
