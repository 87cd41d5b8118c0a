//! The text of a rule taken apart, with the words of targets.

use super::rule::{Limit, Rule};
use crate::target::{Cursor, TagClass, TargetError, decimal, parse_time, percentile, scope};
use crate::{Metric, or_nearest};

/// Words for numbers, and whether more of the word is less of the number.
const WORDS: [(&str, Metric, bool); 12] = [
    ("error rate", Metric::FailureRate, false),
    ("errors", Metric::FailureRate, false),
    ("failures", Metric::FailureRate, false),
    ("success", Metric::FailureRate, true),
    ("rate", Metric::RequestRate, false),
    ("rps", Metric::RequestRate, false),
    ("avg", Metric::MeanResponseTime, false),
    ("mean", Metric::MeanResponseTime, false),
    ("med", Metric::ResponseTime(0.5), false),
    // For suggestions; percentiles are read by their number.
    ("p50", Metric::ResponseTime(0.5), false),
    ("p95", Metric::ResponseTime(0.95), false),
    ("p99", Metric::ResponseTime(0.99), false),
];

pub(super) fn read(text: &str, classes: &[TagClass]) -> Result<Rule, TargetError> {
    let mut cursor = Cursor::new(text);
    cursor.blanks();
    let (metric, mirrored) = metric(&mut cursor)?;
    cursor.blanks();
    let comparison_at = cursor.at;
    let grows = match cursor.take(|c| "<>=!".contains(c)) {
        ">" => true,
        "<" => false,
        _ => return Err(cursor.wrong(comparison_at, "a comparison belongs here: > or <")),
    };
    cursor.blanks();
    let limit = limit(&mut cursor, metric, grows)?;
    let scope = scope(&mut cursor, classes)?;
    Ok(Rule { text: text.trim().to_owned(), metric, growth: grows != mirrored, limit, scope })
}

fn metric(cursor: &mut Cursor<'_>) -> Result<(Metric, bool), TargetError> {
    let at = cursor.at;
    if cursor.eat("error rate") {
        return Ok((Metric::FailureRate, false));
    }
    let word = cursor.take(|c| c.is_alphanumeric() || c == '.' || c == '_');
    if let Some((_, metric, mirrored)) = WORDS.iter().find(|(known, _, _)| *known == word) {
        return Ok((*metric, *mirrored));
    }
    if word == "p" && cursor.eat("(") {
        let inside = cursor.at;
        let number = cursor.take(|c| c != ')').trim();
        if !cursor.eat(")") {
            return Err(cursor.wrong(cursor.at, "close the bracket: p(95)"));
        }
        return percentile(cursor, inside, number).map(|metric| (metric, false));
    }
    let number =
        word.strip_prefix('p').filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    if let Some(number) = number {
        return percentile(cursor, at + 1, number).map(|metric| (metric, false));
    }
    if word.is_empty() {
        return Err(cursor.wrong(at, "a number belongs here, such as p95, failures or rate"));
    }
    let known = WORDS.iter().map(|(known, _, _)| *known);
    let what = format!("`{word}` is nothing that is compared; {}", or_nearest(word, known));
    Err(cursor.wrong(at, what))
}

fn limit(cursor: &mut Cursor<'_>, metric: Metric, grows: bool) -> Result<Limit, TargetError> {
    let at = cursor.at;
    let word = cursor.word();
    let (sign, example) = if grows { ('+', "+10%") } else { ('-', "-10%") };
    // Without a sign it could be taken for the number itself instead of its change.
    let amount = match word.strip_prefix(sign) {
        Some(amount) => amount,
        None if word.starts_with('0') => word,
        None => {
            let other = word.starts_with(['+', '-', '\u{2212}']);
            let what = if other {
                format!("a change in this direction is written {example}; turn the sign or < and >")
            } else {
                format!(
                    "a change with its sign belongs here, as in {example}; a limit for one run is a target (--target)"
                )
            };
            return Err(cursor.wrong(at, what));
        }
    };
    let read = match metric {
        Metric::FailureRate => points(amount),
        Metric::RequestRate => share(amount).or_else(|| per_second(amount)),
        _ => share(amount).or_else(|| length(amount)),
    };
    read.ok_or_else(|| {
        let units = match metric {
            Metric::FailureRate => "percentage points: +1% or +0.5pt",
            Metric::RequestRate => "-5% or -10/s",
            _ => "+10% or +50ms",
        };
        cursor.wrong(at, format!("`{word}` is no change of {metric}; write {units}"))
    })
}

fn share(text: &str) -> Option<Limit> {
    let percent = text.strip_suffix('%').and_then(decimal)?;
    (percent <= 1e6).then_some(Limit::Share(percent / 100.0))
}

fn points(text: &str) -> Option<Limit> {
    let number = text.strip_suffix('%').or_else(|| text.strip_suffix("pt"))?;
    decimal(number).filter(|points| *points <= 100.0).map(|points| Limit::Amount(points / 100.0))
}

fn per_second(text: &str) -> Option<Limit> {
    text.strip_suffix("/s").and_then(decimal).map(Limit::Amount)
}

/// A bare number could be milliseconds or percent, so it is neither.
fn length(text: &str) -> Option<Limit> {
    let bare = text.chars().all(|c| c.is_ascii_digit() || c == '.');
    if bare && text != "0" { None } else { parse_time(text).ok().map(Limit::Amount) }
}
