//! How much load, for how long.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use katydid_core::Stages;

use super::help;
use super::values::{parse_count, parse_rate, parse_run_time, parse_stages};

/// Users, rate and time.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct LoadArgs {
    /// Run a recipe with its numbers and targets
    ///
    /// It implies --headless unless --autostart or --headful is there; other flags override its
    /// numbers.
    #[arg(long, value_name = "NAME", help_heading = help::COMMON)]
    pub(crate) scenario: Option<String>,
    /// Take scenarios, hosts and targets from this plan [default: the suite's own]
    #[arg(long, value_name = "FILE", help_heading = help::COMMON, hide_short_help = true)]
    pub(crate) plan: Option<PathBuf>,
    /// Print the scenarios and end
    #[arg(long, help_heading = help::COMMON, hide_short_help = true)]
    pub(crate) list_scenarios: bool,
    /// Numbers of users in a row: 10@2/s:2m,300@100/s:5m
    ///
    /// Each stage is USERS@RATE/s:TIME, ramp included; after the last one the run ends. A name may
    /// stand before it, for targets of this stage: surge:300@100/s:5m. It takes the place of users,
    /// rate and time, also of those of a scenario.
    #[arg(long, value_name = "STAGES", value_parser = parse_stages, conflicts_with_all = ["users", "spawn_rate", "run_time"], help_heading = help::COMMON, hide_short_help = true)]
    pub(crate) stages: Option<Stages>,
    /// Climb to the users in so many equal steps, each an equal part of the run time
    ///
    /// Each step is judged by itself, and the end says at which one a target broke (the knee). 1 is
    /// one ramp, as without it.
    #[arg(long, value_name = "N", value_parser = parse_count, allow_negative_numbers = true, conflicts_with = "stages", help_heading = help::COMMON, hide_short_help = true)]
    pub(crate) steps: Option<u32>,
    /// Start at once, without the live page
    #[arg(long, help_heading = help::COMMON)]
    pub(crate) headless: bool,
    /// Open the live page although a file or the environment says headless, or beside --scenario
    #[arg(long, hide = true, help_heading = help::COMMON)]
    pub(crate) headful: bool,
    /// Users [default: 1]
    #[arg(short, long, value_name = "N", value_parser = parse_count, allow_negative_numbers = true, help_heading = help::COMMON)]
    pub(crate) users: Option<u32>,
    /// Users started per second [default: 1]
    #[arg(short = 'r', long, value_name = "RATE", value_parser = parse_rate, allow_negative_numbers = true, help_heading = help::COMMON)]
    pub(crate) spawn_rate: Option<f64>,
    /// Length of the run: 90, 20s, 3m, 1h30m
    ///
    /// Counted from the start, ramp included. Without it the run goes on until Ctrl-C.
    #[arg(short = 't', long, value_name = "SPAN", value_parser = parse_run_time, allow_negative_numbers = true, help_heading = help::COMMON)]
    pub(crate) run_time: Option<Duration>,
}
