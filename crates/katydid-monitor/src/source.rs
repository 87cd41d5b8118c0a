//! What is to be watched.

use std::path::PathBuf;
use std::time::Duration;

use katydid_core::MonitorKind;
use regex::bytes::Regex;
use url::Url;

use crate::postgres::{PostgresProbe, PostgresUrl, SERIES};
use crate::probe::{
    CgroupProbe, CommandProbe, HealthProbe, LogProbe, MachineProbe, Probe, ProcessProbe,
};
use crate::prometheus::{PrometheusProbe, Selector};

/// One thing to be watched.
#[derive(Clone, Debug)]
pub struct Source {
    /// As the plan calls it.
    pub name: String,
    /// What it is.
    pub what: What,
    /// Between two looks.
    pub every: Duration,
    /// What a look may take.
    pub timeout: Duration,
}

/// What is watched.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum What {
    /// This machine; of its disks the one of this path.
    Machine(PathBuf),
    /// A local process.
    Process(Which),
    /// A control group of version 2, by its folder.
    Cgroup(PathBuf),
    /// A Prometheus text endpoint.
    Prometheus {
        /// Its address.
        url: Url,
        /// What is taken of it.
        series: Vec<Selector>,
    },
    /// A PostgreSQL database.
    Postgres(PostgresUrl),
    /// An HTTP health endpoint.
    Health(Url),
    /// A log file.
    Log {
        /// Where it is.
        path: PathBuf,
        /// What makes a line an error.
        errors: Regex,
    },
    /// A command with its words.
    Command(Vec<String>),
}

/// Which process is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// By its pid.
    Pid(u32),
    /// The one that listens on this port of loopback.
    Port(u16),
    /// By the name of its program.
    Name(String),
}

impl What {
    /// What kind of thing it is.
    pub fn kind(&self) -> MonitorKind {
        match self {
            Self::Machine(_) => MonitorKind::Machine,
            Self::Process(_) => MonitorKind::Process,
            Self::Cgroup(_) => MonitorKind::Cgroup,
            Self::Prometheus { .. } => MonitorKind::Prometheus,
            Self::Postgres(_) => MonitorKind::Postgres,
            Self::Health(_) => MonitorKind::Health,
            Self::Log { .. } => MonitorKind::Log,
            Self::Command(_) => MonitorKind::Command,
        }
    }

    /// The names of the series that it may have; `None` where only a look can tell.
    pub fn series(&self) -> Option<Vec<String>> {
        let fixed: &[&str] = match self {
            Self::Machine(_) => &[
                "cpu_busy",
                "cpu_steal",
                "memory_available",
                "memory_used",
                "load",
                "network_loopback",
                "network_received",
                "network_sent",
                "disk_used",
            ],
            Self::Process(_) => &["cpu", "memory", "rss", "threads", "processes", "descriptors"],
            Self::Cgroup(_) => &["cpu", "cpu_throttled", "memory", "memory_used", "pids"],
            Self::Postgres(_) => &SERIES,
            Self::Health(_) => &["up", "status", "time"],
            Self::Log { .. } => &["errors", "lines", "errors_total"],
            Self::Prometheus { series, .. } => {
                return Some(series.iter().map(ToString::to_string).collect());
            }
            Self::Command(_) => return None,
        };
        Some(fixed.iter().map(|name| (*name).to_owned()).collect())
    }

    /// Whoever looks.
    pub(crate) fn probe(self) -> Box<dyn Probe> {
        match self {
            Self::Machine(disk) => Box::new(MachineProbe::new(disk)),
            Self::Process(which) => Box::new(ProcessProbe::new(which)),
            Self::Cgroup(path) => Box::new(CgroupProbe::new(path)),
            Self::Prometheus { url, series } => Box::new(PrometheusProbe::new(url, series)),
            Self::Postgres(url) => Box::new(PostgresProbe::new(url)),
            Self::Health(url) => Box::new(HealthProbe::new(url)),
            Self::Log { path, errors } => Box::new(LogProbe::new(path, errors)),
            Self::Command(words) => Box::new(CommandProbe::new(words)),
        }
    }
}
