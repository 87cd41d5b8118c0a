//! What is loaded.

use std::path::PathBuf;

use clap::Args;

/// The target and its accounts.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct TargetArgs {
    /// Address of the target, e.g. http://localhost:5000
    #[arg(short = 'H', long, value_name = "URL")]
    pub(crate) host: Option<String>,
    /// Start the backend that the suite brings along, and load that
    #[arg(long, conflicts_with = "host")]
    pub(crate) embedded: bool,
    /// File with the accounts that the users log in with
    #[arg(long, value_name = "FILE")]
    pub(crate) accounts: Option<PathBuf>,
}
