//! What is printed and stored.

use clap::Args;

use super::values::LogLevel;

/// Reports and log.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Reports")]
pub(crate) struct OutputArgs {
    /// Write PREFIX_stats.csv, _stats_history.csv, _failures.csv and _exceptions.csv
    #[arg(long, value_name = "PREFIX")]
    pub(crate) csv: Option<String>,
    /// Print no table before the end of the run
    #[arg(long)]
    pub(crate) only_summary: bool,
    /// What is logged [default: INFO]
    #[arg(short = 'L', long, value_name = "LEVEL", value_enum, ignore_case = true)]
    pub(crate) loglevel: Option<LogLevel>,
    /// Exit code when requests failed and no target judges them [default: 1]
    #[arg(long, value_name = "CODE")]
    pub(crate) exit_code_on_error: Option<u8>,
}
