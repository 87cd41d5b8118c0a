//! Two builds side by side.

use std::fmt::Write as _;

use super::grid::{Column, Grid};
use crate::compare::{Comparison, figures};
use crate::text::clean;

/// The sides, what is to be known of them, all requests, names, rules and the conclusion.
pub(crate) fn compared(comparison: &Comparison<'_>, width: Option<usize>) -> String {
    let compared = comparison.compared;
    let mut out = String::new();
    for [side, label, cut] in figures::sides(comparison) {
        let _ = writeln!(out, "{side:<4} {}: {}", clean(&label), clean(&cut));
    }
    for caveat in comparison.caveats {
        let _ = writeln!(out, "WARNING: {}", clean(&caveat.text));
    }
    let _ = write!(
        out,
        "\nAll requests ({} and {})\n",
        requests(comparison, 0),
        requests(comparison, 1)
    );
    out += &all(comparison, width);
    if !compared.names.is_empty() {
        out += "\nBy name: change of each number, * where it is shown, - where too little was measured\n";
        out += &names(comparison, width);
    }
    for note in figures::notes(compared) {
        let _ = writeln!(out, "{}", clean(&note));
    }
    let _ = write!(out, "\n{}\n", figures::meaning(compared));
    if !compared.rules.is_empty() {
        out += "\nRules\n";
        for rule in &compared.rules {
            let _ = writeln!(out, "  {}", clean(&rule.sentence()));
        }
    }
    let _ = write!(out, "\n{}\n", clean(&compared.sentence()));
    out
}

fn requests(comparison: &Comparison<'_>, side: usize) -> u64 {
    comparison.compared.all.requests[side]
}

fn all(comparison: &Comparison<'_>, width: Option<usize>) -> String {
    let columns = [
        Column::left("", 8),
        Column::right("base", 9),
        Column::right("new", 9),
        Column::right("change", 8),
        Column::right("interval", 18),
        Column::left("difference", 10).expendable(1),
    ];
    let mut grid = Grid::new(columns, 0);
    for it in &comparison.compared.all.differences {
        grid.row([
            it.metric.to_string(),
            figures::value(it.metric, it.base),
            figures::value(it.metric, it.new),
            figures::change(it),
            it.interval_text().unwrap_or_else(|| "-".to_owned()),
            figures::shown(it),
        ]);
    }
    grid.draw(width)
}

fn names(comparison: &Comparison<'_>, width: Option<usize>) -> String {
    const TITLES: [&str; 6] = ["rate", "avg", "p50", "p95", "p99", "failures"];
    let first = [
        Column::left("Name", 20),
        Column::right("base #", 7).expendable(2),
        Column::right("new #", 7).expendable(1),
    ];
    let numbers = TITLES.map(|title| Column::right(title, 8));
    let mut grid = Grid::new(first.into_iter().chain(numbers), 0);
    for line in &comparison.compared.names {
        debug_assert_eq!(figures::headings(line), TITLES);
        let counts = line.requests.map(|count| count.to_string());
        let cells = line.differences.iter().map(figures::starred);
        grid.row([line.title()].into_iter().chain(counts).chain(cells));
    }
    grid.draw(width)
}
