//! The whole of a target's text.

use std::str::FromStr;

use super::TargetError;
use super::cursor::Cursor;
use super::{k6, scope, tail, value};
use crate::or_nearest;
use crate::target::metric::{Comparison, Metric, Unit, share};
use crate::target::rule::Target;
use crate::target::scope::{Scope, TagClass};

/// What a word for a metric means; some mean two things until their limit is read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Word {
    Metric(Metric),
    /// `rate`: requests per second (`50/s`), or k6's share of failures (`0.01`).
    Rate,
}

const WORDS: [(&str, Word); 12] = [
    ("success", Word::Metric(Metric::SuccessRate)),
    ("failures", Word::Metric(Metric::FailureRate)),
    ("rate", Word::Rate),
    ("requests", Word::Metric(Metric::Requests)),
    ("count", Word::Metric(Metric::Requests)),
    ("avg", Word::Metric(Metric::MeanResponseTime)),
    ("med", Word::Metric(Metric::ResponseTime(0.5))),
    ("lost", Word::Metric(Metric::LostRate)),
    ("min", Word::Metric(Metric::MinResponseTime)),
    ("max", Word::Metric(Metric::MaxResponseTime)),
    // For suggestions; percentiles are read by their number.
    ("p95", Word::Metric(Metric::ResponseTime(0.95))),
    ("p99", Word::Metric(Metric::ResponseTime(0.99))),
];

impl Target {
    /// Reads a target. `classes` are those that `on class NAME` may name.
    ///
    /// # Errors
    /// The column that is wrong, and what would be right there.
    pub fn parse(text: &str, classes: &[TagClass]) -> Result<Self, TargetError> {
        let mut cursor = Cursor::new(text);
        let key = k6::key(&mut cursor)?;
        cursor.blanks();
        let word = metric(&mut cursor)?;
        cursor.blanks();
        let comparison = comparison(&mut cursor)?;
        cursor.blanks();
        let limit_at = cursor.at;
        let (metric, limit) = value::limit(&mut cursor, word, key.as_ref())?;
        let target = Self::rule(metric, comparison, limit);
        if let Some(what) = pointless(&target) {
            return Err(cursor.wrong(limit_at, what));
        }
        let scope_at = cursor.at;
        let scope = scope::head(&mut cursor, classes)?;
        let scope = match key.map(|key| key.scope) {
            Some(filter) if filter != Scope::All && scope != Scope::All => {
                let what = "it has a filter in {} and `on`; leave one out";
                return Err(cursor.wrong(scope_at, what));
            }
            Some(filter) if filter != Scope::All => filter,
            _ => scope,
        };
        tail::tail(&mut cursor, target.on(scope))
    }
}

impl FromStr for Target {
    type Err = TargetError;

    fn from_str(text: &str) -> Result<Self, TargetError> {
        Self::parse(text, &[])
    }
}

fn metric(cursor: &mut Cursor<'_>) -> Result<Word, TargetError> {
    let at = cursor.at;
    let word = cursor.take(|c| c.is_alphanumeric() || c == '.' || c == '_');
    if word == "p" && cursor.eat("(") {
        let inside = cursor.at;
        let number = cursor.take(|c| c != ')').trim();
        if !cursor.eat(")") {
            return Err(cursor.wrong(cursor.at, "close the bracket: p(95)"));
        }
        return percentile(cursor, inside, number).map(Word::Metric);
    }
    if let Some((_, found)) = WORDS.iter().find(|(name, _)| *name == word) {
        return Ok(*found);
    }
    if let Some(number) = word.strip_prefix('p').filter(|rest| rest.starts_with(is_digit)) {
        return percentile(cursor, at + 1, number).map(Word::Metric);
    }
    if word.is_empty() {
        return Err(cursor.wrong(at, "a metric belongs here, such as p95, success or requests"));
    }
    let known = WORDS.iter().map(|(name, _)| *name);
    Err(cursor.wrong(at, format!("unknown metric `{word}`; {}", or_nearest(word, known))))
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit()
}

