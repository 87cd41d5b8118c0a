//! What is printed and stored.

use std::path::PathBuf;

use clap::Args;

use super::values::{LogLevel, parse_not_empty};

/// Reports and log.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct OutputArgs {
    /// Write PREFIX_stats.csv, _stats_history.csv, _failures.csv and _exceptions.csv
    #[arg(long, value_name = "PREFIX", value_parser = parse_not_empty)]
    pub(crate) csv: Option<String>,
    /// Write a row for each name each second, not only the totals; needs --csv
    #[arg(long)]
    pub(crate) csv_full_history: bool,
    /// Write a page with the tables of the end; {u}, {r} and {t} in its name become users, rate
    /// and seconds
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    /// Print the statistics as JSON on stdout at the end
    #[arg(long)]
    pub(crate) json: bool,
    /// Write the statistics as NAME.json
    #[arg(long, value_name = "NAME", value_parser = parse_not_empty)]
    pub(crate) json_file: Option<String>,
    /// Print tables during the run, also with the live page
    #[arg(long)]
    pub(crate) print_stats: bool,
    /// Print no table before the end of the run
    #[arg(long)]
    pub(crate) only_summary: bool,
    /// Print neither log nor tables
    #[arg(long)]
    pub(crate) skip_log_setup: bool,
    /// What is logged [default: INFO]
    #[arg(short = 'L', long, value_name = "LEVEL", value_enum, ignore_case = true)]
    pub(crate) loglevel: Option<LogLevel>,
    /// Write the log to this file instead of stderr
    #[arg(long, value_name = "FILE")]
    pub(crate) logfile: Option<PathBuf>,
    /// Exit code when requests failed and no target judges them [default: 1]
    #[arg(long, value_name = "CODE")]
    pub(crate) exit_code_on_error: Option<u8>,
}
