//! What keeps a load from doing harm, and what is looked at before it.

use clap::Args;
use katydid_core::RateCap;

use super::help;
use super::values::{parse_amount, parse_contact, parse_requests};

/// Guards and preflight.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = help::GUARDS)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch")]
pub(crate) struct GuardArgs {
    /// Check target, accounts and every task once, and end
    ///
    /// Exit code 0, or 2 when a check has failed. Before a load it is done by itself where the
    /// scenario says so (preflight = true) and for every host that is not loopback.
    #[arg(long, help_heading = help::COMMON)]
    pub(crate) preflight: bool,
    /// Leave out the preflight
    #[arg(long, conflicts_with = "preflight", hide_short_help = true)]
    pub(crate) no_preflight: bool,
    /// Ask no question before the load
    #[arg(short = 'y', long, hide_short_help = true)]
    pub(crate) yes: bool,
    /// Never send more requests than this in any second: 50/s, or 600/m, 9000/h
    ///
    /// All threads together; each has an equal share. What is held back is told in the report: in
    /// the open model it stays due when it was, in the closed model the user comes later.
    #[arg(long, value_name = "CAP", value_parser = str::parse::<RateCap>, allow_negative_numbers = true, hide_short_help = true)]
    pub(crate) max_rate: Option<RateCap>,
    /// Never send more requests than this: the run ends when they are answered
    ///
    /// Redirects, retries, logins and the requests of the preflight are among them.
    #[arg(long, value_name = "N", value_parser = parse_requests, allow_negative_numbers = true, hide_short_help = true)]
    pub(crate) max_requests: Option<u64>,
    /// End when the requests have cost so much, by the price in the plan's [prices]
    ///
    /// What is under way at that moment comes on top.
    #[arg(long, value_name = "AMOUNT", value_parser = parse_amount, allow_negative_numbers = true, hide_short_help = true)]
    pub(crate) max_cost: Option<f64>,
    /// Whom to write to about this load, in the header X-Load-Test of every request
    ///
    /// The header is sent to every host that is not loopback; with this option to any.
    #[arg(long, value_name = "MAIL", value_parser = parse_contact, hide_short_help = true)]
    pub(crate) contact: Option<String>,
    /// Say that the data of the plan's host `production` has a backup
    #[arg(long, hide_short_help = true)]
    pub(crate) backup_confirmed: bool,
}
