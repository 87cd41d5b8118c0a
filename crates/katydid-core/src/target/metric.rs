//! The numbers of a run that targets can be about, and how they are compared.

use std::fmt;
use std::time::Duration;

use crate::{Latency, Part};
use serde::{Deserialize, Serialize};

/// A number of a run.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Metric {
    /// Successful requests ÷ requests, 0 to 1.
    SuccessRate,
    /// Failed requests ÷ requests, 0 to 1.
    FailureRate,
    /// The response time that this share (0 to 1) of all requests does not exceed.
    ResponseTime(f64),
    /// The average response time.
    MeanResponseTime,
    /// The shortest response time.
    MinResponseTime,
    /// The longest response time.
    MaxResponseTime,
    /// Requests that ended without a whole answer ÷ requests, 0 to 1.
    LostRate,
    /// How many requests were completed.
    Requests,
    /// Requests per second over the whole time measured.
    RequestRate,
}

/// What a metric is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    /// A share, 0 to 1.
    Share,
    /// Nanoseconds.
    Time,
    /// A number of requests.
    Count,
    /// Requests per second.
    PerSecond,
}

impl Metric {
    /// This number of a piece of a run that lasted `length`; `None` without data.
    pub(super) fn of(self, part: &Part, length: Duration) -> Option<f64> {
        let nanos = |time: Duration| time.as_nanos() as f64;
        let (requests, seconds) = (part.requests(), length.as_secs_f64());
        let share = |count: u64| count as f64 / requests as f64;
        match self {
            _ if requests == 0 => None,
            Self::SuccessRate => Some(share(requests - part.failures())),
            Self::FailureRate => Some(share(part.failures())),
            Self::LostRate => Some(share(part.kinds().lost())),
            Self::ResponseTime(quantile) => part.response().quantile(quantile).map(nanos),
            Self::MeanResponseTime => part.response().mean().map(nanos),
            Self::MinResponseTime => part.response().min().map(nanos),
            Self::MaxResponseTime => part.response().max().map(nanos),
            Self::Requests => Some(requests as f64),
            Self::RequestRate => (seconds > 0.0).then(|| requests as f64 / seconds),
        }
    }

    /// The least that this number is, if requests count that were cut off after so long: they would
    /// have taken longer. `None` where that changes nothing.
    pub(super) fn at_least(self, part: &Part, cut: &Latency) -> Option<f64> {
        if cut.is_empty() {
            return None;
        }
        let mut all = part.response().into_owned();
        all.add(cut);
        let least = match self {
            Self::ResponseTime(quantile) => all.quantile(quantile),
            Self::MeanResponseTime => all.mean(),
            Self::MaxResponseTime => all.max(),
            _ => None,
        };
        least.map(|time| time.as_nanos() as f64)
    }

    pub(super) fn unit(self) -> Unit {
        match self {
            Self::SuccessRate | Self::FailureRate | Self::LostRate => Unit::Share,
            Self::ResponseTime(_)
            | Self::MeanResponseTime
            | Self::MinResponseTime
            | Self::MaxResponseTime => Unit::Time,
            Self::Requests => Unit::Count,
            Self::RequestRate => Unit::PerSecond,
        }
    }

    /// Whether it counts failures, so that they are judged.
    pub(super) fn judges_failures(self) -> bool {
        matches!(self, Self::SuccessRate | Self::FailureRate)
    }
}

/// As the plan writes it: `p99.9`, `success`.
impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SuccessRate => "success",
            Self::FailureRate => "failures",
            Self::ResponseTime(quantile) => return write!(f, "p{}", percent(*quantile)),
            Self::MeanResponseTime => "avg",
            Self::MinResponseTime => "min",
            Self::MaxResponseTime => "max",
            Self::LostRate => "lost",
            Self::Requests => "requests",
            Self::RequestRate => "rate",
        })
    }
}

/// How a metric is held against its limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Comparison {
    /// `<`
    Below,
    /// `<=`
    AtMost,
    /// `>`
    Above,
    /// `>=`
    AtLeast,
    /// `==`
    Equal,
}

impl Comparison {
    pub(crate) fn holds(self, value: f64, limit: f64) -> bool {
        match self {
            Self::Below => value < limit,
            Self::AtMost => value <= limit,
            Self::Above => value > limit,
            Self::AtLeast => value >= limit,
            Self::Equal => value == limit,
        }
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Below => "<",
            Self::AtMost => "<=",
            Self::Above => ">",
            Self::AtLeast => ">=",
            Self::Equal => "==",
        })
    }
}

/// Shares are kept to six decimals of a percent, so that text and value are the same.
pub(crate) fn share(value: f64) -> f64 {
    (value * 1e8).round() / 1e8
}

/// A share in percent.
pub(crate) fn percent(share: f64) -> f64 {
    (share * 1e8).round() / 1e6
}
