//! The statements that took most of the database's time during the run, by `pg_stat_statements`.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use katydid_core::Unit;

use super::commits::Commits;
use super::fault::Fault;
use super::link::Link;
use super::queries::{OWN, bounded, extension, texts, totals};
use crate::probe::Limit;

/// Statements that are told.
const MOST: usize = 5;
/// Those whose texts are looked at: some may be the looks' own.
const CANDIDATES: usize = 20;
/// Share of the time of all of them that makes one worth telling.
const LEAST_SHARE: f64 = 0.01;
/// Characters of a statement that are told.
const MOST_CHARS: usize = 160;

/// What the statements were at the start of the run.
#[derive(Debug)]
pub(super) struct Statements {
    schema: String,
    /// The column with the milliseconds.
    time: &'static str,
    totals: HashMap<i64, Total>,
    began: Instant,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Total {
    calls: f64,
    millis: f64,
}

impl Statements {
    /// Looks at what they are now; `None` where the extension is not there.
    pub(super) fn begin(
        link: &mut Link,
        limit: &Limit,
        commits: &mut Commits,
    ) -> Result<Option<Self>, Fault> {
        let found = ask(link, &extension(), limit, commits)?;
        let Some((version, schema)) =
            found.iter().find_map(|row| Some((row.text("version")?, row.text("schema")?)))
        else {
            return Ok(None);
        };
        let time = if is_since_1_8(version) { "total_exec_time" } else { "total_time" };
        let schema = schema.to_owned();
        let began = Instant::now();
        let totals = read(link, &schema, time, limit, commits)?;
        Ok(Some(Self { schema, time, totals, began }))
    }

    /// A sentence for each that took most of the time since.
    pub(super) fn slowest(
        &self,
        link: &mut Link,
        limit: &Limit,
        commits: &mut Commits,
    ) -> Result<Vec<String>, Fault> {
        let now = read(link, &self.schema, self.time, limit, commits)?;
        let length = self.began.elapsed();
        let top = since(&self.totals, &now);
        if top.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<i64> = top.iter().map(|(id, _)| *id).collect();
        let found = ask(link, &texts(&self.schema, &ids), limit, commits)?;
        let text_of = |id: i64| {
            let mut rows = found.iter();
            rows.find(|row| row.text("id") == Some(&id.to_string()))?.text("text")
        };
        let told = top.iter().filter_map(|(id, total)| Some((total, text_of(*id)?)));
        let told = told.filter(|(_, text)| !text.contains(OWN)).take(MOST);
        let sentence =
            |(index, (total, text)): (usize, (&Total, &str))| total.text(index + 1, length, text);
        Ok(told.enumerate().map(sentence).collect())
    }
}

impl Total {
    fn text(&self, place: usize, length: Duration, statement: &str) -> String {
        let Self { calls, millis } = self;
        let seconds = |millis: f64| Unit::Seconds.show(millis / 1e3);
        // Numbers last: a page that shortens a long text keeps both ends.
        format!(
            "statement {place} by time: {} ({} in {} {}, {} each, {})",
            plain(statement),
            seconds(*millis),
            Unit::Count.show(*calls),
            if *calls == 1.0 { "call" } else { "calls" },
            seconds(millis / calls),
            Unit::PerSecond.show(calls / length.as_secs_f64().max(1e-3)),
        )
    }
}

/// Asks in a transaction of its own.
fn ask(
    link: &mut Link,
    select: &str,
    limit: &Limit,
    commits: &mut Commits,
) -> Result<super::link::Rows, Fault> {
    let rows = link.ask(&bounded(select, limit.left().unwrap_or_default()), limit)?;
    commits.own();
    Ok(rows)
}

fn read(
    link: &mut Link,
    schema: &str,
    time: &str,
    limit: &Limit,
    commits: &mut Commits,
) -> Result<HashMap<i64, Total>, Fault> {
    let rows = ask(link, &totals(schema, time), limit, commits)?;
    let total = |row: super::link::Row<'_>| {
        let (calls, millis) = (row.number("calls")?, row.number("millis")?);
        Some((row.text("id")?.parse().ok()?, Total { calls, millis }))
    };
    Ok(rows.iter().filter_map(total).collect())
}

/// What came since, the longest first, without what took next to no time. A count that fell was reset meanwhile.
fn since(then: &HashMap<i64, Total>, now: &HashMap<i64, Total>) -> Vec<(i64, Total)> {
    let grown = |(id, now): (&i64, &Total)| {
        let then = then.get(id).copied().unwrap_or_default();
        let reset = now.calls < then.calls;
        let then = if reset { Total::default() } else { then };
        let (calls, millis) = (now.calls - then.calls, now.millis - then.millis);
        (calls > 0.0).then_some((*id, Total { calls, millis: millis.max(0.0) }))
    };
    let mut grown: Vec<_> = now.iter().filter_map(grown).collect();
    let all: f64 = grown.iter().map(|(_, total)| total.millis).sum();
    grown.retain(|(_, total)| total.millis >= all * LEAST_SHARE);
    grown.sort_by(|one, other| other.1.millis.total_cmp(&one.1.millis).then(one.0.cmp(&other.0)));
    grown.truncate(CANDIDATES);
    grown
}

