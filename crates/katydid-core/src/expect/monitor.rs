//! Rules on what a monitor has seen: `connections_used < 80%`, `max(rss) < 1GB`, `up == yes`.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Expected;
use crate::{Comparison, Monitored, Series, Snapshot, Unit, nearest, or_nearest, parse_span};

/// Sizes that a limit may have.
const BYTES: [(&str, f64); 9] = [
    ("KiB", 1024.0),
    ("MiB", 1_048_576.0),
    ("GiB", 1_073_741_824.0),
    ("kB", 1e3),
    ("KB", 1e3),
    ("MB", 1e6),
    ("GB", 1e9),
    ("TB", 1e12),
    ("B", 1.0),
];
/// Signs, the longer ones first.
const SIGNS: [(&str, Comparison); 5] = [
    ("<=", Comparison::AtMost),
    (">=", Comparison::AtLeast),
    ("==", Comparison::Equal),
    ("<", Comparison::Below),
    (">", Comparison::Above),
];

/// A rule on a series of a monitor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MonitorRule {
    monitor: String,
    of: Of,
    series: String,
    sign: Comparison,
    limit: f64,
    /// What the limit was written in; `None` a bare number.
    unit: Option<Unit>,
    text: String,
}

/// What of a series a rule is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Of {
    /// Every number.
    Each,
    Max,
    Min,
    Mean,
    Last,
}

/// A text that is no rule on a series.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("rule `{text}`: {what}")]
pub struct MonitorRuleError {
    text: String,
    what: String,
}

impl MonitorRule {
    /// Reads a rule on a series of the monitor of this name.
    ///
    /// # Errors
    /// What is wrong, and what would be right.
    pub fn parse(monitor: &str, text: &str) -> Result<Self, MonitorRuleError> {
        let wrong = |what: String| MonitorRuleError { text: text.to_owned(), what };
        let (left, sign, right) = split(text).ok_or_else(|| {
            wrong("it has no <, <=, >, >= or ==; write connections_used < 80%".to_owned())
        })?;
        let (of, series) = match left.strip_suffix(')').and_then(|left| left.split_once('(')) {
            Some((word, series)) => (Of::read(word.trim()).map_err(wrong)?, series.trim()),
            None => (Of::Each, left),
        };
        if series.is_empty() {
            return Err(wrong("it names no series".to_owned()));
        }
        let (limit, unit) = limit(right).ok_or_else(|| {
            wrong(format!("`{right}` is no limit; write 80%, 1GB, 500ms, 10/s, 5 or yes"))
        })?;
        let (series, text) = (series.to_owned(), text.trim().to_owned());
        Ok(Self { monitor: monitor.to_owned(), of, series, sign, limit, unit, text })
    }

    /// The series that it is about.
    pub fn series(&self) -> &str {
        &self.series
    }

    /// Whether its limit can be held against numbers of this unit.
    pub fn fits(&self, unit: Unit) -> bool {
        match self.unit {
            None => true,
            Some(Unit::Bytes) => {
                matches!(unit, Unit::Bytes | Unit::BytesPerSecond | Unit::Number)
            }
            Some(Unit::PerSecond) => {
                matches!(unit, Unit::PerSecond | Unit::BytesPerSecond | Unit::Number)
            }
            Some(own) => own == unit || unit == Unit::Number,
        }
    }

    /// Holds it against a run that has ended. What nobody has seen holds no rule.
    pub fn judge(&self, snapshot: &Snapshot) -> Expected {
        let missed = |why: &str| Expected::missed(self.to_string(), "no data", why);
        let Some(monitor) = snapshot.monitors.iter().find(|it| *it.name == *self.monitor) else {
            return missed("nothing was watched in this run");
        };
        let Some(series) = monitor.find(&self.series) else {
            return missed(&no_series(monitor, &self.series));
        };
        let unit = series.unit;
        if !self.fits(unit) {
            let example = unit.show(1.0);
            return missed(&format!("its limit is not of the kind of its numbers ({example})"));
        }
        let Some(value) = self.value(series, snapshot) else {
            return missed(&no_data(monitor));
        };
        let shown = unit.show(value);
        if self.sign.holds(value, self.limit) {
            return Expected::met(self.to_string(), shown);
        }
        let when = self.first_wrong(series, snapshot).unwrap_or_default();
        Expected::missed(self.to_string(), shown.clone(), &format!("it was {shown}{when}"))
    }

