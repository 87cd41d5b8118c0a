//! The probes of a search.

use std::time::Duration;

use katydid_core::{Probe, ProbeRecord, SearchOutcome, Shows, counted};

use super::grid::{Column, Grid};
use crate::number::{fine, millis};

/// One line per probe: load, what was measured, and what it shows.
pub fn probes(outcome: &SearchOutcome, width: Option<usize>) -> String {
    let columns = [
        Column::right("Probe", 5),
        Column::right("users", 6),
        Column::right("requests", 8),
        Column::right("req/s", 8),
        Column::right("p95 ms", 8),
        Column::right("failed", 7),
        Column::left("run", 9).expendable(1),
        Column::left("shows", 24),
    ];
    let mut grid = Grid::new(columns, 7);
    for probe in &outcome.probes {
        grid.row([
            probe.number.to_string(),
            probe.users.to_string(),
            probe.requests.to_string(),
            format!("{:.1}", probe.rate()),
            probe.p95.map_or_else(|| "-".to_owned(), ms),
            format!("{:.2}%", probe.failure_share() * 100.0),
            probe.run.as_str().to_owned(),
            shows(probe),
        ]);
    }
    grid.draw(width)
}

/// One probe as a line of the log.
pub fn probe_line(probe: &ProbeRecord) -> String {
    let p95 = probe.p95.map_or_else(|| "no data".to_owned(), |time| format!("{} ms", ms(time)));
    format!(
        "Probe {}, {}: {} - {:.1} requests/s, p95 {p95}, {:.2}% failed",
        probe.number,
        counted(probe.users, "user"),
        shows(probe),
        probe.rate(),
        probe.failure_share() * 100.0
    )
}

/// What a probe shows of the target, in a word or two.
pub(crate) fn shown(shows: Shows) -> &'static str {
    match shows {
        Shows::Load(Probe::Held) => "held",
        Shows::Load(Probe::Broke) => "broke",
        Shows::Load(Probe::TooFew) => "too few samples",
        Shows::Disturbed => "disturbed (repeated)",
        Shows::Generator => "generator at its limit",
        Shows::Cut => "interrupted",
        // What this crate does not know yet shows nothing of the target.
        _ => "nothing",
    }
}

/// The same with its reason, the shortest that says it.
fn shows(probe: &ProbeRecord) -> String {
    let word = shown(probe.shows);
    let broken: Vec<String> = probe
        .broken()
        .map(|result| format!("{} ({})", result.target, result.measured_text()))
        .collect();
    let lacking = probe.targets.iter().find(|result| result.lacks_samples());
    let why = match (probe.shows, lacking) {
        (Shows::Load(Probe::Broke), _) if broken.is_empty() => "no answer at all".to_owned(),
        (Shows::Load(Probe::Broke), _) => broken.join(", "),
        (Shows::Load(Probe::TooFew), Some(lacking)) => {
            format!("{} needs {}", lacking.target, lacking.target.needed())
        }
        (Shows::Load(_) | Shows::Disturbed | Shows::Cut, _) => return word.to_owned(),
        _ => probe.causes.first().cloned().unwrap_or_default(),
    };
    format!("{word}: {why}")
}

fn ms(time: Duration) -> String {
    fine(millis(time))
}