/// A percentile from its number, as a word of a rule.
pub(crate) fn percentile(
    cursor: &Cursor<'_>,
    at: usize,
    number: &str,
) -> Result<Metric, TargetError> {
    let plain = number.chars().all(|c| is_digit(c) || c == '.');
    match number.parse::<f64>() {
        Ok(percent) if plain && percent > 0.0 && percent < 100.0 => {
            let quantile = share(percent / 100.0);
            if quantile > 0.0 && quantile < 1.0 {
                return Ok(Metric::ResponseTime(quantile));
            }
            Err(cursor.wrong(at, "a percentile has at most six decimals, such as p99.9"))
        }
        Ok(100.0) => Err(cursor.wrong(at, "the 100th percentile is `max`")),
        _ => Err(cursor.wrong(at, "a percentile lies between 0 and 100, such as p95 or p99.9")),
    }
}

fn comparison(cursor: &mut Cursor<'_>) -> Result<Comparison, TargetError> {
    let at = cursor.at;
    match cursor.take(|c| "<>=!".contains(c)) {
        "<" => Ok(Comparison::Below),
        "<=" => Ok(Comparison::AtMost),
        ">" => Ok(Comparison::Above),
        ">=" => Ok(Comparison::AtLeast),
        "==" | "===" => Ok(Comparison::Equal),
        "=" => Err(cursor.wrong(at, "write == for `equal to`, else <, <=, > or >=")),
        _ => Err(cursor.wrong(at, "a comparison belongs here: <, <=, >, >= or ==")),
    }
}

/// A rule that always holds, or never, or as soon as one request does: it judges nothing.
fn pointless(target: &Target) -> Option<String> {
    use Comparison::{Above, AtLeast, AtMost, Below, Equal};
    let (least, most) = match target.metric.unit() {
        Unit::Share => (0.0, 1.0),
        _ => (0.0, f64::INFINITY),
    };
    let limit = target.limit;
    let (always, never) = match target.comparison {
        Below => (limit > most, limit <= least),
        AtMost => (limit >= most, limit < least),
        Above => (limit < least, limit >= most),
        AtLeast => (limit <= least, limit > most),
        Equal => (false, limit < least || limit > most),
    };
    // `failures < 1` is meant as 1%; as a share it is all of them, and one success is enough.
    let by_one = match target.comparison {
        Below => limit >= most,
        Above => limit <= least,
        _ => false,
    };
    let rule = target.rule_text();
    match target.metric.unit() {
        Unit::Time if target.comparison == Equal => {
            Some("no time is exactly that long; write < or <=".to_owned())
        }
        _ if always => Some(format!("`{rule}` holds whatever is measured; write another limit")),
        _ if never => Some(format!("`{rule}` holds for no run; write another limit")),
        Unit::Share if by_one => {
            Some(format!("`{rule}` is decided by a single request; write 1% or 99.5% (1 is all)"))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first column of the table under *Targets*, in backticks; `pN` is any percentile.
    fn documented() -> Vec<&'static str> {
        let document = include_str!("../../../../../docs/METRICS.md");
        let (_, after) = document.split_once("\n## Targets\n").expect("a chapter");
        let (chapter, _) = after.split_once("\n## ").expect("a chapter behind it");
        let rows = chapter.lines().filter(|line| line.starts_with("| `"));
        let first = rows.filter_map(|row| row.trim_start_matches('|').split('|').next());
        first.flat_map(|cell| cell.split('`').skip(1).step_by(2)).collect()
    }

    #[test]
    fn the_document_of_metrics_has_the_words_of_targets_and_no_others() {
        let mut documented = documented();
        documented.retain(|word| *word != "pN");
        documented.sort_unstable();
        let mut words: Vec<&str> = WORDS.iter().map(|(word, _)| *word).collect();
        words.sort_unstable();
        assert_eq!(documented, words);
    }
}
