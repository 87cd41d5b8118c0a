//! What is loaded.

use std::path::PathBuf;

use clap::Args;

use super::help;

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
    /// Accounts that the users log in with
    #[arg(long, value_name = "FILE", help_heading = help::COMMON)]
    pub(crate) accounts: Option<PathBuf>,
}
