//! Which series of an endpoint are meant, and what they say.

use std::fmt;

use katydid_core::Unit;

use super::parse::{Page, Sample, is_name, labels};
use crate::probe::{Reading, Value};

/// A series of an endpoint: `http_requests_total`, `db_connections{state="in_use"}`.
///
/// All that fit are added up. A counter stands for its growth per second, a histogram or summary
/// (by the name without `_sum`) for the mean of what came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selector {
    text: String,
    name: String,
    labels: Vec<(String, String)>,
}

/// A text that is no series.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no series; write http_requests_total or, with labels, db_connections{{state=\"idle\"}}"
)]
pub struct SelectorError(String);

impl std::str::FromStr for Selector {
    type Err = SelectorError;

    fn from_str(text: &str) -> Result<Self, SelectorError> {
        let wrong = || SelectorError(text.to_owned());
        let text = text.trim();
        let (name, inside) = text.split_once('{').map_or((text, None), |(n, i)| (n, Some(i)));
        let labels = match inside {
            None => Vec::new(),
            Some(inside) => {
                let (labels, rest) = labels(inside).ok_or_else(wrong)?;
                if !rest.is_empty() {
                    return Err(wrong());
                }
                labels.into_iter().map(|(n, v)| (n.to_owned(), v.into_owned())).collect()
            }
        };
        let name = name.trim();
        if !is_name(name) {
            return Err(wrong());
        }
        Ok(Self { text: text.to_owned(), name: name.to_owned(), labels })
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Selector {
    /// The name without labels.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// What a page says of it; `None` when it has no such series.
    pub(super) fn read(&self, page: &Page<'_>) -> Option<Reading> {
        let base = ["_total", "_sum", "_count", "_bucket"]
            .into_iter()
            .find_map(|end| self.name.strip_suffix(end))
            .filter(|base| page.types.contains_key(base));
        let kind = page.types.get(self.name.as_str()).or_else(|| page.types.get(base?)).copied();
        let by_quantile = self.labels.iter().any(|(name, _)| name == "quantile");
        if matches!(kind, Some("histogram" | "summary")) && base.is_none() && !by_quantile {
            let sum = self.sum(page, "_sum")?;
            let count = self.sum(page, "_count")?;
            return Some(self.reading(unit(&self.name), Value::Mean { sum, count }));
        }
        // OpenMetrics names a counter without the `_total` that its line has.
        let value = self.sum(page, "").or_else(|| self.sum(page, "_total"))?;
        let plain_sum = matches!(kind, Some("histogram" | "summary")) && base.is_some();
        let untyped_total = kind.is_none() && self.name.ends_with("_total");
        if kind == Some("counter") || plain_sum || untyped_total {
            return Some(self.reading(rate(&self.name), Value::Counter(value)));
        }
        Some(self.reading(unit(&self.name), Value::Gauge(value)))
    }

    fn reading(&self, unit: Unit, value: Value) -> Reading {
        Reading { name: self.text.as_str().into(), unit, value }
    }

    /// The sum of all lines that fit.
    fn sum(&self, page: &Page<'_>, end: &str) -> Option<f64> {
        let mut fitting = page.samples.iter().filter(|sample| self.fits(sample, end)).peekable();
        fitting.peek()?;
        Some(fitting.map(|sample| sample.value).sum())
    }

    fn fits(&self, sample: &Sample<'_>, end: &str) -> bool {
        let named = sample.name.strip_prefix(self.name.as_str()) == Some(end);
        named
            && self.labels.iter().all(|(name, value)| {
                sample.labels.iter().any(|(known, is)| known == name && is == value)
            })
    }
}

/// By the ends that Prometheus recommends.
fn unit(name: &str) -> Unit {
    let ends = |end: &str| name.ends_with(end);
    if ends("_bytes") {
        Unit::Bytes
    } else if ends("_seconds") {
        Unit::Seconds
    } else if ends("_ratio") {
        Unit::Share
    } else {
        Unit::Count
    }
}

/// What the growth per second of a counter is.
fn rate(name: &str) -> Unit {
    let name = name.strip_suffix("_total").or(name.strip_suffix("_sum")).unwrap_or(name);
    match unit(name) {
        Unit::Bytes => Unit::BytesPerSecond,
        Unit::Seconds if name.contains("cpu") => Unit::Cores,
        // Seconds per second: how many of it went on at one time.
        Unit::Seconds => Unit::Count,
        _ => Unit::PerSecond,
    }
}
