//! What few runs need: ends, threads, seeds, looks at the mix.

use std::time::Duration;

use clap::{ArgAction, Args};
use katydid_core::Silence;

use super::help;
use super::values::{
    parse_count, parse_iterations, parse_processes, parse_seed, parse_stop_timeout,
};

/// Everything under "Other options".
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = help::OTHER)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch")]
pub(crate) struct TuningArgs {
    /// How long users may finish their task at the end [default: 0]
    #[arg(short, long, value_name = "SPAN", value_parser = parse_stop_timeout, allow_negative_numbers = true, hide_short_help = true)]
    pub(crate) stop_timeout: Option<Duration>,
    /// End after so many task executions of all users together
    #[arg(short, long, value_name = "N", value_parser = parse_iterations, allow_negative_numbers = true, hide_short_help = true)]
    pub(crate) iterations: Option<u64>,
    /// Exit code when requests failed and no target judges them [default: 1]
    #[arg(long, value_name = "CODE", hide_short_help = true)]
    pub(crate) exit_code_on_error: Option<u8>,
    /// Exit with 3 when the run says DISTURBED of itself, not only when INVALID
    #[arg(long, hide_short_help = true)]
    pub(crate) strict: bool,
    /// Give every class and every task the weight 1
    #[arg(long, hide_short_help = true)]
    pub(crate) equal_weights: bool,
    /// Threads that make the load [default: one per core, at most one per user]
    #[arg(long, value_name = "N", value_parser = parse_count, allow_negative_numbers = true, hide_short_help = true)]
    pub(crate) threads: Option<u32>,
    /// Locust's word for --threads; -1 is one per core
    #[arg(long, value_name = "N", value_parser = parse_processes, allow_negative_numbers = true, conflicts_with = "threads", hide_short_help = true)]
    pub(crate) processes: Option<i32>,
    /// Reproduce schedule, choices and data of an earlier run with as many threads
    #[arg(long, value_name = "N", value_parser = parse_seed, allow_negative_numbers = true, hide_short_help = true)]
    pub(crate) seed: Option<u64>,
    /// Tell no warning of this name, for a reason that the report shows; repeatable
    ///
    /// docs/RULES.md has the names.
    #[arg(long, value_name = "NAME=REASON", value_parser = str::parse::<Silence>, action = ArgAction::Append, hide_short_help = true)]
    pub(crate) silence: Vec<Silence>,
    /// Print the share that each task has and end
    #[arg(long, hide_short_help = true)]
    pub(crate) show_task_ratio: bool,
    /// The same as JSON
    #[arg(long, hide_short_help = true)]
    pub(crate) show_task_ratio_json: bool,
}
