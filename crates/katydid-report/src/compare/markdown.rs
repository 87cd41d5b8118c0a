//! A comparison as Markdown, short enough for a job summary or a comment on a change.

use std::fmt::Write as _;

use katydid_core::compare::{Difference, RuleWord};

use super::{Comparison, figures};
use crate::text::clean;

/// Names listed at most; those with a shown difference come first.
const MOST_NAMES: usize = 50;

/// The comparison as Markdown.
pub fn markdown(comparison: &Comparison<'_>) -> String {
    let compared = comparison.compared;
    let mut out = format!("## Comparison\n\n{}\n", cell(&compared.sentence()));
    for caveat in comparison.caveats {
        let _ = write!(out, "\n> **Warning:** {}\n", cell(&caveat.text));
    }
    if !compared.rules.is_empty() {
        out += "\n| rule | | |\n| --- | --- | --- |\n";
        for rule in &compared.rules {
            let sign = if rule.word == RuleWord::Held { "✓" } else { "✗" };
            let text = cell(&rule.difference.sentence());
            let _ = writeln!(
                out,
                "| {} | {sign} {} | {text} |",
                code(&rule.rule.to_string()),
                rule.word.as_str()
            );
        }
    }
    out += "\n| all requests | base | new | change | interval | difference |\n";
    out += "| --- | ---: | ---: | ---: | ---: | --- |\n";
    for it in &compared.all.differences {
        let interval = it.interval_text().unwrap_or_else(|| "-".to_owned());
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {interval} | {} |",
            it.metric,
            figures::value(it.metric, it.base),
            figures::value(it.metric, it.new),
            bold(it, &figures::change(it)),
            cell(&figures::shown(it))
        );
    }
    names(comparison, &mut out);
    for note in figures::notes(compared) {
        let _ = write!(out, "\n{}\n", cell(&note));
    }
    let _ = write!(out, "\n{}\n\n", cell(&figures::meaning(compared)));
    for [side, label, cut] in figures::sides(comparison) {
        let _ = writeln!(out, "- {side}: {} ({})", code(&label), cell(&cut));
    }
    out
}

fn names(comparison: &Comparison<'_>, out: &mut String) {
    let lines = &comparison.compared.names;
    let Some(first) = lines.first() else { return };
    let _ = write!(out, "\n| name | {} |\n| ---", figures::headings(first).join(" | "));
    out.push_str(&" | ---:".repeat(first.differences.len()));
    out.push_str(" |\n");
    let mut sorted: Vec<_> = lines.iter().collect();
    sorted.sort_by_key(|line| line.shown().next().is_none());
    for line in sorted.iter().take(MOST_NAMES) {
        let cells: Vec<String> =
            line.differences.iter().map(|it| bold(it, &figures::change(it))).collect();
        let _ = writeln!(out, "| {} | {} |", code(&line.title()), cells.join(" | "));
    }
    if lines.len() > MOST_NAMES {
        let _ = write!(out, "\n{} more names are not listed here.\n", lines.len() - MOST_NAMES);
    }
    out.push_str("\nBold: the difference is shown. -: too little was measured.\n");
}

fn bold(difference: &Difference, text: &str) -> String {
    let shown = difference.change.is_some_and(|change| change.is_shown());
    if shown { format!("**{text}**") } else { text.to_owned() }
}

/// Foreign text in a line of Markdown, or in a cell: nothing in it may mean anything.
fn cell(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in clean(text).chars() {
        match c {
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '&' => out += "&amp;",
            '|' | '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '~' | '!' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

/// Foreign text as code in a cell: a fence longer than any run of backticks in it.
fn code(text: &str) -> String {
    let text = clean(text).replace('|', "\\|");
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let blank = if longest > 0 { " " } else { "" };
    format!("{fence}{blank}{text}{blank}{fence}")
}
