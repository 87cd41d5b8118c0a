//! Numbers of a comparison as text, the same in every report.

use std::time::Duration;

use katydid_core::compare::{Compared, Difference, Line, change_text};
use katydid_core::{Metric, counted};

use super::Comparison;
use crate::number::{fine, millis};

/// A value with its unit: `12.3 ms`, `99.8/s`, `0.25%`.
pub(crate) fn value(metric: Metric, value: Option<f64>) -> String {
    let Some(value) = value else { return "-".to_owned() };
    match metric {
        Metric::FailureRate => format!("{:.2}%", value * 100.0),
        Metric::RequestRate if value < 99.95 => format!("{value:.1}/s"),
        Metric::RequestRate => format!("{value:.0}/s"),
        _ => format!("{} ms", fine(millis(Duration::from_nanos(value.round() as u64)))),
    }
}

/// The estimate of a change; `-` where too little was measured.
pub(crate) fn change(difference: &Difference) -> String {
    let text = difference.change.map(|it| change_text(difference.metric, it.estimate));
    text.unwrap_or_else(|| "-".to_owned())
}

/// `shown`, or how large a growth would have been shown, or that too little was measured.
pub(crate) fn shown(difference: &Difference) -> String {
    match difference.change {
        None => difference.lacking.clone().unwrap_or_else(|| "no data".to_owned()),
        Some(change) if change.is_shown() => "shown".to_owned(),
        Some(change) => {
            format!("not shown; {} would be", change_text(difference.metric, change.detectable))
        }
    }
}

/// A cell of the table of names: the change, with a star where it is shown.
pub(crate) fn starred(difference: &Difference) -> String {
    let star = if difference.change.is_some_and(|it| it.is_shown()) { "*" } else { " " };
    format!("{}{star}", change(difference))
}

/// The headings of all numbers, in the order of a line's differences.
pub(crate) fn headings(line: &Line) -> Vec<String> {
    line.differences.iter().map(|it| it.metric.to_string()).collect()
}

/// What the tables mean, and with how much noise between runs.
pub(crate) fn meaning(compared: &Compared) -> String {
    let percent = compared.confidence * 100.0;
    let noise = compared.run_noise * 100.0;
    let between = if compared.base.runs + compared.new.runs > 2 {
        format!(
            "How runs of one side differ is in them, together with an assumed {noise:.1} % (--run-noise)."
        )
    } else {
        format!(
            "With one run a side nobody can see how runs of one build differ: {noise:.1} % is \
             assumed (--run-noise). Several runs a side show it."
        )
    };
    let together = if compared.names.is_empty() { "" } else { ", and so do those of all names" };
    format!(
        "The intervals of all requests hold together with {percent:.1} %{together}; a difference \
         is shown where 0 is not in its interval. {between}"
    )
}

/// Names that only one side has, and those that were not judged, as sentences.
pub(crate) fn notes(compared: &Compared) -> Vec<String> {
    const MOST: usize = 10;
    let mut notes = Vec::new();
    for (is_new, side) in [(false, "the base"), (true, "the new side")] {
        let of_side: Vec<_> = compared.one_sided.iter().filter(|it| it.is_new == is_new).collect();
        if of_side.is_empty() {
            continue;
        }
        let listed: Vec<String> = of_side
            .iter()
            .take(MOST)
            .map(|it| format!("{} {} ({})", it.method, it.name, counted(it.requests, "request")))
            .collect();
        let more = match of_side.len().saturating_sub(MOST) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        notes.push(format!(
            "Only {side} has {}{more}: compared with nothing, but counted in all requests.",
            listed.join(", ")
        ));
    }
    if compared.unjudged > 0 {
        notes.push(format!(
            "{} more names, those with the fewest requests, are counted in all requests and not \
             judged one by one.",
            compared.unjudged
        ));
    }
    notes
}

/// The sides with their runs: `base: 2025-… (all of 60s)`.
pub(crate) fn sides(comparison: &Comparison<'_>) -> Vec<[String; 3]> {
    let of_side = |side: &'static str, runs: &[super::Compares]| {
        let told = |run: &super::Compares| [side.to_owned(), run.label.clone(), run.cut.clone()];
        runs.iter().map(told).collect::<Vec<_>>()
    };
    [of_side("base", comparison.base), of_side("new", comparison.new)].concat()
}