    /// The number that decides, of what was seen since the statistics began.
    fn value(&self, series: &Series, snapshot: &Snapshot) -> Option<f64> {
        let window = snapshot.since..snapshot.elapsed.saturating_add(series.step());
        let (min, max) = series.range(&window)?;
        match (self.of, self.sign) {
            (Of::Max, _) | (Of::Each, Comparison::Below | Comparison::AtMost) => Some(max),
            (Of::Min, _) | (Of::Each, Comparison::Above | Comparison::AtLeast) => Some(min),
            // Both have to be the limit.
            (Of::Each, _) => Some(if min == self.limit { max } else { min }),
            (Of::Mean, _) => series.at(&window),
            (Of::Last, _) => series.last(),
        }
    }

    /// When a number was seen first that breaks a rule on each.
    fn first_wrong(&self, series: &Series, snapshot: &Snapshot) -> Option<String> {
        if matches!(self.of, Of::Mean | Of::Last) {
            return None;
        }
        let wrong = |value: f64| !self.sign.holds(value, self.limit);
        let mut steps = series.steps().filter(|step| step.from + series.step() > snapshot.since);
        let first = steps.find(|step| wrong(step.min) || wrong(step.max))?;
        Some(format!(", beyond it first in second {}", first.from.as_secs()))
    }
}

/// The two sides of the first sign that stands outside of quotes.
fn split(text: &str) -> Option<(&str, Comparison, &str)> {
    let mut quoted = false;
    for (at, c) in text.char_indices() {
        if c == '"' {
            quoted = !quoted;
        }
        if quoted {
            continue;
        }
        let sign = SIGNS.iter().find(|(sign, _)| text[at..].starts_with(sign));
        if let Some((sign, comparison)) = sign {
            return Some((text[..at].trim(), *comparison, text[at + sign.len()..].trim()));
        }
    }
    None
}

impl Of {
    fn read(word: &str) -> Result<Self, String> {
        match word {
            "max" => Ok(Self::Max),
            "min" => Ok(Self::Min),
            "mean" | "avg" => Ok(Self::Mean),
            "last" => Ok(Self::Last),
            _ => {
                let known = or_nearest(word, ["max", "min", "mean", "last"]);
                Err(format!("`{word}(…)` is not known; {known}"))
            }
        }
    }
}

/// A number with what it was written in.
fn limit(text: &str) -> Option<(f64, Option<Unit>)> {
    let number = |text: &str| {
        let text = text.trim();
        let plain = text.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | '-'));
        text.parse::<f64>().ok().filter(|number| plain && number.is_finite())
    };
    match text {
        "yes" => return Some((1.0, Some(Unit::Flag))),
        "no" => return Some((0.0, Some(Unit::Flag))),
        _ => {}
    }
    if let Some(percent) = text.strip_suffix('%') {
        return Some((number(percent)? / 100.0, Some(Unit::Share)));
    }
    let (amount, per_second) = text.strip_suffix("/s").map_or((text, false), |text| (text, true));
    if let Some(number) = number(amount) {
        return Some((number, per_second.then_some(Unit::PerSecond)));
    }
    for (name, size) in BYTES {
        if let Some(number) = amount.strip_suffix(name).and_then(number) {
            return Some((number * size, Some(Unit::Bytes)));
        }
    }
    if let Some(number) = amount.strip_suffix("cores").or(amount.strip_suffix("core")) {
        return Some((self::limit(number.trim())?.0, Some(Unit::Cores)));
    }
    if per_second {
        return None;
    }
    let seconds = match (text.strip_suffix("ms"), text.strip_suffix('s')) {
        (Some(millis), _) => number(millis).map(|millis| millis / 1e3),
        (None, Some(seconds)) => number(seconds),
        (None, None) => None,
    };
    let seconds = seconds.or_else(|| parse_span(text).ok().map(|span| span.as_secs_f64()))?;
    Some((seconds, Some(Unit::Seconds)))
}

