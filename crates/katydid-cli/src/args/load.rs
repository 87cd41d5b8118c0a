//! How much load, for how long.

use std::time::Duration;

use clap::Args;

use super::values::{parse_count, parse_iterations, parse_processes, parse_rate};
use super::values::{parse_run_time, parse_stop_timeout};

/// Users, rate and time.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct LoadArgs {
    /// Start at once and without the live page
    #[arg(long)]
    pub(crate) headless: bool,
    /// Open the live page although a file or the environment says headless
    #[arg(long, hide = true)]
    pub(crate) headful: bool,
    /// Run a recipe with its numbers and targets; implies --headless, other flags override it
    #[arg(long, value_name = "NAME")]
    pub(crate) scenario: Option<String>,
    /// Users [default: 1]
    #[arg(short, long, value_name = "N", value_parser = parse_count, allow_negative_numbers = true)]
    pub(crate) users: Option<u32>,
    /// Users started per second [default: 1]
    #[arg(short = 'r', long, value_name = "RATE", value_parser = parse_rate, allow_negative_numbers = true)]
    pub(crate) spawn_rate: Option<f64>,
    /// End after this time (90, 20s, 3m, 1h30m) [default: run until Ctrl-C]
    #[arg(short = 't', long, value_name = "SPAN", value_parser = parse_run_time, allow_negative_numbers = true)]
    pub(crate) run_time: Option<Duration>,
    /// How long users may finish the task they are in at the end of the run [default: 0]
    #[arg(short, long, value_name = "SPAN", value_parser = parse_stop_timeout, allow_negative_numbers = true)]
    pub(crate) stop_timeout: Option<Duration>,
    /// End after this many task executions of all users together
    #[arg(short, long, value_name = "N", value_parser = parse_iterations, allow_negative_numbers = true)]
    pub(crate) iterations: Option<u64>,
    /// Begin the statistics anew when all users have started
    #[arg(long)]
    pub(crate) reset_stats: bool,
    /// Threads that make the load [default: one per core, at most one per user]
    #[arg(long, value_name = "N", value_parser = parse_count, allow_negative_numbers = true)]
    pub(crate) threads: Option<u32>,
    /// Locust's word for --threads; -1 is one per core
    #[arg(long, value_name = "N", value_parser = parse_processes, allow_negative_numbers = true, conflicts_with = "threads")]
    pub(crate) processes: Option<i32>,
    /// Reproduce schedule, choices and data of an earlier run with as many threads
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
}
