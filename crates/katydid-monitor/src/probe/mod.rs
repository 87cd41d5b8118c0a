//! What each kind of monitor looks at: one file for each, behind one small trait.

mod cgroup;
mod command;
mod health;
mod log;
mod machine;
mod process;

pub(crate) use cgroup::CgroupProbe;
pub(crate) use command::CommandProbe;
pub(crate) use health::HealthProbe;
pub(crate) use log::LogProbe;
pub(crate) use machine::MachineProbe;
pub(crate) use process::ProcessProbe;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use katydid_core::{MarkKind, Unit};

/// Something that can be looked at again and again.
pub(crate) trait Probe: Send {
    /// One look, which ends in time.
    ///
    /// # Errors
    /// Why nothing could be seen, as a sentence without a full stop.
    fn look(&mut self, limit: &Limit) -> Result<Looked, String>;

    /// What is worth saying when the run has ended.
    fn end(&mut self, _limit: &Limit) -> Vec<(MarkKind, String)> {
        Vec::new()
    }
}

/// The beginning of a line, for messages.
pub(crate) fn begin(line: &str) -> String {
    line.chars().take(60).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

/// How long a look may take.
#[derive(Clone, Debug)]
pub(crate) struct Limit {
    end: Instant,
    length: Duration,
    /// Set when the run is over and nobody waits any more.
    over: Arc<AtomicBool>,
}

impl Limit {
    pub(crate) fn new(length: Duration, over: &Arc<AtomicBool>) -> Self {
        Self { end: Instant::now() + length, length, over: Arc::clone(over) }
    }

    /// What is left of it; `None` when it is over.
    pub(crate) fn left(&self) -> Option<Duration> {
        let left = self.end.saturating_duration_since(Instant::now());
        (!left.is_zero() && !self.over.load(Ordering::Relaxed)).then_some(left)
    }

    /// A moment more, to say farewell in.
    pub(crate) fn for_farewell(&self) -> Self {
        let length = Duration::from_millis(50);
        Self { end: Instant::now() + length, length, over: Arc::clone(&self.over) }
    }

    /// As a text: `2 s`.
    pub(crate) fn text(&self) -> String {
        katydid_core::Unit::Seconds.show(self.length.as_secs_f64())
    }
}

/// What one look has seen.
#[derive(Debug, Default)]
pub(crate) struct Looked {
    pub(crate) readings: Vec<Reading>,
    pub(crate) marks: Vec<(MarkKind, String)>,
}

impl Looked {
    pub(crate) fn gauge(&mut self, name: &str, unit: Unit, value: f64) {
        self.readings.push(Reading { name: Arc::from(name), unit, value: Value::Gauge(value) });
    }

    pub(crate) fn counter(&mut self, name: &str, unit: Unit, value: f64) {
        self.readings.push(Reading { name: Arc::from(name), unit, value: Value::Counter(value) });
    }

    pub(crate) fn mark(&mut self, kind: MarkKind, text: impl Into<String>) {
        self.marks.push((kind, text.into()));
    }
}

/// A number that was seen.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Reading {
    pub(crate) name: Arc<str>,
    /// Of what becomes of it in the series: a counter's is that of its rate.
    pub(crate) unit: Unit,
    pub(crate) value: Value,
}

/// How a number becomes one of its series.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Value {
    /// As it is.
    Gauge(f64),
    /// It only grows; the series has its growth per second.
    Counter(f64),
    /// Both only grow; the series has the growth of the sum by that of the count.
    Mean { sum: f64, count: f64 },
}
