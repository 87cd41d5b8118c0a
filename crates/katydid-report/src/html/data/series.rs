//! Series that were taken beside the load: processes of this machine, and the plan's monitors.

use std::time::Duration;

use katydid_core::{Series, Snapshot, Watched};
use serde::Serialize;

use super::{foreign, round, seconds};

/// Charts, lines in one, and points of a line.
const MOST_CHARTS: usize = 30;
const MOST_LINES: usize = 6;
const MOST_POINTS: usize = 300;

/// A chart with a time axis, like all others.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Chart {
    title: String,
    /// `share`, `bytes`, …: how its numbers are written.
    unit: &'static str,
    pub(super) lines: Vec<Points>,
}

/// Pairs of a moment and a number.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Points {
    name: String,
    pub(super) at: Vec<f64>,
    pub(super) value: Vec<f64>,
}

impl Chart {
    /// Whether it has the same lines.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        let names = |chart: &Self| chart.lines.iter().map(|line| line.name.clone()).collect();
        let (one, another): (Vec<_>, Vec<_>) = (names(self), names(other));
        (&self.title, self.unit, one) == (&other.title, other.unit, another)
    }
}

/// Processes first, then monitors in the order of the plan; what has no number is left out.
pub(super) fn charts(snapshot: &Snapshot) -> Vec<Chart> {
    let mut charts: Vec<Chart> = snapshot.watched.iter().flat_map(process).collect();
    for monitor in &snapshot.monitors {
        let mut series: Vec<&Series> = monitor.series.iter().filter(|it| it.count() > 0).collect();
        // Numbers of one unit share a chart, six in each.
        series.sort_by_key(|series| series.unit.word());
        for same in series.chunk_by(|one, other| one.unit == other.unit) {
            for lines in same.chunks(MOST_LINES) {
                let unit = lines[0].unit.word();
                // One line says what it is; of several the unit is what they have in common.
                let what = if let [one] = lines { &*one.name } else { plural(unit) };
                let title = foreign(&format!("{}: {what}", monitor.name));
                let lines = lines.iter().map(|series| points(&series.name, series.points()));
                charts.push(Chart { title, unit, lines: lines.collect() });
            }
        }
    }
    charts.truncate(MOST_CHARTS);
    charts
}

/// Whether there is any of them.
pub(in crate::html) fn has_side_charts(snapshot: &Snapshot) -> bool {
    let watched = snapshot.watched.iter().any(|process| process.ends().is_some());
    watched || snapshot.monitors.iter().any(katydid_core::Monitored::has_data)
}

fn process(process: &Watched) -> Vec<Chart> {
    let name = foreign(&format!("process {} ({})", process.pid, process.name));
    let all = || process.points();
    let cpu = all().filter_map(|(at, cpu, _)| Some((at, cpu?)));
    let memory = all().filter_map(|(at, _, memory)| Some((at, memory?)));
    let chart = |what: &str, unit, lines: Vec<Points>| Chart {
        title: format!("{what} of {name}"),
        unit,
        lines,
    };
    let charts = [
        chart("CPU", "cores", vec![points("cores used", cpu)]),
        chart("Memory", "bytes", vec![points("memory that no file backs", memory)]),
    ];
    charts.into_iter().filter(|chart| chart.lines.iter().any(|line| !line.at.is_empty())).collect()
}

fn points(name: &str, all: impl Iterator<Item = (Duration, f64)>) -> Points {
    let all: Vec<(Duration, f64)> = all.collect();
    let each = all.len().div_ceil(MOST_POINTS).max(1);
    let (mut at, mut value) = (Vec::new(), Vec::new());
    for chunk in all.chunks(each) {
        at.push(seconds(chunk[chunk.len() / 2].0));
        let mean = chunk.iter().map(|(_, value)| value).sum::<f64>() / chunk.len() as f64;
        // Six digits are more than a chart shows.
        let digits = 6 - (mean.abs().max(1e-9).log10().ceil() as i32);
        value.push(round(mean, digits.clamp(0, 9)));
    }
    Points { name: foreign(name), at, value }
}

/// Several numbers of a unit.
fn plural(unit: &'static str) -> &'static str {
    match unit {
        "share" => "shares",
        "bytes/s" => "bytes per second",
        "count" => "counts",
        "/s" => "per second",
        "seconds" => "times",
        "cores" => "CPU",
        "flag" => "yes or no",
        "bytes" => unit,
        _ => "numbers",
    }
}
