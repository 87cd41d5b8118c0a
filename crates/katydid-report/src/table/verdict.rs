//! The last words of a run.

use katydid_core::{Expected, RunWord, Scope, TargetResult, Trust, Verdict, VerdictWord, exit};

use super::grid::{Column, Grid};
use crate::text::clean;

/// The end of the report: tasks drawn but silent, tasks never drawn, targets with what was
/// measured of which requests, causes, what the run says of itself, exit code, with an empty line
/// between them. The last line is `VERDICT: PASS`,
/// `VERDICT: FAIL - reason` or `VERDICT: INVALID - reason`.
pub fn verdict(verdict: &Verdict) -> String {
    let sections = [
        list("Drawn but silent (executed, sent no request)", &verdict.silent),
        never_drawn(&verdict.never_drawn),
        targets(&verdict.targets),
        expectations(&verdict.expectations),
        list("Causes", &verdict.causes),
        run(&verdict.run),
        exit_code(verdict) + &last_line(verdict),
    ];
    sections.into_iter().filter(|section| !section.is_empty()).collect::<Vec<_>>().join("\n")
}

/// `RUN: VALID`, or the worse word with its most important cause behind it and the others below.
fn run(run: &Trust) -> String {
    let mut findings = run.findings.iter().map(|finding| clean(&finding.text));
    let first = findings.next().map_or_else(String::new, |first| format!(" - {first}"));
    let others: String = findings.map(|text| format!("  {text}\n")).collect();
    let notes: String = run.notes.iter().map(|note| format!("  Note: {}\n", clean(note))).collect();
    format!("RUN: {}{first}\n{others}{notes}", run.word.as_str())
}

fn exit_code(verdict: &Verdict) -> String {
    let reason = exit_reason(verdict).map_or_else(String::new, |reason| format!(" ({reason})"));
    format!("Exit code {}{reason}\n", verdict.exit_code)
}

/// Why the code is another than the word makes expect.
pub(crate) fn exit_reason(verdict: &Verdict) -> Option<String> {
    if let Some(own) = verdict.overruled {
        return Some(format!("chosen by the suite's on_quitting instead of {own}"));
    }
    // A PASS beside a code other than 0 needs its reason.
    match verdict.exit_code {
        exit::INTERRUPTED => Some("interrupted".to_owned()),
        exit::INVALID if verdict.run.word == RunWord::Disturbed => {
            Some("disturbed, and --strict".to_owned())
        }
        exit::TOOL => Some("a report could not be written".to_owned()),
        _ => None,
    }
}

fn last_line(verdict: &Verdict) -> String {
    let word = word(verdict);
    let chosen = match verdict.overruled {
        Some(_) => format!(" (exit code {} by the suite)", verdict.exit_code),
        None => String::new(),
    };
    match verdict.causes.first() {
        Some(cause) => format!("VERDICT: {word}{chosen} - {}\n", clean(cause)),
        None => format!("VERDICT: {word}{chosen}\n"),
    }
}

/// `PASS`, `FAIL` or `INVALID`.
pub(crate) fn word(verdict: &Verdict) -> &'static str {
    match verdict.word {
        VerdictWord::Pass => "PASS",
        VerdictWord::Fail => "FAIL",
        // A word that this crate does not know yet must not look like a pass.
        _ => "INVALID",
    }
}

fn list(title: &str, items: &[String]) -> String {
    if items.is_empty() {
        return String::new();
    }
    let lines: String = items.iter().map(|item| format!("  {}\n", clean(item))).collect();
    format!("{title}\n{lines}")
}

/// One line per class: a short run leaves many tasks undrawn, and that is no fault.
fn never_drawn(paths: &[String]) -> String {
    let mut by_class: Vec<(&str, Vec<&str>)> = Vec::new();
    for path in paths {
        let (class, task) = path.split_once('/').unwrap_or((path, ""));
        match by_class.last_mut() {
            Some((last, tasks)) if *last == class => tasks.push(task),
            _ => by_class.push((class, vec![task])),
        }
    }
    let lines: Vec<String> =
        by_class.iter().map(|(class, tasks)| format!("{class}: {}", tasks.join(", "))).collect();
    list("Never drawn (no fault; a longer run draws them)", &lines)
}

fn targets(results: &[TargetResult]) -> String {
    if results.is_empty() {
        return String::new();
    }
    let mut grid = Grid::new(
        [
            Column::left("Target", 20),
            Column::left("on", 12),
            Column::right("measured", 10),
            Column::right("margin", 8),
            Column::right("samples", 8),
            Column::left("result", 6),
        ],
        1,
    );
    for result in results {
        grid.row([
            result.target.rule_text(),
            scope(result),
            result.measured_text(),
            result.margin_text(),
            result.samples.to_string(),
            result.outcome_text(),
        ]);
    }
    grid.draw(None)
}

fn expectations(results: &[Expected]) -> String {
    if results.is_empty() {
        return String::new();
    }
    let mut grid = Grid::new(
        [Column::left("Expectation", 20), Column::left("seen", 10), Column::left("result", 6)],
        0,
    );
    for result in results {
        grid.row([result.rule.clone(), result.measured.clone(), result.outcome_text().to_owned()]);
    }
    let details = details(results).into_iter();
    let details: String = details.map(|text| format!("  {}\n", clean(text))).collect();
    grid.draw(None) + &details
}

/// What more there is to say, each sentence once: several rules may be judged over the same time.
pub(crate) fn details(results: &[Expected]) -> Vec<&str> {
    let mut told: Vec<&str> = Vec::new();
    for text in results.iter().flat_map(|result| &result.details) {
        if !told.contains(&text.as_str()) {
            told.push(text);
        }
    }
    told
}

/// The requests that a target is about.
pub(crate) fn scope(result: &TargetResult) -> String {
    let scope = match result.target.scope() {
        Scope::All => "all requests".to_owned(),
        scope => scope.to_string(),
    };
    match result.target.phase() {
        Some(phase) => format!("{scope} in {phase}"),
        None => scope,
    }
}
