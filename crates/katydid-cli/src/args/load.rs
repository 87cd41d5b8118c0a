//! How much load, for how long.

use std::time::Duration;

use clap::Args;
use katydid_core::parse_span;

use super::values::{parse_count, parse_rate, parse_time};

/// Users, rate and time.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Load")]
pub(crate) struct LoadArgs {
    /// Start at once and without the live page
    #[arg(long)]
    pub(crate) headless: bool,
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
    #[arg(short = 't', long, value_name = "SPAN", value_parser = parse_time, allow_negative_numbers = true)]
    pub(crate) run_time: Option<Duration>,
    /// How long users may finish the task they are in at the end of the run [default: 0]
    #[arg(short, long, value_name = "SPAN", value_parser = parse_span, allow_negative_numbers = true)]
    pub(crate) stop_timeout: Option<Duration>,
    /// Threads that make the load [default: one per core, at most one per user]
    #[arg(long, value_name = "N", value_parser = parse_count, allow_negative_numbers = true)]
    pub(crate) threads: Option<u32>,
    /// Reproduce schedule, choices and data of an earlier run with as many threads
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
}
