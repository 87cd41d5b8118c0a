//! Records: what is written of a run, in the order in which it happened.

use std::borrow::Cow;
use std::time::Duration;

use katydid_core::{Interval, Mark, MonitorEvent, Usage};
use serde::{Deserialize, Serialize, Serializer};

use crate::header::{Ending, Header};

/// Something that is told of a run.
#[derive(Debug, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "kebab-case")]
pub enum Record<'a> {
    /// What runs; the first record of every file.
    Header(Box<Header>),
    /// What a thread has measured since it was asked before.
    Measured {
        /// The thread.
        thread: usize,
        /// What it measured.
        interval: Measured<'a>,
    },
    /// A step of the statistics has ended, since the start of the run.
    Step(Duration),
    /// The state of the run was told to whoever shows or stores it.
    Tick,
    /// The statistics began anew.
    Reset(Duration),
    /// Something happened.
    Mark(Cow<'a, Mark>),
    /// A monitor has seen something.
    Monitor(Cow<'a, MonitorEvent>),
    /// A look at a process that is watched.
    Process {
        /// Its pid.
        pid: u32,
        /// Its name.
        name: Cow<'a, str>,
        /// Cores of the machine.
        cores: u32,
        /// When, since the start of the run.
        at: Duration,
        /// What it used by then.
        usage: Usage,
    },
    /// A line of the log.
    Log(String),
    /// The run is over; the last record.
    Ending(Box<Ending>),
}

/// An interval that is there already, or was read.
#[derive(Debug)]
pub enum Measured<'a> {
    /// The engine's own, which it wants back.
    Live(&'a Interval),
    /// From a file.
    Read(Box<Interval>),
}

impl Measured<'_> {
    /// The interval.
    pub fn interval(&self) -> &Interval {
        match self {
            Self::Live(interval) => interval,
            Self::Read(interval) => interval,
        }
    }
}

impl Serialize for Measured<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.interval().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Measured<'_> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::Read(Box::new(Interval::deserialize(deserializer)?)))
    }
}
