//! What is printed and stored.

use std::path::PathBuf;

use clap::Args;

use super::help;
use super::values::{LogLevel, parse_not_empty};

/// Reports and log.
#[derive(Clone, Debug, Default, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of Locust's")]
pub(crate) struct OutputArgs {
    /// Write the four CSV files of this prefix
    ///
    /// PREFIX_stats.csv, PREFIX_stats_history.csv, PREFIX_failures.csv, PREFIX_exceptions.csv; with
    /// the prefix load_test_stats the names of the guide.
    #[arg(long, value_name = "PREFIX", value_parser = parse_not_empty, help_heading = help::STATISTICS)]
    pub(crate) csv: Option<String>,
    /// Write a row for each name each second, not only the totals; needs --csv
    #[arg(long, help_heading = help::STATISTICS, hide_short_help = true)]
    pub(crate) csv_full_history: bool,
    /// Write the report: a page with charts that opens offline
    ///
    /// {u}, {r} and {t} in its name become users, rate and seconds.
    #[arg(long, value_name = "FILE", help_heading = help::STATISTICS)]
    pub(crate) html: Option<PathBuf>,
    /// Do not keep the run in load_test_runs
    ///
    /// A run that is kept can be looked at again, cut and compared: `runs`, `report`, `compare`.
    #[arg(long, help_heading = help::STATISTICS, hide_short_help = true)]
    pub(crate) no_save: bool,
    /// A name for the run, to find it again among those kept
    #[arg(long, value_name = "NAME", value_parser = parse_not_empty, help_heading = help::STATISTICS, hide_short_help = true)]
    pub(crate) profile: Option<String>,
    /// Print the statistics as JSON on stdout at the end
    #[arg(long, help_heading = help::STATISTICS, hide_short_help = true)]
    pub(crate) json: bool,
    /// Write the statistics as NAME.json
    #[arg(long, value_name = "NAME", value_parser = parse_not_empty, help_heading = help::STATISTICS, hide_short_help = true)]
    pub(crate) json_file: Option<String>,
    /// Print tables during the run, as headless runs do anyway
    #[arg(long, help_heading = help::STATISTICS, hide_short_help = true)]
    pub(crate) print_stats: bool,
    /// Show the run on one screen of the terminal: load, times, curves, verdict
    ///
    /// The log comes after the run. p pauses the run and lets it go on, q stops it. Where keyboard or
    /// screen are no terminal, the log says so and goes on.
    #[arg(long, help_heading = help::STATISTICS, hide_short_help = true)]
    pub(crate) tui: bool,
    /// Print no table before the end of the run
    #[arg(long, help_heading = help::STATISTICS, hide_short_help = true)]
    pub(crate) only_summary: bool,
    /// Begin the statistics anew when all users have started
    #[arg(long, help_heading = help::STATISTICS, hide_short_help = true)]
    pub(crate) reset_stats: bool,
    /// Print neither log nor tables
    #[arg(long, help_heading = help::LOGGING, hide_short_help = true)]
    pub(crate) skip_log_setup: bool,
    /// What is logged [default: INFO]
    #[arg(short = 'L', long, value_name = "LEVEL", value_enum, ignore_case = true, help_heading = help::LOGGING, hide_short_help = true)]
    pub(crate) loglevel: Option<LogLevel>,
    /// Write the log to this file instead of stderr
    #[arg(long, value_name = "FILE", help_heading = help::LOGGING, hide_short_help = true)]
    pub(crate) logfile: Option<PathBuf>,
}
