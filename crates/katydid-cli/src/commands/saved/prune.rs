//! `runs prune`: removes the folders of old runs, after saying which.

use std::fs;
use std::time::{Duration, SystemTime};

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use katydid_core::{counted, exit, parse_span};
use katydid_store::{Found, Runs};

use super::wrong_run;
use crate::error::CliError;
use crate::guards::confirm;

/// The words of the command.
pub(super) fn parser(name: &'static str) -> Command {
    Command::new(name)
        .about("Remove old runs; it says which, and asks first")
        .arg(
            Arg::new("keep")
                .long("keep")
                .value_name("N")
                .value_parser(value_parser!(usize))
                .help("Keep the latest N runs"),
        )
        .arg(
            Arg::new("older")
                .long("older-than")
                .value_name("SPAN")
                .value_parser(|text: &str| parse_span(text).map_err(|fault| fault.to_string()))
                .help("Remove only what began longer ago: 720h"),
        )
        .arg(Arg::new("yes").long("yes").action(ArgAction::SetTrue).help("Do not ask"))
        .group(clap::ArgGroup::new("which").args(["keep", "older"]).required(true).multiple(true))
}

/// Removes what is wanted.
pub(super) fn run(runs: &Runs, matches: &ArgMatches) -> Result<u8, CliError> {
    let all = runs.all().map_err(|fault| wrong_run(&fault))?;
    let keep = matches.get_one::<usize>("keep").copied().unwrap_or_default();
    let older = matches.get_one::<Duration>("older").copied();
    let old = &all[..all.len().saturating_sub(keep)];
    let old: Vec<&Found> =
        old.iter().filter(|run| older.is_none_or(|age| is_older(run, age))).collect();
    let mut text: String = old
        .iter()
        .map(|run| format!("{}  {:.1} KiB\n", run.name, run.size() as f64 / 1024.0))
        .collect();
    if old.is_empty() {
        text = format!("nothing to remove: {} kept\n", counted(all.len(), "run"));
    }
    super::super::print(text.as_bytes())?;
    if old.is_empty() {
        return Ok(exit::PASS);
    }
    let question = format!("Remove {} of {}?", old.len(), counted(all.len(), "run"));
    if !matches.get_flag("yes") && !confirm(&question)? {
        return Ok(exit::INTERRUPTED);
    }
    for run in old {
        fs::remove_dir_all(&run.folder).map_err(|fault| CliError::File {
            what: "run",
            path: run.folder.clone(),
            fault,
        })?;
    }
    Ok(exit::PASS)
}

/// Whether a run began longer ago than `age`. One that does not say when is not old.
fn is_older(run: &Found, age: Duration) -> bool {
    let Ok((header, _)) = run.ends() else { return false };
    SystemTime::now().duration_since(header.started).is_ok_and(|since| since > age)
}
