//! Lists: what is said of the target and of the run.

use std::time::SystemTime;

use jiff::Timestamp;

use super::escape::{code, text};
use crate::Facts;
use crate::conclusion::conclusion;

/// Entries of a list.
const MOST: usize = 10;

/// What the run shows of the target.
pub(super) fn diagnosis(facts: &Facts<'_>) -> String {
    let entries = facts.diagnosis.iter().map(|found| {
        format!(
            "**{}**, since {}: {}\n  likely cause: {}\n  next step: {}",
            text(&found.place),
            found.since_text(),
            text(&found.seen),
            text(&found.cause),
            text(&found.next)
        )
    });
    list(entries)
}

/// Known mistakes of the run.
pub(super) fn warnings(facts: &Facts<'_>) -> String {
    let told: Vec<_> = facts.warnings.told().collect();
    let entries = told.iter().map(|warning| {
        format!(
            "{}: {}\n  → {}",
            code(warning.name.as_str()),
            text(&warning.text),
            text(&warning.remedy)
        )
    });
    list(entries)
}

/// What the run says of itself.
pub(super) fn trust(facts: &Facts<'_>) -> String {
    let run = &facts.verdict.run;
    let findings =
        run.findings.iter().map(|it| format!("{}: {}", it.word.as_str(), text(&it.text)));
    let notes = run.notes.iter().map(|note| format!("note: {}", text(note)));
    let entries: Vec<String> = findings.chain(notes).collect();
    format!("RUN: {}\n", run.word.as_str())
        + if entries.is_empty() { "" } else { "\n" }
        + &list(entries.into_iter())
}

/// What is needed to understand the numbers and to run the same again, folded.
pub(super) fn settings(facts: &Facts<'_>) -> String {
    let run = &facts.run;
    let machine = &run.machine;
    let mut lines =
        vec![("Host".to_owned(), code(run.host)), ("Started".to_owned(), calendar(run.started))];
    let said = conclusion(facts.snapshot).into_iter();
    lines.extend(said.take(MOST).map(|(name, said)| (name.to_owned(), text(&said))));
    let threads = format!("{}, seed {}", run.threads, run.seed);
    lines.push(("Threads".to_owned(), threads));
    let machine =
        format!("{} ({} {}, {} CPUs)", machine.name, machine.os, machine.arch, machine.cores);
    lines.push(("Machine".to_owned(), text(&machine)));
    lines.push(("Katydid".to_owned(), text(run.version)));
    let lines: String = lines.iter().map(|(name, said)| format!("- {name}: {said}\n")).collect();
    format!("\n<details><summary>Of this run</summary>\n\n{lines}\n</details>\n")
}

fn list(entries: impl ExactSizeIterator<Item = String>) -> String {
    let more = entries.len().saturating_sub(MOST);
    let mut out: String = entries.take(MOST).map(|entry| format!("- {entry}\n")).collect();
    if more > 0 {
        out += &format!("- and {more} more\n");
    }
    out
}

fn calendar(time: SystemTime) -> String {
    Timestamp::try_from(time).map_or_else(
        |_| "unknown".to_owned(),
        |time| time.strftime("%Y-%m-%d %H:%M:%S UTC").to_string(),
    )
}
