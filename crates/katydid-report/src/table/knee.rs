//! The knee: a climb step by step.

use katydid_core::{Knee, KneeStep, counted};

use super::grid::{Column, Grid};
use crate::number::{fine, millis};
use crate::text::clean;

/// What the climb comes to, and a line for each step. Empty for a run whose users do not climb in
/// steps.
pub fn knee(knee: Option<&Knee>) -> String {
    let Some(knee) = knee else { return String::new() };
    let columns = [
        Column::right("Users", 6),
        Column::right("steady", 8),
        Column::right("requests", 8),
        Column::right("req/s", 8),
        Column::right("p95 ms", 8),
        Column::right("failed", 7),
        Column::left("first missed", 24),
    ];
    let mut grid = Grid::new(columns, 6);
    for step in &knee.steps {
        grid.row(cells(step));
    }
    let sentences = knee.sentences();
    let lines: String = sentences.iter().map(|text| format!("  {}\n", clean(text))).collect();
    format!("Knee, each step without its ramp\n{lines}\n{}", grid.draw(None))
}

/// A step: users, seconds of its steady part, requests, rate, p95, failures, what was missed first.
pub(crate) fn cells(step: &KneeStep) -> [String; 7] {
    let seconds = step.until.saturating_sub(step.from).as_secs_f64();
    [
        step.users.to_string(),
        format!("{seconds:.0} s"),
        step.requests.to_string(),
        format!("{:.1}", step.rate()),
        step.p95.map_or_else(|| "-".to_owned(), |time| fine(millis(time))),
        step.failure_share()
            .map_or_else(|| "-".to_owned(), |share| format!("{:.2}%", share * 100.0)),
        outcome(step),
    ]
}

/// What it missed first, and whether it brought anything.
fn outcome(step: &KneeStep) -> String {
    let missed = step.missed.first().map(|missed| {
        let result = &missed.result;
        format!("{} ({})", result.target, result.measured_text())
    });
    let lacking = step
        .lacking
        .as_ref()
        .map(|it| format!("{} needs {}", it.target, counted(it.target.needed(), "sample")));
    let mut text = missed.or(lacking).unwrap_or_else(|| "-".to_owned());
    if step.saturated {
        text += ", no more throughput";
    }
    text
}
