//! The open model: task starts at a rate of their own.

use clap::{Args, Command, ValueEnum};
use katydid_core::ArrivalRate;
use katydid_engine::{Arrivals, Spacing, WhenFull};

use super::help;
use super::values::parse_count;
use crate::error::CliError;

/// Rate, spacing and bounds of the starts.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = help::ARRIVALS)]
pub(crate) struct ArrivalArgs {
    /// In place of users: tasks start at this rate, 100/s
    ///
    /// The open model: a task starts when it is due, whether or not earlier ones have ended. Users
    /// are made as they are needed, and waits between tasks count for nothing. Response times go
    /// from the moment a task was due.
    #[arg(long, value_name = "RATE", value_parser = parse_arrival_rate, allow_negative_numbers = true, help_heading = help::COMMON)]
    arrival_rate: Option<ArrivalRate>,
    /// The same with stages and ramps: 100/s:1m,100/s..500/s:2m
    #[arg(long, value_name = "STAGES", value_parser = parse_arrival_stages, hide_short_help = true)]
    arrival_stages: Option<ArrivalRate>,
    /// How the starts lie in time: evenly, or at random with the same rate [default: uniform]
    #[arg(long, value_name = "SPACING", hide_short_help = true)]
    arrivals: Option<SpacingName>,
    /// The most tasks at work at one time [default: 500]
    #[arg(long, value_name = "N", value_parser = parse_count, allow_negative_numbers = true, hide_short_help = true)]
    max_in_flight: Option<u32>,
    /// A start that is due while so many are at work waits for its turn, which is part of its
    /// response time, or is dropped and counted [default: queue]
    #[arg(long, value_name = "POLICY", hide_short_help = true)]
    when_full: Option<WhenFullName>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum SpacingName {
    /// Evenly.
    Uniform,
    /// At random, reproducible by --seed.
    Poisson,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum WhenFullName {
    /// It waits.
    Queue,
    /// It is dropped.
    Drop,
}

impl ArrivalArgs {
    /// The open model, if one is wanted.
    ///
    /// # Errors
    /// A detail of it without a rate.
    pub(crate) fn resolve(&self) -> Result<Option<Arrivals>, CliError> {
        let Some(rate) = self.arrival_rate.as_ref().or(self.arrival_stages.as_ref()) else {
            let details = [
                (self.arrivals.is_some(), "--arrivals"),
                (self.max_in_flight.is_some(), "--max-in-flight"),
                (self.when_full.is_some(), "--when-full"),
            ];
            return match details.into_iter().find(|(set, _)| *set) {
                None => Ok(None),
                Some((_, option)) => Err(CliError::Usage(format!(
                    "{option} belongs to a run with an arrival rate; add --arrival-rate 100/s"
                ))),
            };
        };
        let mut arrivals = Arrivals::new(rate.clone());
        arrivals = arrivals.spacing(match self.arrivals {
            Some(SpacingName::Poisson) => Spacing::Poisson,
            Some(SpacingName::Uniform) | None => Spacing::Uniform,
        });
        arrivals = arrivals.when_full(match self.when_full {
            Some(WhenFullName::Drop) => WhenFull::Drop,
            Some(WhenFullName::Queue) | None => WhenFull::Queue,
        });
        if let Some(most) = self.max_in_flight {
            arrivals = arrivals.max_in_flight(most);
        }
        Ok(Some(arrivals))
    }

    /// Says to the parser what a rate excludes: `others`, by their ids.
    pub(crate) fn exclude(command: Command, others: &'static [&'static str]) -> Command {
        command
            .mut_arg("arrival_rate", |arg| {
                arg.conflicts_with_all(others).conflicts_with("arrival_stages")
            })
            .mut_arg("arrival_stages", |arg| arg.conflicts_with_all(others))
    }
}

fn parse_arrival_rate(text: &str) -> Result<ArrivalRate, String> {
    let rate: ArrivalRate =
        text.parse().map_err(|error: katydid_core::RateError| error.to_string())?;
    match rate.length() {
        None => Ok(rate),
        Some(_) => Err("is one rate; stages go to --arrival-stages".to_owned()),
    }
}

fn parse_arrival_stages(text: &str) -> Result<ArrivalRate, String> {
    let rate: ArrivalRate =
        text.parse().map_err(|error: katydid_core::RateError| error.to_string())?;
    match rate.length() {
        Some(_) => Ok(rate),
        None => Err("has no length; write stages as 100/s:1m,100/s..500/s:2m".to_owned()),
    }
}