fn no_series(monitor: &Monitored, name: &str) -> String {
    let known: Vec<&str> = monitor.series.iter().map(|series| &*series.name).collect();
    match nearest(name, known.iter().copied()) {
        _ if known.is_empty() => no_data(monitor),
        Some(near) => format!("the monitor has no series `{name}`; the nearest is `{near}`"),
        None => format!("the monitor has no series `{name}`, but {}", known.join(", ")),
    }
}

fn no_data(monitor: &Monitored) -> String {
    match monitor.marks.first() {
        Some(mark) => format!("nothing of it was seen ({})", mark.text),
        None => "nothing of it was seen in this run".to_owned(),
    }
}

impl fmt::Display for MonitorRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "monitor {}: {}", self.monitor, self.text)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{MonitorKind, MonitorMark};

    fn snapshot() -> Snapshot {
        let mut snapshot = Snapshot::new(&[], &[], 1);
        snapshot.elapsed = Duration::from_secs(10);
        let mut db = Monitored::new("db", MonitorKind::Postgres);
        for (name, unit, values) in [
            ("connections_used", Unit::Share, [0.2, 0.9, 0.4]),
            ("rss", Unit::Bytes, [1e6, 2e6, 3e6]),
            ("db{state=\"<x>\"}", Unit::Count, [0.0, 0.0, 0.0]),
            ("up", Unit::Flag, [1.0, 0.0, 1.0]),
        ] {
            let mut series = Series::new(name, unit);
            for (second, value) in values.into_iter().enumerate() {
                series.note(Duration::from_secs(second as u64), value);
            }
            db.series.push(series);
        }
        db.series.push(Series::new("late", Unit::Seconds));
        let mark = MonitorMark {
            at: Duration::ZERO,
            kind: crate::MarkKind::Fault,
            text: "it did not answer within 2 s".to_owned(),
        };
        db.marks.push(mark);
        snapshot.monitors = vec![db];
        snapshot
    }

    fn judge(text: &str) -> String {
        let judged = MonitorRule::parse("db", text).unwrap().judge(&snapshot());
        judged.cause.unwrap_or(format!("met: {}", judged.measured))
    }

    #[test]
    fn each_number_or_one_of_all_is_judged() {
        assert_eq!(judge("connections_used < 95%"), "met: 90 %");
        assert_eq!(
            judge("connections_used < 80%"),
            "expectation `monitor db: connections_used < 80%` missed: it was 90 %, beyond it first \
             in second 1"
        );
        assert_eq!(judge("mean(connections_used) < 80%"), "met: 50 %");
        assert_eq!(judge("last(rss)>=3MB"), "met: 3 MB");
        assert_eq!(judge("max(rss) < 1 GB"), "met: 3 MB");
        assert_eq!(judge("db{state=\"<x>\"} == 0"), "met: 0");
        assert!(judge("up == yes").ends_with("it was no, beyond it first in second 1"));
    }

    #[test]
    fn what_nobody_has_seen_holds_no_rule() {
        assert_eq!(
            judge("late < 2s"),
            "expectation `monitor db: late < 2s` missed: nothing of it was seen (it did not answer \
             within 2 s)"
        );
        assert!(judge("conections_used < 1").contains("the nearest is `connections_used`"));
        assert!(judge("rss < 80%").contains("its limit is not of the kind of its numbers"));
        let other = MonitorRule::parse("web", "up == yes").unwrap().judge(&snapshot());
        assert!(other.cause.unwrap().ends_with("nothing was watched in this run"));
    }

    #[test]
    fn what_is_no_rule_is_told() {
        for (text, why) in [
            ("rss", "it has no <"),
            ("rss < lots", "`lots` is no limit"),
            ("maxi(rss) < 1", "`maxi(…)` is not known"),
            (" < 1", "it names no series"),
            ("rss < 1e5", "`1e5` is no limit"),
        ] {
            let fault = MonitorRule::parse("db", text).unwrap_err().to_string();
            assert!(fault.contains(why), "{fault}");
        }
    }
}
