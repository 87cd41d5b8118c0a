//! What was watched beside the load, and what of it moved with latency.

use katydid_core::{COINCIDENCE, MarkKind, Monitored, Snapshot, coincidences};

use super::grid::{Column, Grid};
use crate::text::clean;

/// Coincidences that are told.
const MOST: usize = 5;
/// Notes of a monitor that are told.
const MOST_NOTES: usize = 8;

/// The series of all monitors, when what they watch or they themselves failed, and what moved with
/// latency. Empty where nothing was watched.
pub fn monitors(snapshot: &Snapshot) -> String {
    if snapshot.monitors.is_empty() {
        return String::new();
    }
    let mut grid = Grid::new(
        [
            Column::left("Monitor", 12),
            Column::left("Series", 40),
            Column::right("min", 10),
            Column::right("mean", 10),
            Column::right("max", 10),
            Column::right("last", 10),
        ],
        1,
    );
    for monitor in &snapshot.monitors {
        if !monitor.has_data() {
            let dash = || "-".to_owned();
            let name = clean(&monitor.name).into_owned();
            let nothing = "(nothing was seen)".to_owned();
            grid.row([name, nothing, dash(), dash(), dash(), dash()]);
        }
        for series in monitor.series.iter().filter(|series| series.count() > 0) {
            let show = |value: Option<f64>| {
                value.map_or_else(|| "-".to_owned(), |value| series.unit.show(value))
            };
            grid.row([
                clean(&monitor.name).into_owned(),
                clean(&series.name).into_owned(),
                show(series.min()),
                show(series.mean()),
                show(series.max()),
                show(series.last()),
            ]);
        }
    }
    let faults: String = snapshot.monitors.iter().filter_map(faults).collect();
    let notes: String = snapshot.monitors.iter().map(notes).collect();
    let watched = format!("Watched beside the load\n{}{faults}{notes}", grid.draw(None));
    watched + &moved(snapshot)
}

/// What a monitor has marked, counted, with the first words of each kind.
fn faults(monitor: &Monitored) -> Option<String> {
    let kinds = [
        (MarkKind::Down, "down"),
        (MarkKind::Restart, "started again"),
        (MarkKind::Line, "kinds of error lines"),
        (MarkKind::Fault, "not to be watched"),
    ];
    let told: Vec<String> = kinds
        .iter()
        .filter_map(|(kind, word)| {
            let mut marks = monitor.marks.iter().filter(|mark| mark.kind == *kind);
            let first = marks.next()?;
            let count = 1 + marks.count();
            let (second, text) = (first.at.as_secs(), clean(&first.text));
            Some(format!("{word} {count}×, first in second {second}: {text}"))
        })
        .collect();
    let name = clean(&monitor.name).into_owned();
    (!told.is_empty()).then(|| format!("  {name}: {}\n", told.join("; ")))
}

/// What a monitor found worth knowing, the last of it: facts come at the end.
fn notes(monitor: &Monitored) -> String {
    let name = clean(&monitor.name);
    let notes: Vec<_> = monitor.marks.iter().filter(|mark| mark.kind == MarkKind::Note).collect();
    let last = notes.iter().skip(notes.len().saturating_sub(MOST_NOTES));
    last.map(|note| format!("  {name}: {}\n", clean(&note.text))).collect()
}

/// The closest coincidences.
fn moved(snapshot: &Snapshot) -> String {
    let found = coincidences(snapshot);
    let lines: String =
        found.iter().take(MOST).map(|it| format!("  {}\n", clean(&it.text()))).collect();
    let more = match found.len().saturating_sub(MOST) {
        0 => String::new(),
        more => format!("  and {more} more\n"),
    };
    if lines.is_empty() {
        lines
    } else {
        format!("\nWhat moved with p95 ({COINCIDENCE})\n{lines}{more}")
    }
}
