//! The other tables: targets, what failed, what the users did, and with which settings.

use std::cmp::Reverse;
use std::time::SystemTime;

use katydid_core::{Diagnosis, FailureRow, Knee, Snapshot, Verdict, Warnings};

use super::data::flags;
use super::facts::calendar;
use super::markup::{Cell, Section};
use super::requests::name;
use crate::number::ratio;
use crate::stages;
use crate::table::{knee_cells, scope, shares};
use crate::text::shorten;

/// Rows of failures that the page shows.
const MOST_FAILURES: usize = 200;
/// Letters of a text that may be long.
const LONGEST: usize = 400;

/// Each target with what was measured.
pub(super) fn targets(verdict: &Verdict) -> Section<'static> {
    let rows = verdict.targets.iter().map(|result| {
        vec![
            Cell::text(result.target.rule_text()),
            Cell::text(scope(result)),
            Cell::number(result.measured_text()),
            Cell::number(result.margin_text()),
            Cell::number(result.samples),
            Cell::Word(result.met, result.outcome_text()),
        ]
    });
    Section {
        id: "targets",
        title: "Targets",
        note: "",
        columns: &["Target", "On", "#Measured", "#Margin", "#Samples", "Result"],
        rows: rows.collect(),
        total: false,
        keyed: false,
    }
}

/// Each expectation with what was seen.
pub(super) fn expectations(verdict: &Verdict) -> Section<'static> {
    let rows = verdict.expectations.iter().map(|result| {
        vec![
            Cell::text(&*result.rule),
            Cell::text(&*result.measured),
            Cell::told(result.details.join("; ")),
            Cell::Word(result.met, result.outcome_text().to_owned()),
        ]
    });
    Section {
        id: "expectations",
        title: "Expectations",
        note: "",
        columns: &["Expectation", "Seen", "More", "Result"],
        rows: rows.collect(),
        total: false,
        keyed: false,
    }
}

/// The stages of a run with more than one.
pub(super) fn stages(snapshot: &Snapshot) -> Section<'static> {
    let rows = stages::stages(snapshot).into_iter().map(|stage| {
        let figures = stages::FIGURES.iter().map(|(_, figure)| Cell::number(figure(&stage)));
        [Cell::text(&*stage.phase.name)].into_iter().chain(figures).collect()
    });
    Section {
        id: "stages",
        title: "Stages side by side",
        note: "Each has what ended in it. Lost: without a whole answer. Cached: the answer says that \
               it came from a cache. Reused: the connection was open.",
        columns: &[
            "Stage",
            "#Users",
            "#Requests",
            "#Requests/s",
            "#p50",
            "#p95",
            "#p99",
            "#Max",
            "#Failures",
            "#429",
            "#503",
            "#Lost",
            "#Cached",
            "#Reused",
        ],
        rows: rows.collect(),
        total: false,
        keyed: false,
    }
}

/// The climb step by step, with the knee as its note.
pub(super) fn knee<'a>(verdict: &Verdict, note: &'a str) -> Section<'a> {
    let steps = verdict.knee.iter().flat_map(|knee| &knee.steps);
    let rows = steps.map(|step| {
        let broke = !step.missed.is_empty();
        let [users, steady, requests, rate, p95, failed, missed] = knee_cells(step);
        let word = if broke { Cell::Word(false, missed) } else { Cell::text(missed) };
        let numbers = [users, steady, requests, rate, p95, failed];
        numbers.into_iter().map(Cell::number).chain([word]).collect()
    });
    Section {
        id: "knee",
        title: "Knee",
        note,
        columns: &[
            "#Users",
            "#Steady",
            "#Requests",
            "#Requests/s",
            "#p95 ms",
            "#Failed",
            "First missed",
        ],
        rows: rows.collect(),
        total: false,
        keyed: false,
    }
}

/// What the knee's note says.
pub(super) fn knee_note(verdict: &Verdict) -> String {
    let sentences = verdict.knee.as_ref().map(Knee::sentences).unwrap_or_default();
    format!("{}. Each step without its ramp.", sentences.join(". "))
}

/// Failures by text, the most frequent first.
pub(super) fn failures(snapshot: &Snapshot, started: SystemTime) -> Section<'static> {
    let mut failures: Vec<FailureRow> =
        snapshot.failures().chain(snapshot.failed_transactions()).collect();
    failures.sort_by_key(|row| (Reverse(row.count), row.first));
    let rows = failures.iter().take(MOST_FAILURES).map(|row| {
        vec![
            Cell::Fault(row.count),
            Cell::text(&*row.method),
            Cell::text(name(&row.name)),
            Cell::text(row.kind.to_string()),
            Cell::text(&*row.text),
            Cell::text(calendar(started.checked_add(row.first))),
            Cell::text(calendar(started.checked_add(row.last))),
        ]
    });
    Section {
        id: "failures",
        title: "Failures",
        note: "Texts that differ only in numbers and ids are one row; the 200 most frequent.",
        columns: &["#Count", "Type", "Name", "Class", "Error", "First seen", "Last seen"],
        rows: rows.collect(),
        total: false,
        keyed: false,
    }
}

/// Errors and panics of the suite's own code.
pub(super) fn exceptions(snapshot: &Snapshot) -> Section<'static> {
    let mut exceptions: Vec<_> = snapshot.exceptions().collect();
    exceptions.sort_by_key(|row| Reverse(row.count));
    let rows = exceptions.into_iter().take(MOST_FAILURES).map(|row| {
        let task = row.task.path();
        vec![
            Cell::Fault(row.count),
            Cell::text(task),
            Cell::text(shorten(&row.message, LONGEST)),
            Cell::text(row.place),
        ]
    });
    Section {
        id: "exceptions",
        title: "Exceptions",
        note: "Errors and panics of the suite's own code.",
        columns: &["#Count", "Task", "Message", "Place"],
        rows: rows.collect(),
        total: false,
        keyed: false,
    }
}

