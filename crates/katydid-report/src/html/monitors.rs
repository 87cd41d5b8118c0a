//! What was watched beside the load, and what of it moved with latency.

use std::time::Duration;

use katydid_core::{COINCIDENCE, Coincidence, Snapshot, Unit};

use super::markup::{Cell, Section};
use super::requests::name;

/// Series that the page shows.
const MOST_SERIES: usize = 300;
/// Coincidences that it shows: the further down, the weaker.
const MOST_MOVED: usize = 20;

/// What monitors have seen, a row for each series.
pub(super) fn monitors(snapshot: &Snapshot) -> Section<'static> {
    let rows = snapshot.monitors.iter().flat_map(|monitor| {
        monitor.series.iter().filter(|series| series.count() > 0).map(|series| {
            let shown = |value: Option<f64>| {
                Cell::number(value.map_or_else(|| "–".to_owned(), |value| series.unit.show(value)))
            };
            vec![
                Cell::text(&*monitor.name),
                Cell::text(monitor.kind.as_str()),
                Cell::text(name(&series.name)),
                shown(series.min()),
                shown(series.mean()),
                shown(series.max()),
                shown(series.last()),
            ]
        })
    });
    Section {
        id: "monitors",
        title: "Monitors",
        note: "What was watched beside the load, over the whole run.",
        columns: &["Monitor", "Kind", "Series", "#Least", "#Mean", "#Most", "#Last"],
        rows: rows.take(MOST_SERIES).collect(),
        total: false,
        keyed: false,
    }
}

/// Series that agree with the p95 of all requests, the closest first.
pub(super) fn moved<'a>(found: &[Coincidence], note: &'a str) -> Section<'a> {
    let rows = found.iter().take(MOST_MOVED).map(|it| {
        let (low, high) = it.ends;
        vec![
            Cell::text(&*it.monitor),
            Cell::text(name(&it.series)),
            Cell::text(if it.correlation > 0.0 { "rose" } else { "fell" }),
            Cell::text(lag(it)),
            Cell::number(it.unit.show(low)),
            Cell::number(it.unit.show(high)),
            Cell::number(format!("{:.2}", it.correlation)),
            Cell::number(it.steps),
        ]
    });
    Section {
        id: "moved",
        title: "What moved with latency",
        note,
        columns: &[
            "Monitor",
            "Series",
            "As p95 rose",
            "When",
            "#At low p95",
            "#At high p95",
            "#Correlation",
            "#Steps",
        ],
        rows: rows.collect(),
        total: false,
        keyed: false,
    }
}

/// What must be said above them.
pub(super) fn moved_note(found: &[Coincidence]) -> String {
    let more = match found.len().saturating_sub(MOST_MOVED) {
        0 => String::new(),
        more => format!(" {more} weaker ones are left out."),
    };
    format!(
        "These are {COINCIDENCE}: series that agree in rank with the p95 of all requests from step \
         to step of the run, the closest first. Low and high p95: the third of the steps with the \
         lowest, and that with the highest.{more}"
    )
}

fn lag(it: &Coincidence) -> String {
    let seconds = |time: Duration| Unit::Seconds.show(time.as_secs_f64());
    match (it.before, it.after) {
        (Some(before), _) => format!("{} before p95", seconds(before)),
        (_, Some(after)) => format!("{} after p95", seconds(after)),
        _ => "in the same step".to_owned(),
    }
}
