//! Reports for machines, written at the end of a run.

use std::path::PathBuf;

use clap::Args;

use super::help;

/// Files that other programs read.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = help::MACHINES)]
pub(crate) struct ReportArgs {
    /// Write the verdict as JUnit test cases
    ///
    /// A case for each target, each expectation, each rule of the run about itself, each task, and
    /// for what no target judges.
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    pub(crate) junit: Option<PathBuf>,
    /// Write the end of the run as Markdown, for the summary of a CI job
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    pub(crate) md: Option<PathBuf>,
    /// Write everything that the run has come to as one JSON object
    ///
    /// `schema summary` prints its JSON Schema. The JSON of --json is Locust's.
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    pub(crate) summary_json: Option<PathBuf>,
}