/// Task executions with their requests.
pub(super) fn tasks(snapshot: &Snapshot) -> Section<'static> {
    let rows = snapshot.tasks().iter().map(|row| {
        let (info, counts) = (&row.info, row.counts);
        let each = ratio(counts.requests, counts.executions + counts.cut);
        vec![
            Cell::text(&*info.class),
            Cell::text(&*info.flow),
            Cell::text(&*info.task),
            Cell::number(counts.executions),
            Cell::number(counts.cut),
            Cell::number(counts.requests),
            Cell::Number(each.map_or_else(|| "–".to_owned(), |each| format!("{each:.2}"))),
            Cell::Fault(counts.exceptions),
        ]
    });
    Section {
        id: "tasks",
        title: "Tasks",
        note: "Cut: the end of the run came in the middle of the task.",
        columns: &[
            "Class",
            "Flow",
            "Task",
            "#Executions",
            "#Cut",
            "#Requests",
            "#Per execution",
            "#Exceptions",
        ],
        rows: rows.collect(),
        total: false,
        keyed: false,
    }
}

/// The measured mix of work beside the documented one.
pub(super) fn mix(snapshot: &Snapshot) -> Section<'static> {
    let shares = shares(snapshot.tasks());
    let bar = |share: Option<f64>| share.map_or_else(|| Cell::number("–"), Cell::Bar);
    let rows = shares.iter().map(|share| {
        let class = shares.iter().filter(|other| other.class == share.class);
        let measured = ratio(share.executions, class.map(|other| other.executions).sum());
        vec![
            Cell::text(share.class),
            Cell::text(share.part),
            Cell::number(share.executions),
            bar(share.expected),
            bar(measured),
        ]
    });
    Section {
        id: "mix",
        title: "Task mix",
        note: "The share of each flow, or task outside flows, in the task executions of its class: \
               as its weight says, and as it was.",
        columns: &["Class", "Flow or task", "#Executions", "#Documented", "#Measured"],
        rows: rows.collect(),
        total: false,
        keyed: false,
    }
}

/// Known mistakes of the run, each with what to do; silenced ones with the reason.
pub(super) fn advice(warnings: &Warnings) -> Section<'static> {
    let told = warnings.told().map(|warning| {
        vec![
            Cell::text(warning.name.as_str()),
            Cell::told(&*warning.text),
            Cell::told(&*warning.remedy),
        ]
    });
    let kept = warnings.kept_back().map(|(silence, warning)| {
        let text = warning.map_or("nothing to warn of", |warning| &*warning.text);
        vec![
            Cell::text(silence.name.as_str()),
            Cell::text(text),
            Cell::text(format!("silenced: {}", silence.reason)),
        ]
    });
    Section {
        id: "advice",
        title: "Warnings",
        note: "",
        columns: &["Name", "What was seen", "What to do"],
        rows: told.chain(kept).collect(),
        total: false,
        keyed: false,
    }
}

/// What the run shows of the target.
pub(super) fn diagnosis(found: &[Diagnosis]) -> Section<'static> {
    let row = |found: &Diagnosis| {
        let texts = [&found.place, &found.seen, &found.since_text(), &found.cause, &found.next];
        texts.map(|text| Cell::told(shorten(text, LONGEST))).into()
    };
    Section {
        id: "diagnosis",
        title: "Diagnosis",
        note: "",
        columns: &["Where", "What was seen", "Since", "Likely cause", "Next step"],
        rows: found.iter().map(row).collect(),
        total: false,
        keyed: false,
    }
}

/// What was said while the run went on.
pub(super) fn warnings(warnings: &[String]) -> Section<'static> {
    Section {
        id: "warnings",
        title: "Said while the run went on",
        note: "",
        columns: &["While the run went on"],
        rows: warnings.iter().map(|warning| vec![Cell::told(warning)]).collect(),
        total: false,
        keyed: false,
    }
}

/// What happened at which moment.
pub(super) fn events(snapshot: &Snapshot) -> Section<'static> {
    let rows = flags(snapshot).into_iter().map(|flag| {
        vec![Cell::number(format!("{:.1}", flag.at)), Cell::text(flag.kind), Cell::text(flag.text)]
    });
    Section {
        id: "events",
        title: "Events",
        note: "What the charts mark, in seconds since the start of the run; of each kind at most a \
               hundred.",
        columns: &["#Second", "Kind", "Event"],
        rows: rows.collect(),
        total: false,
        keyed: false,
    }
}

/// With what it ran.
pub(super) fn versions(versions: &[[String; 2]]) -> Section<'static> {
    Section {
        id: "versions",
        title: "Versions",
        note: "",
        columns: &["What", "Which"],
        rows: versions.iter().map(|row| row.iter().map(Cell::text).collect()).collect(),
        total: false,
        keyed: false,
    }
}

/// With which settings it ran.
pub(super) fn settings(settings: &[[String; 3]]) -> Section<'static> {
    let row = |row: &[String; 3]| row.iter().map(Cell::text).collect();
    Section {
        id: "settings",
        title: "Settings",
        note: "",
        columns: &["Setting", "Value", "From"],
        rows: settings.iter().map(row).collect(),
        total: false,
        keyed: false,
    }
}
