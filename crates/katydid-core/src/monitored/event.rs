//! What a monitor says while a run is on.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::unit::Unit;

/// What kind of thing a monitor looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum MonitorKind {
    /// The machine on which the load is made.
    Machine,
    /// A local process with its descendants.
    Process,
    /// A control group of this machine.
    Cgroup,
    /// A Prometheus text endpoint.
    Prometheus,
    /// A PostgreSQL database.
    Postgres,
    /// An HTTP health endpoint.
    Health,
    /// A log file.
    Log,
    /// A command that prints numbers.
    Command,
}

impl MonitorKind {
    /// The word for it, as the plan has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Machine => "machine",
            Self::Process => "process",
            Self::Cgroup => "cgroup",
            Self::Prometheus => "prometheus",
            Self::Postgres => "postgres",
            Self::Health => "health",
            Self::Log => "log",
            Self::Command => "command",
        }
    }
}

/// Something of a moment that is no number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonitorMark {
    /// Since the start of the run.
    pub at: Duration,
    /// What kind of thing happened.
    pub kind: MarkKind,
    /// A sentence of one line.
    pub text: String,
}

/// What kind of thing a mark tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum MarkKind {
    /// The monitor could not look.
    Fault,
    /// It can again.
    Mended,
    /// What is watched no longer works.
    Down,
    /// It works again.
    Up,
    /// What is watched has been started anew.
    Restart,
    /// A line of a log, of a kind not seen before in this run.
    Line,
    /// Something worth knowing.
    Note,
}

/// One number that was seen.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct MonitorSample {
    /// The place of its monitor in the list of all.
    pub monitor: usize,
    /// The place of its series in that monitor.
    pub series: usize,
    /// Since the start of the run; of a rate the middle of the time that it is about.
    pub at: Duration,
    /// In the unit of the series.
    pub value: f64,
}

/// What monitors say, in the order in which they said it. Plain data, to be stored and replayed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum MonitorEvent {
    /// There is another monitor. Comes before anything else of it.
    Monitor {
        /// Its place in the list of all: the number of those before it.
        monitor: usize,
        /// As the plan calls it.
        name: Arc<str>,
        /// What it looks at.
        kind: MonitorKind,
    },
    /// A monitor has another series. Comes before its first sample.
    Series {
        /// The place of the monitor.
        monitor: usize,
        /// Its place in the monitor: the number of those before it.
        series: usize,
        /// As the source calls it.
        name: Arc<str>,
        /// What its numbers mean.
        unit: Unit,
    },
    /// A number was seen.
    Sample(MonitorSample),
    /// Something else happened.
    Mark {
        /// The place of the monitor.
        monitor: usize,
        /// What.
        mark: MonitorMark,
    },
}

impl MonitorEvent {
    /// The place of the monitor that it is of.
    pub fn monitor(&self) -> usize {
        match self {
            Self::Monitor { monitor, .. }
            | Self::Series { monitor, .. }
            | Self::Sample(MonitorSample { monitor, .. })
            | Self::Mark { monitor, .. } => *monitor,
        }
    }
}
