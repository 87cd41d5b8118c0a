//! What the suite makes of the answers: nothing, too little, or too much of a good thing.

use super::{ENOUGH, weighty};
use crate::Row;
use crate::advice::rows::{listed, name};
use crate::advice::warning::{Warning, WarningName};

/// Two kinds of blindness: nobody looks at all, or nobody looks at more than the status of the answer
/// to something that was sent. The second is why a field that the target ignores is never noticed.
pub(super) fn unchecked(rows: &[&Row]) -> Option<Warning> {
    let (mut blind, mut status_only) = (Vec::new(), Vec::new());
    for row in weighty(rows) {
        let named = || format!("{} ({})", name(row), row.requests());
        // Errors that are excused have a warning of their own.
        if row.succeeded().len().saturating_sub(row.excused()) < ENOUGH {
            continue;
        }
        if row.looked_at() == 0 {
            blind.push(named());
        } else if row.read() == 0 && row.variety.sends_bodies() && row.bytes().body > 0 {
            status_only.push(named());
        }
    }
    let mut parts = Vec::new();
    if !blind.is_empty() {
        parts.push(format!(
            "no task looks at the answers, so an error page with status 200 is a success: {}",
            listed(&blind)
        ));
    }
    if !status_only.is_empty() {
        parts.push(format!(
            "of answers to what is sent no task reads more than the status, so a field that the \
             target ignores is a success: {}",
            listed(&status_only)
        ));
    }
    (!parts.is_empty()).then(|| {
        Warning::new(
            WarningName::UncheckedAnswers,
            parts.join("; "),
            "check what the answer must hold: `expect_status`, `check`, `json`",
        )
    })
}

/// Failures of the target that the suite's own code calls successes, without naming the status that
/// it expects.
pub(super) fn excused(rows: &[&Row]) -> Option<Warning> {
    let often = |row: &&&Row| row.excused() >= ENOUGH && row.excused() * 20 > row.requests();
    let often: Vec<String> = rows
        .iter()
        .filter(often)
        .map(|row| format!("{} ({} of {})", name(row), row.excused(), row.requests()))
        .collect();
    (!often.is_empty()).then(|| {
        Warning::new(
            WarningName::ExcusedErrors,
            format!(
                "answers of status 400 and above are counted as successes because the suite says \
                 so: {}",
                listed(&often)
            ),
            "let them fail; where one status is meant to come, name it: `expect_status(404)`",
        )
    })
}
