//! The last words of a run.

use katydid_core::{TargetResult, Verdict, VerdictWord, exit};

use super::grid::{Column, Grid};
use crate::text::clean;

/// The end of the report: tasks drawn but silent, tasks never drawn, targets with what was
/// measured, causes, exit code. The last line is `VERDICT: PASS`, `VERDICT: FAIL - reason` or
/// `VERDICT: INVALID - reason`.
pub fn verdict(verdict: &Verdict) -> String {
    let mut out = list("Drawn but silent (executed, sent no request)", &verdict.silent);
    out += &list("Never drawn", &verdict.never_drawn);
    out += &targets(&verdict.targets);
    out += &list("Causes", &verdict.causes);
    out += &format!("Exit code {}", verdict.exit_code);
    if verdict.exit_code == exit::INTERRUPTED {
        out += " (interrupted)";
    }
    out.push('\n');
    out += &last_line(verdict);
    out
}

fn last_line(verdict: &Verdict) -> String {
    let word = match verdict.word {
        VerdictWord::Pass => "PASS",
        VerdictWord::Fail => "FAIL",
        // A word that this crate does not know yet must not look like a pass.
        _ => "INVALID",
    };
    match verdict.causes.first() {
        Some(cause) => format!("VERDICT: {word} - {}\n", clean(cause)),
        None => format!("VERDICT: {word}\n"),
    }
}

fn list(title: &str, items: &[String]) -> String {
    if items.is_empty() {
        return String::new();
    }
    let lines: String = items.iter().map(|item| format!("  {}\n", clean(item))).collect();
    format!("{title}\n{lines}")
}

fn targets(results: &[TargetResult]) -> String {
    if results.is_empty() {
        return String::new();
    }
    let mut grid = Grid::new(
        [
            Column::left("Target", 32),
            Column::right("measured", 12),
            Column::right("requests", 9),
            Column::left("result", 6),
        ],
        0,
    );
    for result in results {
        grid.row([
            result.target.to_string(),
            result.measured_text(),
            result.samples.to_string(),
            if result.met { "met" } else { "MISSED" }.to_owned(),
        ]);
    }
    grid.draw(None)
}
