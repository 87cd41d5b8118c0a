//! The numbers of a run for other programs' time series: one list of metrics, written as
//! Prometheus text or as OpenTelemetry messages.
//!
//! [`Metrics::of`] takes numbers only, so that it can be done between two ticks; whoever has the
//! time makes text of them. Everything is counted since the beginning of the statistics: what a
//! reader misses in between is in what it reads next.

mod catalogue;
#[cfg(feature = "otlp")]
mod otlp;
mod prometheus;
mod times;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

#[cfg(feature = "otlp")]
pub use otlp::{otlp, otlp_rejected};
pub use prometheus::{PROMETHEUS_TYPE, prometheus};
pub use times::BOUNDS;

/// The numbers of one moment.
#[derive(Clone, Debug)]
pub struct Metrics {
    /// Since when they are counted.
    pub since: SystemTime,
    /// When they were taken.
    pub at: SystemTime,
    /// What they are numbers of.
    pub about: Arc<About>,
    /// Every metric that has a point.
    pub families: Vec<Family>,
}

/// What is said of now.
const OF_NOW: [&str; 2] = ["requests_per_second", "failures_per_second"];

impl Metrics {
    /// The same once the run is over, when nothing is current any more: whoever goes on scraping
    /// must not see a load that has ended.
    #[must_use]
    pub fn over(mut self) -> Self {
        for family in self.families.iter_mut().filter(|it| OF_NOW.contains(&it.name)) {
            family.points.iter_mut().for_each(|point| point.value = Value::Number(0.0));
        }
        self
    }
}

/// What a run is told apart by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// Name of the suite.
    pub suite: String,
    /// The scenario; empty without one.
    pub scenario: String,
    /// The host, or hosts.
    pub host: String,
    /// The seed.
    pub seed: u64,
    /// The version of Katydid.
    pub version: String,
    /// The machine that makes the load.
    pub machine: String,
}

/// One metric.
#[derive(Clone, Debug)]
pub struct Family {
    /// Its name, without prefix and unit.
    pub name: &'static str,
    /// What it is, as a sentence without its stop.
    pub help: &'static str,
    /// What it is counted in.
    pub unit: MetricUnit,
    /// How it behaves.
    pub kind: MetricKind,
    /// Its points, each with other labels.
    pub points: Vec<Point>,
}

/// What a metric is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetricUnit {
    /// Things.
    None,
    /// Seconds.
    Seconds,
    /// Bytes.
    Bytes,
    /// Parts of a whole, 0 to 1.
    Ratio,
}

/// How a metric behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetricKind {
    /// It only grows.
    Counter,
    /// It goes up and down.
    Gauge,
    /// Times by [`BOUNDS`].
    Histogram,
}

/// A number with its labels.
#[derive(Clone, Debug)]
pub struct Point {
    /// Names and values.
    pub labels: Vec<(&'static str, Arc<str>)>,
    /// The number.
    pub value: Value,
}

/// A number.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// An exact count.
    Count(u64),
    /// Any number.
    Number(f64),
    /// A set of times.
    Times(Times),
}

/// A set of times.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Times {
    /// How many.
    pub count: u64,
    /// All added up, exact.
    pub sum: Duration,
    /// How many up to each of [`BOUNDS`] and over the one before, and how many over the last.
    pub buckets: Vec<u64>,
    /// Shortest and longest, exact; `None` without any.
    pub ends: Option<(Duration, Duration)>,
}
