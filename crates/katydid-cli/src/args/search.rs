//! The search for the highest load that holds: numbers of a scenario with `search = "capacity"`.

use std::time::Duration;

use clap::Args;
use katydid_core::CapacityPlan;

use super::help;
use super::values::{parse_count, parse_factor, parse_share, parse_time};

/// How the search goes about it.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = help::SEARCH)]
pub(crate) struct SearchArgs {
    /// Users of the first probe [default: 10]
    ///
    /// These are about a scenario that searches (search = "capacity"): probes climb from few users
    /// until a target breaks, then halve the gap and repeat both sides of it. --users is the most
    /// that is tried, --run-time the longest that the whole search may take.
    #[arg(long, value_name = "N", value_parser = parse_count, allow_negative_numbers = true, hide_short_help = true)]
    from: Option<u32>,
    /// How many times more users the next probe of the climb has [default: 2]
    #[arg(long, value_name = "X", value_parser = parse_factor, allow_negative_numbers = true, hide_short_help = true)]
    factor: Option<f64>,
    /// How long a probe measures, once its users have done a task each [default: 30s]
    #[arg(long, value_name = "SPAN", value_parser = parse_time, allow_negative_numbers = true, hide_short_help = true)]
    step_time: Option<Duration>,
    /// By how much the load that broke may lie above the one that held [default: 10%]
    #[arg(long, value_name = "SHARE", value_parser = parse_share, allow_negative_numbers = true, hide_short_help = true)]
    precision: Option<f64>,
}

impl SearchArgs {
    /// The options, in the order of the help.
    pub(crate) const NAMES: [&str; 4] = ["from", "factor", "step-time", "precision"];

    /// A scenario's search with the numbers that are said here.
    pub(crate) fn over(&self, plan: CapacityPlan) -> CapacityPlan {
        CapacityPlan {
            from: self.from.unwrap_or(plan.from),
            factor: self.factor.unwrap_or(plan.factor),
            step_time: self.step_time.unwrap_or(plan.step_time),
            precision: self.precision.unwrap_or(plan.precision),
        }
    }
}
