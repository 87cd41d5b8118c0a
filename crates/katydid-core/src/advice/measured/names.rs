//! Names and the addresses behind them: one for all, or all for one.

use std::collections::BTreeMap;

use super::{ENOUGH, weighty};
use crate::Row;
use crate::advice::rows::{listed, name};
use crate::advice::warning::{Warning, WarningName};

/// A fixed path such as `/health` is one address by nature. Said only of names that promise many,
/// and of an address with an id or a query that has no sister.
pub(super) fn all_one_url(rows: &[&Row]) -> Option<Warning> {
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

/// Names that are addresses with an id each: no row has enough requests to say anything.
pub(super) fn many_names(rows: &[&Row]) -> Option<Warning> {
    let mut alike: BTreeMap<(&str, String), u64> = BTreeMap::new();
    for row in rows {
        let pattern = pattern(&row.key.name);
        if pattern != *row.key.name {
            *alike.entry((&row.key.method, pattern)).or_default() += 1;
        }
    }
    let many = alike.iter().filter(|(_, names)| **names >= ENOUGH);
    let many: Vec<String> = many
        .map(|((method, pattern), names)| format!("{method} {pattern} ({names} names)"))
        .collect();
    (!many.is_empty()).then(|| {
        Warning::new(
            WarningName::ManyNames,
            format!(
                "names differ only by an id, so each is measured apart and none has enough \
                 requests: {}",
                listed(&many)
            ),
            "give these requests one name: `.name(\"/items/{id}\")`",
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
