//! Tables: what was judged, what was slow, what failed.

use std::cmp::Reverse;

use katydid_core::{PhaseTotals, Row};

use super::escape::{code, sentence};
use crate::Facts;
use crate::number::{fine, millis};
use crate::table::{details, scope};

/// Rows of a table; the file of the summary has all.
const MOST_ROWS: usize = 10;
/// Targets, which somebody has written.
const MOST_TARGETS: usize = 40;

/// Each target with what was measured; missed ones first.
pub(super) fn targets(facts: &Facts<'_>) -> String {
    let mut results: Vec<_> = facts.verdict.targets.iter().collect();
    results.sort_by_key(|result| result.met);
    let rows = results.iter().map(|result| {
        let outcome = if result.met { result.outcome_text() } else { bold(&result.outcome_text()) };
        vec![
            code(&result.target.rule_text()),
            code(&scope(result)),
            result.measured_text(),
            result.margin_text(),
            result.samples.to_string(),
            outcome,
        ]
    });
    let columns = ["target", "on", "measured:", "margin:", "samples:", "result"];
    table(&columns, rows, MOST_TARGETS)
}

/// Each expectation with what was seen.
pub(super) fn expectations(facts: &Facts<'_>) -> String {
    let results = &facts.verdict.expectations;
    let rows = results.iter().map(|it| {
        let outcome = it.outcome_text().to_owned();
        let outcome = if it.met { outcome } else { bold(&outcome) };
        vec![code(&it.rule), code(&it.measured), outcome]
    });
    let mut out = table(&["expectation", "seen", "result"], rows, MOST_TARGETS);
    for (at, detail) in details(results).into_iter().take(MOST_ROWS).enumerate() {
        out += &format!("{}- {}\n", if at == 0 { "\n" } else { "" }, super::text(detail));
    }
    out
}

/// The slowest in a sentence, then those by p95, and where their time went.
pub(super) fn slowest(facts: &Facts<'_>) -> String {
    let first = crate::bottleneck::bottleneck(facts.snapshot);
    let first = first.map_or_else(String::new, |said| format!("Slowest: {}\n\n", sentence(&said)));
    first + &slowest_rows(facts)
}

fn slowest_rows(facts: &Facts<'_>) -> String {
    let rows = facts.snapshot.rows_by_name();
    let mut rows: Vec<&Row> =
        rows.iter().map(AsRef::as_ref).filter(|row| row.requests() > 0).collect();
    rows.sort_by_cached_key(|row| Reverse(row.response().quantile(0.95)));
    let cells = rows.iter().map(|row| {
        let times = row.response();
        let ms =
            |quantile| times.quantile(quantile).map_or_else(String::new, |time| fine(millis(time)));
        vec![
            code(format!("{} {}", row.key.method, row.key.name).trim_start()),
            row.requests().to_string(),
            row.failures().to_string(),
            ms(0.5),
            ms(0.95),
            ms(0.99),
            times.max().map_or_else(String::new, |time| fine(millis(time))),
            phase(&row.phases()),
        ]
    });
    let columns = [
        "request",
        "requests:",
        "failures:",
        "median ms:",
        "p95 ms:",
        "p99 ms:",
        "longest ms:",
        "most time in",
    ];
    table(&columns, cells, MOST_ROWS)
}

/// `wait 93%`: the phase with the largest share of the service time.
fn phase(phases: &PhaseTotals) -> String {
    let sums = phases.sums_ns();
    let total: u64 = sums.iter().sum();
    let most = PhaseTotals::NAMES.into_iter().zip(sums).max_by_key(|(_, sum)| *sum);
    match most {
        Some((name, sum)) if total > 0 => {
            format!("{name} {:.0}%", sum as f64 / total as f64 * 100.0)
        }
        _ => String::new(),
    }
}

/// The most frequent failures.
pub(super) fn failures(facts: &Facts<'_>) -> String {
    let mut rows: Vec<_> = facts.snapshot.failures().collect();
    rows.sort_by_key(|row| Reverse(row.count));
    let cells = rows.iter().map(|row| {
        let place = format!("{} {}", row.method, row.name);
        let first = format!("{:.1} s", row.first.as_secs_f64());
        vec![row.count.to_string(), code(place.trim_start()), code(&row.error()), first]
    });
    table(&["count:", "request", "error", "first after:"], cells, MOST_ROWS)
}

/// The most frequent errors of the suite's own code.
pub(super) fn exceptions(facts: &Facts<'_>) -> String {
    let mut rows: Vec<_> = facts.snapshot.exceptions().collect();
    rows.sort_by_key(|row| Reverse(row.count));
    let cells = rows.iter().map(|row| {
        vec![row.count.to_string(), code(&row.task.path()), code(&row.message), code(&row.place)]
    });
    table(&["count:", "task", "message", "place"], cells, MOST_ROWS)
}

fn bold(text: &str) -> String {
    format!("**{text}**")
}

/// A table of the first `most` rows; a colon behind a heading sets its column to the right. Empty
/// without rows.
fn table(
    columns: &[&str],
    rows: impl ExactSizeIterator<Item = Vec<String>>,
    most: usize,
) -> String {
    let more = rows.len().saturating_sub(most);
    let mut lines = rows.take(most).map(|cells| line(&cells)).peekable();
    if lines.peek().is_none() {
        return String::new();
    }
    let heads = columns.iter().map(|name| name.trim_end_matches(':').to_owned());
    let rules =
        columns.iter().map(|name| if name.ends_with(':') { "--:" } else { "---" }.to_owned());
    let mut out = line(&heads.collect::<Vec<_>>()) + &line(&rules.collect::<Vec<_>>());
    out.extend(lines);
    if more > 0 {
        out += &format!("\nand {more} more\n");
    }
    out
}

fn line(cells: &[String]) -> String {
    format!("| {} |\n", cells.join(" | "))
}
