//! What the numbers of a series mean, and how they are written.

use serde::{Deserialize, Serialize};

/// What the numbers of a series mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Unit {
    /// Part of a whole, 0 to 1.
    Share,
    /// Bytes.
    Bytes,
    /// Bytes per second.
    BytesPerSecond,
    /// Things.
    Count,
    /// Things per second.
    PerSecond,
    /// Seconds.
    Seconds,
    /// CPU time ÷ time: 1 is one core all the time.
    Cores,
    /// 1 yes, 0 no.
    Flag,
    /// The source does not say.
    Number,
}

impl Unit {
    /// The word by which charts and the live page know how to write its numbers.
    pub fn word(self) -> &'static str {
        match self {
            Self::Share => "share",
            Self::Bytes => "bytes",
            Self::BytesPerSecond => "bytes/s",
            Self::Count => "count",
            Self::PerSecond => "/s",
            Self::Seconds => "seconds",
            Self::Cores => "cores",
            Self::Flag => "flag",
            Self::Number => "number",
        }
    }

    /// A number of this unit as people read it: `43 %`, `1.2 GB`, `0.35 s`.
    pub fn show(self, value: f64) -> String {
        match self {
            Self::Share => format!("{} %", digits(value * 100.0)),
            Self::Bytes => bytes(value),
            Self::BytesPerSecond => format!("{}/s", bytes(value)),
            Self::PerSecond => format!("{}/s", digits(value)),
            Self::Seconds if value.abs() < 1.0 => format!("{} ms", digits(value * 1e3)),
            Self::Seconds => format!("{} s", digits(value)),
            Self::Cores => format!("{} cores", digits(value)),
            Self::Flag if value == 1.0 => "yes".to_owned(),
            Self::Flag if value == 0.0 => "no".to_owned(),
            Self::Flag => format!("{} % yes", digits(value * 100.0)),
            Self::Count | Self::Number => digits(value),
        }
    }
}

/// Three digits that count; whole numbers whole.
fn digits(value: f64) -> String {
    let size = value.abs();
    if size >= 99.95 || (value == value.trunc() && size < 1e15) {
        format!("{value:.0}")
    } else if size >= 9.995 {
        format!("{value:.1}")
    } else if size >= 0.01 {
        format!("{value:.2}")
    } else {
        format!("{value:.1e}")
    }
}

fn bytes(value: f64) -> String {
    const UNITS: [&str; 6] = ["B", "kB", "MB", "GB", "TB", "PB"];
    let (mut amount, mut unit) = (value, 0);
    // 999.5 would be shown as 1000.
    while amount.abs() >= 999.5 && unit + 1 < UNITS.len() {
        amount /= 1e3;
        unit += 1;
    }
    format!("{} {}", digits(amount), UNITS[unit])
}
