//! `schema`: the forms of the files that other programs read.

use clap::{Arg, ArgMatches, Command};
use katydid_core::exit;
use katydid_report::json;

use crate::error::CliError;
use crate::plan;

const SUMMARY: &str = "summary";
const PLAN: &str = "plan";

/// The words of the command.
pub(super) fn parser(name: &'static str) -> Command {
    let what = Arg::new("WHAT")
        .help("summary: the file of --summary-json; plan: plan files")
        .required(true)
        .value_parser([SUMMARY, PLAN]);
    Command::new(name).about("Print the JSON Schema of a file").arg(what)
}

/// Prints what the words name.
pub(super) fn run(matches: &ArgMatches) -> Result<u8, CliError> {
    let text = match matches.get_one::<String>("WHAT").map(String::as_str) {
        Some(PLAN) => format!("{:#}\n", plan::schema()).into_bytes(),
        _ => json::summary_schema(),
    };
    super::print(&text).map(|()| exit::PASS)
}
