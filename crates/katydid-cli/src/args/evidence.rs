//! What is kept of single requests, and what of it nobody may see.

use std::path::PathBuf;

use clap::{ArgAction, Args};

use super::help;
use super::values::{parse_count, parse_name};

/// Exemplars, the log of failures, secrets, traces.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = help::EVIDENCE)]
pub(crate) struct EvidenceArgs {
    /// Write every failure to this file: a line of JSON with request, answer and curl command
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    pub(crate) log_failures: Option<PathBuf>,
    /// Most failures written per second [default: 100]
    ///
    /// The last line of the file and a warning say how many were not.
    #[arg(long, value_name = "N", value_parser = parse_count, allow_negative_numbers = true, hide_short_help = true)]
    pub(crate) log_failures_rate: Option<u32>,
    /// Mask the values of these names, too, wherever a request is shown
    ///
    /// Names of headers, JSON keys, form fields, query parameters, separated by commas. Passwords,
    /// tokens, cookies, keys and the like are masked anyway.
    #[arg(long, value_name = "NAME", value_parser = parse_name, action = ArgAction::Append, value_delimiter = ',', hide_short_help = true)]
    pub(crate) mask: Vec<String>,
    /// Send a traceparent header (W3C) with every request, to find it in a tracing system
    #[arg(long, hide_short_help = true)]
    pub(crate) traceparent: bool,
}
