//! What a drift rule says: which number, how fast it may grow, of which requests.

use std::fmt;
use std::str::FromStr;

use crate::parse_span;
use crate::target::{Cursor, TargetError, scope, time_text};
use crate::target::{Scope, TagClass, percent, share};
use serde::{Deserialize, Serialize};

/// A number of a run that may grow with time.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum DriftMetric {
    /// The response time that this share (0 to 1) of the requests of a block does not exceed.
    ResponseTime(f64),
    /// Failed requests ÷ requests, 0 to 1.
    FailureRate,
    /// Memory of a watched process: bytes that no file backs.
    Memory,
}

/// How much may be added in an hour.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum DriftLimit {
    /// This share (0.05 for 5 %) of the mean over the time judged.
    Share(f64),
    /// So much in the metric's own unit: nanoseconds, a share (0.001 for 0.1 pt), bytes.
    Amount(f64),
}

/// A rule on how a number moves in hours: `p95 < 10%/h on /api/login`, `failures < 0.1pt/h`,
/// `memory < 5%/h`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DriftRule {
    pub(super) metric: DriftMetric,
    pub(super) limit: DriftLimit,
    pub(super) scope: Scope,
}

/// A text that is no drift rule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("drift rule `{text}`, column {column}: {what}")]
pub struct DriftError {
    text: String,
    column: usize,
    what: String,
}

impl DriftRule {
    /// Reads a rule. `classes` are those that `on class NAME` may name.
    ///
    /// # Errors
    /// The column that is wrong, and what would be right there.
    pub fn parse(text: &str, classes: &[TagClass]) -> Result<Self, DriftError> {
        read(text, classes).map_err(|fault| DriftError {
            text: text.to_owned(),
            column: fault.column(),
            what: fault.what().to_owned(),
        })
    }

    /// The number that it is about.
    pub fn metric(&self) -> DriftMetric {
        self.metric
    }

    /// The requests that it is about; of memory always [`Scope::All`].
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Whether it needs a process to be watched.
    pub fn is_about_memory(&self) -> bool {
        self.metric == DriftMetric::Memory
    }
}

impl FromStr for DriftRule {
    type Err = DriftError;

    fn from_str(text: &str) -> Result<Self, DriftError> {
        Self::parse(text, &[])
    }
}

impl fmt::Display for DriftRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "drift: {} < ", self.metric)?;
        match (self.metric, self.limit) {
            (_, DriftLimit::Share(part)) => write!(f, "{}%/h", percent(part)),
            (DriftMetric::ResponseTime(_), DriftLimit::Amount(nanos)) => {
                write!(f, "{}/h", time_text(nanos))
            }
            (DriftMetric::FailureRate, DriftLimit::Amount(part)) => {
                write!(f, "{}pt/h", percent(part))
            }
            (DriftMetric::Memory, DriftLimit::Amount(bytes)) => {
                let (size, unit) =
                    BYTES.iter().rev().find(|(size, _)| bytes >= *size).unwrap_or(&BYTES[0]);
                write!(f, "{}{unit}/h", bytes / size)
            }
        }?;
        match &self.scope {
            Scope::All => Ok(()),
            scope => write!(f, " on {scope}"),
        }
    }
}

impl fmt::Display for DriftMetric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ResponseTime(quantile) => write!(f, "p{}", percent(*quantile)),
            Self::FailureRate => f.write_str("failures"),
            Self::Memory => f.write_str("memory"),
        }
    }
}

const BYTES: [(f64, &str); 4] = [(1.0, "B"), (1e3, "kB"), (1e6, "MB"), (1e9, "GB")];

fn read(text: &str, classes: &[TagClass]) -> Result<DriftRule, TargetError> {
    let mut cursor = Cursor::new(text);
    cursor.blanks();
    let metric = metric(&mut cursor)?;
    cursor.blanks();
    let at = cursor.at;
    if cursor.take(|c| "<>=!".contains(c)) != "<" {
        let what = "`<` belongs here: a drift rule says how much a number may grow in an hour";
        return Err(cursor.wrong(at, what));
    }
    cursor.blanks();
    let at = cursor.at;
    let limit = limit(cursor.word(), metric).map_err(|what| cursor.wrong(at, what))?;
    let at = cursor.at;
    let scope = scope(&mut cursor, classes)?;
    if metric == DriftMetric::Memory && scope != Scope::All {
        let what = "memory belongs to a process, not to requests; leave `on` out";
        return Err(cursor.wrong(at, what));
    }
    Ok(DriftRule { metric, limit, scope })
}

fn metric(cursor: &mut Cursor<'_>) -> Result<DriftMetric, TargetError> {
    let at = cursor.at;
    let word = cursor.take(|c| c.is_alphanumeric() || c == '.');
    let quantile = || {
        let percent: f64 = word.strip_prefix('p')?.parse().ok()?;
        let digits = word[1..].chars().all(|c| c.is_ascii_digit() || c == '.');
        let quantile = share(percent / 100.0);
        (digits && quantile > 0.0 && quantile < 1.0).then_some(quantile)
    };
    match word {
        "failures" => Ok(DriftMetric::FailureRate),
        "memory" => Ok(DriftMetric::Memory),
        "med" => Ok(DriftMetric::ResponseTime(0.5)),
        _ => quantile().map(DriftMetric::ResponseTime).ok_or_else(|| {
            let what = format!(
                "`{word}` is no number whose drift is known; it is a percentile such as p95, \
                 `failures` or `memory`"
            );
            cursor.wrong(at, what)
        }),
    }
}

/// The limit of a metric: percent of its mean, or an amount in its own unit.
fn limit(word: &str, metric: DriftMetric) -> Result<DriftLimit, String> {
    let example = match metric {
        DriftMetric::ResponseTime(_) => "10%/h or 50ms/h",
        DriftMetric::FailureRate => "0.1pt/h (points of a percent)",
        DriftMetric::Memory => "5%/h or 20MB/h",
    };
    let wrong = || format!("`{word}` is no growth per hour; write {example}");
    let text = word.strip_suffix("/h").ok_or_else(wrong)?;
    let unit_at = text.find(|c: char| !c.is_ascii_digit() && c != '.').ok_or_else(wrong)?;
    let (digits, unit) = text.split_at(unit_at);
    let number = digits.parse::<f64>().ok();
    let limit = match (metric, unit, number) {
        (DriftMetric::FailureRate, "pt", Some(points)) => DriftLimit::Amount(share(points / 100.0)),
        (DriftMetric::FailureRate, ..) => return Err(wrong()),
        (_, "%", Some(percent)) => DriftLimit::Share(share(percent / 100.0)),
        (DriftMetric::Memory, unit, Some(number)) => {
            let size = BYTES.iter().find(|(_, name)| *name == unit).ok_or_else(wrong)?.0;
            DriftLimit::Amount((number * size).round())
        }
        (_, "ms", Some(number)) => DriftLimit::Amount((number * 1e6).round()),
        (_, "s", Some(number)) => DriftLimit::Amount((number * 1e9).round()),
        (DriftMetric::ResponseTime(_), ..) => {
            let span = parse_span(text).map_err(|_| wrong())?;
            DriftLimit::Amount(span.as_nanos() as f64)
        }
        _ => return Err(wrong()),
    };
    let (DriftLimit::Share(size) | DriftLimit::Amount(size)) = limit;
    if size <= 0.0 {
        return Err(format!(
            "`{word}`: a number that may not grow at all is never known so exactly; \
                            write {example}"
        ));
    }
    Ok(limit)
}

#[cfg(test)]
mod tests;
