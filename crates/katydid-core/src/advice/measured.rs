//! Mistakes that show in what was measured, while the run goes on or at its end.

use std::time::Duration;

use super::p99_needs;
use super::rows::{listed, name, time};
use super::warning::{Warning, WarningName};
use crate::failure::FailureKind;
use crate::{FailureRow, Row, Snapshot};

/// Requests before a row is said to do something always.
const ENOUGH: u64 = 20;
/// Refusals before a row is said to be wrong from the first request on.
const REFUSALS: u64 = 5;
/// A login that ends later than this was accepted before.
const LATE: Duration = Duration::from_mins(1);

/// What can be known to be a mistake from what was measured. `ended`: nothing more will come, so
/// the number of samples is final.
pub fn measured_warnings(snapshot: &Snapshot, ended: bool) -> Vec<Warning> {
    let rows: Vec<&Row> = snapshot.rows().filter(|row| row.requests() > 0).collect();
    let failures: Vec<FailureRow> = snapshot.failures().collect();
    [
        if ended { few_samples(snapshot) } else { None },
        all_one_url(&rows),
        all_one_payload(&rows),
        redirects(&rows),
        unchecked_answers(&rows),
        wrong_request(&rows, &failures),
        late_unauthorized(&rows, &failures),
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
                "{} of {} names have fewer than {needed} requests, so their p99 is only \
                 another word for the maximum: {}",
                few.len(),
                measured.count(),
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

/// A fixed path such as `/health` is one address by nature. Said only of names that promise many,
/// and of an address with an id or a query that has no sister.
fn all_one_url(rows: &[&Row]) -> Option<Warning> {
    let alone = |row: &Row| {
        let pattern = pattern(&row.key.name);
        pattern != *row.key.name
            && rows.iter().filter(|other| self::pattern(&other.key.name) == pattern).count() == 1
    };
    let one: Vec<String> = weighty(rows)
        .into_iter()
        .filter(|row| row.variety.urls.is_one())
        .filter(|row| promises_many(&row.key.name) || alone(row))
        .map(|row| format!("{} ({})", name(row), row.requests()))
        .collect();
    (!one.is_empty()).then(|| {
        Warning::new(
            WarningName::AllOneUrl,
            format!("all requests ask for one and the same address: {}", listed(&one)),
            "a cache may be all that is measured: ask for as many different ones as real users do",
        )
    })
}

fn all_one_payload(rows: &[&Row]) -> Option<Warning> {
    let one: Vec<String> = weighty(rows)
        .into_iter()
        .filter(|row| row.variety.bodies.is_one())
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

/// `/items/{id}`, `/items/:id`, `/items/[id]`, `/items/<id>`, `/items/*`; not `/items/[basic]`, whose
/// label tells kinds of requests apart.
fn promises_many(name: &str) -> bool {
    let label = |part: &str| part.strip_prefix('[').is_some_and(|label| label.ends_with("id]"));
    name.split('/').skip(1).any(|part| part.starts_with(['{', ':', '<', '*']) || label(part))
}

/// An address with its numbers, ids and query values taken out.
fn pattern(url: &str) -> String {
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    let is_id = |part: &str| {
        let hex = part.chars().all(|c| c.is_ascii_hexdigit() || c == '-');
        let digits = part.chars().filter(char::is_ascii_digit).count();
        digits > 0 && (digits == part.len() || (hex && part.len() >= 8))
    };
    let parts = path.split('/').map(|part| if is_id(part) { "{}" } else { part });
    let keys = query.split('&').map(|pair| pair.split('=').next().unwrap_or_default());
    let query = if query.is_empty() { Vec::new() } else { keys.collect() };
    let mut out = parts.collect::<Vec<_>>().join("/");
    for key in query {
        out += &format!("?{key}={{}}");
    }
    out
}

fn unchecked_answers(rows: &[&Row]) -> Option<Warning> {
    let blind: Vec<String> = weighty(rows)
        .into_iter()
        .filter(|row| row.looked_at() == 0 && row.succeeded().len() >= ENOUGH)
        .map(|row| format!("{} ({})", name(row), row.requests()))
        .collect();
    (!blind.is_empty()).then(|| {
        Warning::new(
            WarningName::UncheckedAnswers,
            format!(
                "no task looks at the answers, so an error page with status 200 is a success: {}",
                listed(&blind)
            ),
            "check what the answer must hold: `expect_status`, `check`, `json`",
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

fn late_unauthorized(rows: &[&Row], failures: &[FailureRow]) -> Option<Warning> {
    let first = rows
        .iter()
        .filter_map(|row| {
            let refused = unauthorized(row, failures)?;
            let before = row.timeline().steps().next()?.0;
            let late = refused.first.saturating_sub(Duration::from_secs(before)) >= LATE;
            (late && !row.succeeded().is_empty()).then_some((row, refused))
        })
        .min_by_key(|(_, refused)| refused.first)?;
    let (row, refused) = first;
    Some(Warning::new(
        WarningName::LateUnauthorized,
        format!(
            "logins were accepted and are refused since {}: {} ({}× 401)",
            time(refused.first),
            name(row),
            refused.count
        ),
        "log in again before the token expires, or let tokens live longer than the run",
    ))
}

fn unauthorized<'f>(row: &Row, failures: &'f [FailureRow]) -> Option<&'f FailureRow> {
    let own = failures.iter().filter(|failure| is_of(failure, row));
    own.filter(|failure| failure.kind == FailureKind::Status(401)).min_by_key(|row| row.first)
}

fn is_of(failure: &FailureRow, row: &Row) -> bool {
    failure.name == row.key.name && failure.method == row.key.method
}

#[cfg(test)]
mod tests;
