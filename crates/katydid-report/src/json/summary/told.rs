//! What went wrong and what is said of it.

use katydid_core as core;
use schemars::JsonSchema;
use serde::Serialize;

/// A failure text with its count.
#[derive(Serialize, JsonSchema)]
pub(super) struct Failure<'a> {
    method: &'a str,
    name: &'a str,
    /// The class: `http 503`, `timeout`.
    kind: String,
    /// Ids, long numbers and how long to wait have been made equal in it.
    text: &'a str,
    count: u64,
    /// Since the start of the run.
    first_s: f64,
    /// Since the start of the run.
    last_s: f64,
}

/// An error or panic of the suite's own code.
#[derive(Serialize, JsonSchema)]
pub(super) struct Exception {
    /// `Class/Flow/task`.
    task: String,
    message: String,
    /// File and line of a panic, else empty.
    place: String,
    count: u64,
}

/// A known mistake that this run makes.
#[derive(Serialize, JsonSchema)]
pub(super) struct Warning<'a> {
    /// Stable: warnings are silenced by it.
    name: &'static str,
    text: &'a str,
    remedy: &'a str,
}

/// A warning that somebody did not want.
#[derive(Serialize, JsonSchema)]
pub(super) struct Silenced<'a> {
    name: &'static str,
    /// Why not.
    reason: &'a str,
    /// What it would have said; null where it had no reason to.
    text: Option<&'a str>,
}

/// Something that is wrong with the target, as the data of the run shows it.
#[derive(Serialize, JsonSchema)]
pub(super) struct Diagnosis<'a> {
    /// Which requests.
    place: &'a str,
    /// What was seen of them.
    seen: &'a str,
    /// Since the start of the run.
    since_s: f64,
    /// The likely cause.
    cause: &'a str,
    /// What to do next.
    next: &'a str,
}

impl<'a> Failure<'a> {
    pub(super) fn of(row: &'a core::FailureRow) -> Self {
        Self {
            method: &row.method,
            name: &row.name,
            kind: row.kind.to_string(),
            text: &row.text,
            count: row.count,
            first_s: row.first.as_secs_f64(),
            last_s: row.last.as_secs_f64(),
        }
    }
}

impl Exception {
    pub(super) fn of(row: core::ExceptionRow) -> Self {
        let core::ExceptionRow { task, message, place, count } = row;
        Self { task: task.path(), message, place, count }
    }
}

impl<'a> Warning<'a> {
    pub(super) fn of(warning: &'a core::Warning) -> Self {
        Self { name: warning.name.as_str(), text: &warning.text, remedy: &warning.remedy }
    }
}

impl<'a> Silenced<'a> {
    pub(super) fn of((silence, kept): (&'a core::Silence, Option<&'a core::Warning>)) -> Self {
        let text = kept.map(|warning| warning.text.as_str());
        Self { name: silence.name.as_str(), reason: &silence.reason, text }
    }
}

impl<'a> Diagnosis<'a> {
    pub(super) fn of(diagnosis: &'a core::Diagnosis) -> Self {
        let core::Diagnosis { place, seen, since, cause, next } = diagnosis;
        Self { place, seen, since_s: since.as_secs_f64(), cause, next }
    }
}
