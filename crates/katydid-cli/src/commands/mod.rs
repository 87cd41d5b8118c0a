//! Commands: first words that do something else than a run (`init`, `completions`, `man`, and
//! those that a suite brings along).
//!
//! A command is the *first* word; everything else on the command line belongs to it. Only its name
//! and its sentence are known to the parser of runs, for `--help`, man page and completions.

mod generated;
mod init;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Command;
use clap_complete::Shell;

use crate::args;
use crate::error::CliError;
use crate::suite::Suite;

/// Runs the command that the first word names, if it does.
pub(crate) fn run(suite: &Suite, words: &[OsString]) -> Option<Result<ExitCode, CliError>> {
    let name = words.get(1)?.to_str()?;
    if let Some(own) = suite.commands.iter().find(|own| own.name == name) {
        return Some(Ok((own.run)(words[2..].to_vec())));
    }
    BUILT_IN.contains(&name).then(|| built_in(suite, words).map(ExitCode::from))
}

/// The names of all commands.
pub(crate) fn names(suite: &Suite) -> impl Iterator<Item = &str> + Clone {
    BUILT_IN.into_iter().chain(suite.commands.iter().map(|own| own.name.as_str()))
}

/// Adds the commands to the parser of runs.
pub(crate) fn describe(suite: &Suite, command: Command) -> Command {
    let own = suite.commands.iter().map(|own| {
        // Its words are its own business, `--help` included.
        Command::new(own.name.clone()).about(own.about.clone()).disable_help_flag(true)
    });
    command
        .args_conflicts_with_subcommands(true)
        .disable_help_subcommand(true)
        .subcommand_value_name("COMMAND")
        .subcommands(built_in_parsers())
        .subcommands(own)
}

const INIT: &str = "init";
const COMPLETIONS: &str = "completions";
const MAN: &str = "man";
const BUILT_IN: [&str; 3] = [INIT, COMPLETIONS, MAN];

fn built_in_parsers() -> [Command; 3] {
    let shell = clap::Arg::new("SHELL")
        .help("The shell that they are for")
        .required(true)
        .value_parser(clap::value_parser!(Shell));
    [
        Command::new(INIT).about("Write a commented locust.conf to start from"),
        Command::new(COMPLETIONS).about("Print completions for a shell").arg(shell),
        Command::new(MAN).about("Print the man page (roff)"),
    ]
}

fn built_in(suite: &Suite, words: &[OsString]) -> Result<u8, CliError> {
    let matches = args::command(suite).try_get_matches_from(words).map_err(CliError::Words)?;
    match matches.subcommand() {
        Some((INIT, _)) => init::init(suite)?,
        Some((COMPLETIONS, matches)) => {
            let shell = matches.get_one::<Shell>("SHELL").expect("clap requires it");
            generated::completions(suite, *shell)?;
        }
        Some((MAN, _)) => generated::man_page(suite)?,
        _ => unreachable!("the first word is the name of one of these"),
    }
    Ok(katydid_core::exit::PASS)
}
