//! A comparison as one self-contained HTML page: no script, nothing that a browser would fetch.

use katydid_core::compare::{Change, Difference, RuleWord};

use super::{Comparison, figures};
use crate::html::markup::{Cell, Section, escape};

const STYLE: &str = include_str!("page.css");

/// No request of any kind may leave the page; the style stands in it.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; \
                      form-action 'none'";

/// The page, in UTF-8.
pub fn page(comparison: &Comparison<'_>) -> Vec<u8> {
    let compared = comparison.compared;
    let mut out = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>Comparison of load tests</title>\n\
         <style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>Comparison of load tests</h1>\n"
    );
    out += &format!("<p class=\"conclusion\">{}</p>\n", escape(&compared.sentence()));
    for caveat in comparison.caveats {
        out += &format!(
            "<p class=\"caveat\"><strong>Warning:</strong> {}</p>\n",
            escape(&caveat.text)
        );
    }
    rules(comparison).write(&mut out);
    picture(comparison, &mut out);
    let meaning = figures::meaning(compared);
    all(comparison, &meaning).write(&mut out);
    let headings = headings(comparison);
    let headings: Vec<&str> = headings.iter().map(String::as_str).collect();
    names(comparison, &headings).write(&mut out);
    for note in figures::notes(compared) {
        out += &format!("<p class=\"note\">{}</p>\n", escape(&note));
    }
    runs(comparison).write(&mut out);
    let version = env!("CARGO_PKG_VERSION");
    out += &format!("</main>\n<footer>Written by Katydid {version}.</footer>\n</body>\n</html>\n");
    out.into_bytes()
}

fn rules<'a>(comparison: &Comparison<'_>) -> Section<'a> {
    let row = |it: &katydid_core::compare::RuleResult| {
        vec![
            Cell::text(it.rule.to_string()),
            Cell::Word(it.word == RuleWord::Held, it.word.as_str().to_owned()),
            Cell::text(it.difference.sentence()),
        ]
    };
    Section {
        id: "rules",
        title: "Rules",
        note: "",
        columns: &["Rule", "Word", "Why"],
        rows: comparison.compared.rules.iter().map(row).collect(),
        total: false,
        keyed: false,
    }
}

/// Every interval of all requests as a bar on one axis, with its numbers beside it.
fn picture(comparison: &Comparison<'_>, out: &mut String) {
    let told: Vec<(&Difference, Change)> = comparison
        .compared
        .all
        .differences
        .iter()
        .filter_map(|it| Some((it, it.change?)))
        .collect();
    let ends = told.iter().flat_map(|(_, it)| [it.low.abs(), it.high.abs()]);
    let widest = ends.fold(0.01, f64::max).min(2.0);
    if told.is_empty() {
        return;
    }
    *out += "<section aria-labelledby=\"picture\">\n<h2 id=\"picture\">Change over all requests</h2>\n\
             <p class=\"note\">Each bar is an interval, the mark in it the estimate, the line in the \
             middle no change. Failures in percentage points.</p>\n<ul class=\"bars\">\n";
    // Percent of the width at which a change lies; what is beyond the edge is drawn at it.
    let place = |change: f64| 50.0 + 50.0 * (change / widest).clamp(-1.0, 1.0);
    for (it, change) in told {
        let (from, until) = (place(change.low), place(change.high));
        let class = if change.is_shown() { "shown" } else { "open" };
        let interval = it.interval_text().unwrap_or_default();
        *out += &format!(
            "<li><span class=\"number\">{}</span><span class=\"axis\" aria-hidden=\"true\">\
             <span class=\"{class}\" style=\"left:{from:.2}%;width:{:.2}%\"></span>\
             <span class=\"mark\" style=\"left:{:.2}%\"></span></span>\
             <span class=\"told\">{} ({})</span></li>\n",
            escape(&it.metric.to_string()),
            (until - from).max(0.3),
            place(change.estimate),
            escape(&figures::change(it)),
            escape(&interval),
        );
    }
    *out += "</ul>\n</section>\n";
}

fn all<'a>(comparison: &Comparison<'_>, meaning: &'a str) -> Section<'a> {
    let row = |it: &Difference| {
        let shown = it.change.is_some_and(|change| change.is_shown());
        let word = figures::shown(it);
        vec![
            Cell::text(it.metric.to_string()),
            Cell::number(figures::value(it.metric, it.base)),
            Cell::number(figures::value(it.metric, it.new)),
            Cell::number(figures::change(it)),
            Cell::number(it.interval_text().unwrap_or_else(|| "-".to_owned())),
            if shown { Cell::Word(is_better(it), word) } else { Cell::text(word) },
        ]
    };
    Section {
        id: "all",
        title: "All requests",
        note: meaning,
        columns: &["Number", "#Base", "#New", "#Change", "#Interval", "Difference"],
        rows: comparison.compared.all.differences.iter().map(row).collect(),
        total: false,
        keyed: false,
    }
}

/// Whether a change is good news: more requests, or less of anything else.
fn is_better(difference: &Difference) -> bool {
    let grown = difference.change.is_some_and(|change| change.estimate > 0.0);
    grown == (difference.metric == katydid_core::Metric::RequestRate)
}

fn headings(comparison: &Comparison<'_>) -> Vec<String> {
    let Some(first) = comparison.compared.names.first() else { return Vec::new() };
    let numbers = figures::headings(first).into_iter().map(|heading| format!("#{heading}"));
    ["Name", "#Base", "#New"].map(str::to_owned).into_iter().chain(numbers).collect()
}

fn names<'a>(comparison: &Comparison<'_>, headings: &'a [&'a str]) -> Section<'a> {
    let cell = |it: &Difference| {
        let text = figures::change(it);
        match it.change {
            Some(change) if change.is_shown() => Cell::Word(is_better(it), format!("{text} shown")),
            _ => Cell::number(text),
        }
    };
    let row = |line: &katydid_core::compare::Line| {
        let mut cells = vec![Cell::text(line.title())];
        cells.extend(line.requests.map(Cell::number));
        cells.extend(line.differences.iter().map(cell));
        cells
    };
    Section {
        id: "names",
        title: "By name",
        note: "The change of each number; a dash where too little was measured.",
        columns: headings,
        rows: comparison.compared.names.iter().map(row).collect(),
        total: false,
        keyed: false,
    }
}

fn runs<'a>(comparison: &Comparison<'_>) -> Section<'a> {
    let row = |cells: [String; 3]| cells.map(Cell::Text).into();
    Section {
        id: "runs",
        title: "Runs",
        note: "",
        columns: &["Side", "Run", "Compared"],
        rows: figures::sides(comparison).into_iter().map(row).collect(),
        total: false,
        keyed: false,
    }
}
