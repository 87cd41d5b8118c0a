//! Limits: numbers with their units.

use super::TargetError;
use super::cursor::Cursor;
use super::k6::Key;
use super::rule::Word;
use super::tail;
use crate::parse_span;
use crate::target::metric::{Metric, Unit, share};

/// Lengths of the units that take a decimal number, in nanoseconds.
const TIMES: [(&str, f64); 6] =
    [("us", 1e3), ("µs", 1e3), ("ms", 1e6), ("s", 1e9), ("m", 60e9), ("h", 3_600e9)];

/// A limit, and the metric that it settles.
pub(super) fn limit(
    cursor: &mut Cursor<'_>,
    word: Word,
    key: Option<&Key>,
) -> Result<(Metric, f64), TargetError> {
    let at = cursor.at;
    let text = number_with_unit(cursor);
    let metric = match (word, key.and_then(|key| key.rate)) {
        (Word::Metric(metric), _) => metric,
        (Word::Rate, Some(settled)) => settled,
        (Word::Rate, None) if text.ends_with("/s") => Metric::RequestRate,
        (Word::Rate, None) => Metric::FailureRate,
    };
    let limit = match metric.unit() {
        Unit::Share => shared(&text, word),
        Unit::Time => time(&text),
        Unit::Count => count(&text),
        Unit::PerSecond => per_second(&text, key.is_some()),
    };
    limit.map(|limit| (metric, limit)).map_err(|what| cursor.wrong(at, what))
}

/// `500ms`, and also `500 ms`.
fn number_with_unit(cursor: &mut Cursor<'_>) -> String {
    let number = cursor.word();
    let mut ahead = *cursor;
    ahead.blanks();
    let unit = ahead.word();
    if unit.is_empty() || unit == "on" || tail::WORDS.contains(&unit) || decimal(number).is_none() {
        return number.to_owned();
    }
    *cursor = ahead;
    format!("{number}{unit}")
}

/// Digits with at most one point: Rust also reads `+1`, `1e3` and `inf`.
pub(crate) fn decimal(text: &str) -> Option<f64> {
    let plain = text.starts_with(|c: char| c.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_digit() || c == '.');
    text.parse().ok().filter(|number: &f64| plain && number.is_finite())
}

fn shared(text: &str, word: Word) -> Result<f64, String> {
    let wrong = || match word {
        Word::Rate => format!(
            "`{text}` is neither a share of failures (1% or 0.01) nor requests per second (50/s)"
        ),
        Word::Metric(_) => format!("`{text}` is no share; write 99.5% or 0.995"),
    };
    let value = match text.strip_suffix('%') {
        Some(percent) => decimal(percent).ok_or_else(wrong)? / 100.0,
        None => decimal(text).ok_or_else(wrong)?,
    };
    if value > 1.0 {
        return Err(if text.ends_with('%') {
            format!("`{text}` is more than all")
        } else {
            wrong()
        });
    }
    let kept = share(value);
    if (kept - value).abs() > 1e-12 {
        return Err(format!("`{text}`: a share has at most six decimals of a percent"));
    }
    Ok(kept)
}

/// A length of time in nanoseconds; a bare number is milliseconds, as in k6.
pub(crate) fn time(text: &str) -> Result<f64, String> {
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit() && c != '.');
    let unit = &text[digits.len()..];
    let known = TIMES.iter().find(|(name, _)| *name == unit).map(|(_, length)| *length);
    let length = if unit.is_empty() { Some(1e6) } else { known };
    let nanos = match (decimal(digits), length) {
        (Some(number), Some(length)) => Some((number * length).round()),
        // 1m30s
        _ => parse_span(text).ok().map(|span| span.as_nanos() as f64),
    };
    match nanos {
        Some(nanos) if nanos > 3.6e15 => Err(format!("`{text}` is longer than 1000h")),
        Some(nanos) => Ok(nanos),
        None => Err(format!("`{text}` is no length of time; write 500ms, 1.5s or 1m30s")),
    }
}

fn count(text: &str) -> Result<f64, String> {
    match text.parse::<u32>() {
        Ok(count) => Ok(f64::from(count)),
        Err(_) => Err(format!("`{text}` is no number of requests; write a whole one, such as 100")),
    }
}

fn per_second(text: &str, bare: bool) -> Result<f64, String> {
    let number = text.strip_suffix("/s").or(bare.then_some(text));
    number
        .and_then(decimal)
        .ok_or_else(|| format!("`{text}` is no number of requests per second; write 50/s"))
}
