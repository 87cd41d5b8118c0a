//! Mistakes that show in what was measured, while the run goes on or at its end.

mod answers;
mod flows;
mod logins;
mod names;

use super::p99_needs;
use super::rows::{is_of, listed, name};
use super::warning::{Warning, WarningName};
use crate::failure::FailureKind;
use crate::{FailureRow, Row, Snapshot, counted};

/// Requests before a row is said to do something always.
const ENOUGH: u64 = 20;
/// Refusals before a row is said to be wrong from the first request on.
const REFUSALS: u64 = 5;

/// What can be known to be a mistake from what was measured. `ended`: nothing more will come, so
/// the number of samples is final.
pub fn measured_warnings(snapshot: &Snapshot, ended: bool) -> Vec<Warning> {
    let rows: Vec<&Row> = snapshot.rows().filter(|row| row.requests() > 0).collect();
    let failures: Vec<FailureRow> = snapshot.failures().collect();
    [
        if ended { few_samples(snapshot) } else { None },
        logins::shared_account(&rows),
        names::all_one_url(&rows),
        all_one_payload(&rows),
        names::many_names(&rows),
        redirects(&rows),
        answers::unchecked(&rows),
        answers::excused(&rows),
        wrong_request(&rows, &failures),
        logins::late_unauthorized(&rows, &failures),
        flows::stuck(snapshot),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn few_samples(snapshot: &Snapshot) -> Option<Warning> {
    let needed = p99_needs();
    let rows = snapshot.rows_by_name();
    let measured = rows.iter().filter(|row| row.requests() > 0);
    let few: Vec<String> = measured
        .clone()
        .filter(|row| row.requests() < needed)
        .map(|row| format!("{} ({})", name(row), row.requests()))
        .collect();
    (!few.is_empty()).then(|| {
        Warning::new(
            WarningName::FewSamples,
            format!(
                "{} of {} {} fewer than {needed} requests, so their p99 is only \
                 another word for the maximum: {}",
                few.len(),
                counted(measured.count(), "name"),
                if few.len() == 1 { "has" } else { "have" },
                listed(&few)
            ),
            "run longer or with more users, or judge by p50 and p95",
        )
    })
}

fn redirects(rows: &[&Row]) -> Option<Warning> {
    let often = |row: &&&Row| row.redirects() * 20 > row.requests();
    let often: Vec<String> = rows
        .iter()
        .filter(often)
        .map(|row| format!("{} ({} of {})", name(row), row.redirects(), row.requests()))
        .collect();
    (!often.is_empty()).then(|| {
        Warning::new(
            WarningName::Redirects,
            format!(
                "requests are redirected, so each is two and its time both: {}",
                listed(&often)
            ),
            "ask for the final address; a slash at the end too many or too few is the usual cause",
        )
    })
}

/// Rows that matter: many requests, and a good part of all.
fn weighty<'r>(rows: &[&'r Row]) -> Vec<&'r Row> {
    let all: u64 = rows.iter().map(|row| row.requests()).sum();
    let weighs = |row: &&&Row| row.requests() >= ENOUGH && row.requests() * 20 >= all;
    rows.iter().filter(weighs).copied().collect()
}

/// A login repeats its body by nature, as long as it is one user's (`shared-account`).
fn all_one_payload(rows: &[&Row]) -> Option<Warning> {
    let one: Vec<String> = weighty(rows)
        .into_iter()
        .filter(|row| row.variety.bodies.is_one() && !row.variety.logs_in)
        .map(|row| format!("{} ({})", name(row), row.requests()))
        .collect();
    (!one.is_empty()).then(|| {
        Warning::new(
            WarningName::AllOnePayload,
            format!("all requests send one and the same body: {}", listed(&one)),
            "a cache may be all that is measured: send as many different ones as real users do",
        )
    })
}

fn wrong_request(rows: &[&Row], failures: &[FailureRow]) -> Option<Warning> {
    let refused: Vec<String> = rows
        .iter()
        .filter(|row| row.requests() >= REFUSALS && row.failures() == row.requests())
        .filter_map(|row| {
            let own = failures.iter().filter(|failure| is_of(failure, row));
            let most = own.max_by_key(|failure| failure.count)?;
            let wrong = |status: u16| (400..500).contains(&status) && !matches!(status, 402 | 429);
            matches!(most.kind, FailureKind::Status(status) if wrong(status))
                .then(|| format!("{} ({}× {})", name(row), most.count, most.error()))
        })
        .collect();
    (!refused.is_empty()).then(|| {
        Warning::new(
            WarningName::WrongRequest,
            format!("every request was refused from the first on: {}", listed(&refused)),
            "the request is wrong, not the target slow: compare address, fields and login with \
             the target's documentation",
        )
    })
}

#[cfg(test)]
mod behaviour_tests;
#[cfg(test)]
mod tests;
