//! What is loaded.

use std::path::PathBuf;

use clap::{ArgAction, Args};

use super::help;
use super::values::parse_count as parse_pid;

/// The target and its accounts.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct TargetArgs {
    /// Target, e.g. http://localhost:5000
    ///
    /// Or the name of a host in the plan.
    #[arg(short = 'H', long, value_name = "URL", help_heading = help::COMMON)]
    pub(crate) host: Option<String>,
    /// Let the load go to the plan's host `production`
    #[arg(long, help_heading = help::COMMON, hide_short_help = true)]
    pub(crate) allow_production: bool,
    /// Start the suite's own backend and load that
    #[arg(long, conflicts_with_all = ["host", "accounts"], help_heading = help::COMMON)]
    pub(crate) embedded: bool,
    /// Watch this local process, with its children: CPU, memory, threads, descriptors; repeatable
    ///
    /// Without it that of --embedded is watched, or the one that listens on a loopback host, if it
    /// can be told. Drift of memory is judged on each.
    #[arg(long, value_name = "PID", action = ArgAction::Append, value_parser = parse_pid, allow_negative_numbers = true, help_heading = help::COMMON, hide_short_help = true)]
    pub(crate) watch_pid: Vec<u32>,
    /// Accounts that the users log in with
    #[arg(long, value_name = "FILE", help_heading = help::COMMON)]
    pub(crate) accounts: Option<PathBuf>,
}
