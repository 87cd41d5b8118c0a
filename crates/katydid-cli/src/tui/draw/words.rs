//! Pieces of lines: texts of others made harmless, cut and padded to columns, numbers, curves.

use std::time::Duration;

use katydid_report::text::{clean, shorten, width};
use ratatui_core::style::{Color, Style, Stylize as _};
use ratatui_core::text::{Line, Span};

/// A foreign text, harmless, in at most so many columns.
pub(super) fn cut(text: &str, most: usize) -> String {
    if most == 0 { String::new() } else { shorten(&clean(text), most).into_owned() }
}

/// A foreign sentence, harmless, in at most so many columns: its beginning stays.
pub(super) fn beginning(text: &str, most: usize) -> String {
    let text = clean(text);
    if width(&text) <= most {
        return text.into_owned();
    }
    let mut kept = String::new();
    for c in text.chars() {
        kept.push(c);
        if width(&kept) >= most {
            kept.pop();
            break;
        }
    }
    if most > 0 { kept.trim_end().to_owned() + "…" } else { kept }
}

/// A text of exactly so many columns, filled up at its right.
pub(super) fn left(text: &str, columns: usize) -> String {
    let text = cut(text, columns);
    let blanks = columns.saturating_sub(width(&text));
    text + &" ".repeat(blanks)
}

/// A text of at least so many columns, filled up at its left.
pub(super) fn right(text: &str, columns: usize) -> String {
    " ".repeat(columns.saturating_sub(width(text))) + text
}

/// A time in milliseconds, as the tables have them: `0.31`, `12.3`, `105`.
pub(super) fn millis(time: Option<Duration>) -> String {
    time.map_or_else(|| "-".to_owned(), katydid_report::fine_millis)
}

/// Requests per second: `0.8`, `83.2`, `1204`. What is more than nothing never reads as 0.
pub(super) fn per_second(rate: f64) -> String {
    match rate {
        rate if rate > 0.0 && rate < 0.05 => "<0.1".to_owned(),
        rate if rate < 999.95 => format!("{rate:.1}"),
        rate => format!("{rate:.0}"),
    }
}

/// A share in percent that never reads as none or all when it is not: `0.97%`.
pub(super) fn percent(part: u64, whole: u64) -> String {
    match part as f64 * 100.0 / whole.max(1) as f64 {
        share if part > 0 && share < 0.01 => "<0.01%".to_owned(),
        share if part < whole && share > 99.99 => ">99.99%".to_owned(),
        share => format!("{share:.2}%"),
    }
}

/// A curve in so many lines, the top one first: eight heights in each, and anything above nothing is
/// seen.
pub(super) fn curve(values: impl Iterator<Item = f64> + Clone, lines: usize) -> Vec<String> {
    const BARS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let most = values.clone().fold(0.0, f64::max);
    let share = |value: f64| if most > 0.0 { value / most } else { 0.0 };
    let height = |value: f64| (share(value) * 8.0 * lines as f64).ceil() as usize;
    let line = |below: usize| {
        let bar = |value| BARS[height(value).saturating_sub(8 * below).min(8)];
        values.clone().map(bar).collect()
    };
    (0..lines).rev().map(line).collect()
}

/// The beginning of a section: `── Title ─────`.
pub(super) fn rule(title: Vec<Span<'static>>, columns: usize) -> Line<'static> {
    let taken: usize = title.iter().map(|span| width(&span.content)).sum();
    let mut spans = vec![Span::from("── ").dim()];
    spans.extend(title);
    spans.push(Span::from(format!(" {}", "─".repeat(columns.saturating_sub(taken + 4)))).dim());
    Line::from(spans)
}

/// A text in a colour.
pub(super) fn coloured(text: impl Into<String>, colour: Color) -> Span<'static> {
    Span::styled(text.into(), Style::new().fg(colour))
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_curve_of_several_lines_is_one_of_more_heights() {
        let values = [0.0, 0.01, 25.0, 50.0, 75.0, 100.0];
        let curve = |lines| super::curve(values.iter().copied(), lines);
        assert_eq!(curve(1), [" ▁▂▄▆█"]);
        assert_eq!(curve(2), ["    ▄█", " ▁▄███"]);
        assert_eq!(curve(3), ["    ▂█", "   ▄██", " ▁▆███"]);
        assert_eq!(super::curve([0.0; 3].into_iter(), 2), ["   ", "   "]);
    }
}