/// `1.10` comes after `1.8`.
fn is_since_1_8(version: &str) -> bool {
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
    (parts.next().unwrap_or(0), parts.next().unwrap_or(0)) >= (1, 8)
}

/// A statement on one line, shortened, without what stands in quotes: PostgreSQL puts `$1` for values,
/// but not in every kind of statement.
fn plain(statement: &str) -> String {
    let mut plain = String::new();
    let mut rest = statement;
    while let Some(c) = rest.chars().next() {
        let quoted = match c {
            '\'' => Some(literal(rest)),
            '$' => dollars(rest),
            _ => None,
        };
        if let Some(length) = quoted {
            plain.push_str("'…'");
            rest = &rest[length..];
            continue;
        }
        let c = if c.is_control() { ' ' } else { c };
        if !(c == ' ' && plain.ends_with(' ')) {
            plain.push(c);
        }
        rest = &rest[c.len_utf8().max(rest.chars().next().map_or(1, char::len_utf8))..];
    }
    let plain = plain.trim();
    match plain.char_indices().nth(MOST_CHARS) {
        Some((end, _)) => format!("{}…", &plain[..end]),
        None => plain.to_owned(),
    }
}

/// Bytes of the text in single quotes that begins here; one that was cut ends with the text.
fn literal(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            b'\'' if bytes.get(at + 1) == Some(&b'\'') => at += 2,
            b'\'' => return at + 1,
            _ => at += 1,
        }
    }
    text.len()
}

/// Bytes of the text between `$tag$`, if one begins here: `$1` is none.
fn dollars(text: &str) -> Option<usize> {
    let name = text[1..].find('$')?;
    let (tag, inner) = text.split_at(name + 2);
    let word = |c: char| c.is_alphanumeric() || c == '_';
    let name = &tag[1..tag.len() - 1];
    if !name.chars().all(word) || name.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    Some(inner.find(tag).map_or(text.len(), |end| tag.len() + end + tag.len()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_statement_is_told_without_what_stands_in_quotes() {
        insta::assert_snapshot!(plain("ALTER ROLE x\n\t PASSWORD 'it''s geheim' VALID"), @"ALTER ROLE x PASSWORD '…' VALID");
        insta::assert_snapshot!(plain(r"SELECT E'a\'geheim', $1 + $2, 'cut geheim"), @"SELECT E'…', $1 + $2, '…'");
        insta::assert_snapshot!(plain("DO $x$ geheim $ $$ $x$ LANGUAGE $$geheim"), @"DO '…' LANGUAGE '…'");
        assert_eq!(plain(&"é".repeat(1_000)), "é".repeat(MOST_CHARS) + "…");
    }

    #[test]
    fn what_counts_is_the_growth_since_the_start() {
        let total = |calls, millis| Total { calls, millis };
        let then =
            HashMap::from([(1, total(9.0, 900.0)), (2, total(5.0, 1.0)), (3, total(2.0, 2.0))]);
        let now = HashMap::from([
            (1, total(9.0, 900.0)),
            (2, total(6.0, 4.0)),
            (3, total(1.0, 1.0)),
            (4, total(3.0, 30.0)),
            (5, total(99.0, 0.3)),
        ]);
        let wanted = [(4, total(3.0, 30.0)), (2, total(1.0, 3.0)), (3, total(1.0, 1.0))];
        assert_eq!(since(&then, &now), wanted);
        let text = total(1_000.0, 2_500.0).text(1, Duration::from_secs(50), "SELECT $1");
        assert_eq!(
            text,
            "statement 1 by time: SELECT $1 (2.50 s in 1000 calls, 2.50 ms each, 20/s)"
        );
    }

    #[test]
    fn versions_are_compared_as_numbers() {
        assert!(is_since_1_8("1.8") && is_since_1_8("1.10") && is_since_1_8("2.0"));
        assert!(!is_since_1_8("1.7") && !is_since_1_8("1"));
    }

    proptest! {
        #[test]
        fn no_statement_breaks_it(text in ".{0,200}", quotes in "[ab$'\\\\ \n]{0,60}") {
            for text in [text, quotes] {
                let plain = plain(&text);
                prop_assert!(!plain.contains(char::is_control));
                prop_assert!(plain.chars().count() <= MOST_CHARS + 1);
            }
        }
    }
}
