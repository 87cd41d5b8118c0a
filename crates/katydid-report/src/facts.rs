//! What the reports that machines read are made from.

use std::path::PathBuf;
use std::time::SystemTime;

use katydid_core::{Diagnosis, Snapshot, Verdict, Warnings};

/// A run that has ended, with all that JUnit, JSON and Markdown say of it: plain data, of a live
/// run or of a saved one. Nothing of it may be secret.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// What ran, where and how.
    pub run: RunInfo<'a>,
    /// The state at the end of the run.
    pub snapshot: &'a Snapshot,
    /// What is said of it.
    pub verdict: &'a Verdict,
    /// Known mistakes of the run.
    pub warnings: &'a Warnings,
    /// What the run shows of the target.
    pub diagnosis: &'a [Diagnosis],
    /// What was said while it went on.
    pub said: &'a [String],
    /// Files that were written before.
    pub files: &'a [PathBuf],
}

/// What ran, where and how.
#[derive(Clone, Copy, Debug)]
pub struct RunInfo<'a> {
    /// Name of the suite.
    pub suite: &'a str,
    /// The scenario, if one was named.
    pub scenario: Option<&'a str>,
    /// The host, or hosts.
    pub host: &'a str,
    /// When the run began.
    pub started: SystemTime,
    /// Executor threads.
    pub threads: usize,
    /// The seed.
    pub seed: u64,
    /// A run that is DISTURBED does not count (`--strict`).
    pub strict: bool,
    /// The version of Katydid that made the run.
    pub version: &'a str,
    /// The machine that made the load.
    pub machine: MachineInfo<'a>,
}

/// The machine that made the load.
#[derive(Clone, Copy, Debug)]
pub struct MachineInfo<'a> {
    /// Its name in the network.
    pub name: &'a str,
    /// `linux`.
    pub os: &'a str,
    /// `x86_64`.
    pub arch: &'a str,
    /// CPUs that the run could use.
    pub cores: usize,
}
