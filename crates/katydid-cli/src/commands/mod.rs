//! What is asked for instead of a run: commands (`init`, `completions`, `man`, `plan`, `schema`, and
//! those that a suite brings along) and flags that only look (`--list`, `--show-task-ratio`).
//!
//! A command is the *first* word; everything else on the command line belongs to it. Only its name
//! and its sentence are known to the parser of runs, for `--help`, man page and completions.

mod generated;
mod init;
mod list;
mod plan;
pub(crate) mod ratio;
mod saved;
mod schema;
mod web_password;

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::Command;
use clap_complete::Shell;

use crate::args::{self, Args};
use crate::error::CliError;
use crate::selection;
use crate::settings::{self, OutputSettings};
use crate::suite::Suite;

/// Runs the command that the first word names, if it does.
pub(crate) fn run(suite: &mut Suite, words: &[OsString]) -> Option<Result<ExitCode, CliError>> {
    if let Err(fault) = check(suite) {
        return Some(Err(fault));
    }
    let name = words.get(1)?.to_str()?;
    if let Some(own) = suite.commands.iter().find(|own| own.name == name) {
        return Some(Ok((own.run)(words[2..].to_vec())));
    }
    BUILT_IN.contains(&name).then(|| built_in(suite, words).map(ExitCode::from))
}

/// Runs the command that the first word names in a program without a suite, if it does.
pub(crate) fn run_without_suite(words: &[OsString]) -> Option<Result<u8, CliError>> {
    let name = words.get(1)?.to_str()?;
    let parser = saved::parsers().into_iter().find(|parser| parser.get_name() == name)?;
    let parser = parser.bin_name(format!("katydid {name}"));
    let read = parser.clone().try_get_matches_from(&words[1..]);
    Some(match read {
        Ok(matches) => saved::run(name, &matches),
        Err(fault) => Err(args::mistake(fault, &parser)),
    })
}

/// Finds names that could not be typed, or would mean two things.
fn check(suite: &Suite) -> Result<(), CliError> {
    let classes = suite.classes.iter().map(|class| &**class.name());
    let mut seen: BTreeSet<&str> = BUILT_IN.into_iter().chain(classes).collect();
    for name in suite.commands.iter().map(|own| own.name.as_str()) {
        if name.is_empty() || name.starts_with('-') || name.contains(char::is_whitespace) {
            return Err(CliError::Usage(format!(
                "the suite's command `{name}` cannot be typed: name it in one word without a dash \
                 before it"
            )));
        }
        if !seen.insert(name) {
            return Err(CliError::Usage(format!(
                "the suite's command `{name}` has the name of another command or of a user class; \
                 rename it"
            )));
        }
    }
    Ok(())
}

/// Prints what the flags want to see instead of a run; `None` when they want a run.
pub(crate) fn look(suite: &Suite, args: &Args) -> Result<Option<u8>, CliError> {
    let wanted = OutputSettings::resolve(args)?;
    let scenario = settings::scenario(suite, args.load.scenario.as_deref())?;
    let args = &selection::with_scenario(args, scenario.as_ref());
    if wanted.list {
        list::list(suite, wanted.verbose)?;
    } else if args.load.list_scenarios {
        list::scenarios(suite)?;
    } else if wanted.show_task_ratio {
        ratio::show(&selection::select(suite, args)?.classes, args.load.users)?;
    } else if wanted.show_task_ratio_json {
        ratio::show_json(&selection::select(suite, args)?.classes, args.load.users)?;
    } else {
        return Ok(None);
    }
    Ok(Some(katydid_core::exit::PASS))
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
const PLAN: &str = "plan";
const SCHEMA: &str = "schema";
const WEB_PASSWORD: &str = "web-password";
const BUILT_IN: [&str; 10] = [
    INIT,
    COMPLETIONS,
    MAN,
    PLAN,
    SCHEMA,
    saved::RUNS_COMMAND,
    saved::REPORT,
    saved::COMPARE,
    saved::BASELINE,
    WEB_PASSWORD,
];

fn built_in_parsers() -> [Command; 10] {
    let [runs, report, compare, baseline] = saved::parsers();
    let shell = clap::Arg::new("SHELL")
        .help("The shell that they are for")
        .required(true)
        .value_parser(clap::value_parser!(Shell));
    [
        Command::new(INIT).about("Write a commented locust.conf to start from"),
        Command::new(COMPLETIONS).about("Print completions for a shell").arg(shell),
        Command::new(MAN).about("Print the man page (roff)"),
        plan::parser(PLAN),
        schema::parser(SCHEMA),
        runs,
        report,
        compare,
        baseline,
        Command::new(WEB_PASSWORD)
            .about("Print the hash of a password for --web-account")
            .hide(true),
    ]
}

fn built_in(suite: &mut Suite, words: &[OsString]) -> Result<u8, CliError> {
    let command = args::command(suite);
    let read = command.clone().try_get_matches_from(words);
    let matches = read.map_err(|fault| args::mistake(fault, &command))?;
    match matches.subcommand() {
        Some((INIT, _)) => init::init(suite)?,
        Some((COMPLETIONS, matches)) => {
            let shell = matches.get_one::<Shell>("SHELL").expect("clap requires it");
            generated::completions(suite, *shell)?;
        }
        Some((MAN, _)) => generated::man_page(suite)?,
        Some((WEB_PASSWORD, _)) => web_password::run()?,
        Some((PLAN, matches)) => return plan::run(suite, matches),
        Some((SCHEMA, matches)) => return schema::run(matches),
        Some((
            name @ (saved::RUNS_COMMAND | saved::REPORT | saved::COMPARE | saved::BASELINE),
            matches,
        )) => {
            return saved::run(name, matches);
        }
        _ => unreachable!("the first word is the name of one of these"),
    }
    Ok(katydid_core::exit::PASS)
}

fn print(text: &[u8]) -> Result<(), CliError> {
    let mut out = io::stdout().lock();
    match out.write_all(text).and_then(|()| out.flush()) {
        // A reader that has gone (`| head -1`) is no fault.
        Err(fault) if fault.kind() != io::ErrorKind::BrokenPipe => {
            Err(CliError::Output { what: "stdout", fault })
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_has_a_name_of_its_own() {
        let named = |name: &str| {
            let run = |_: Vec<OsString>| ExitCode::SUCCESS;
            let class = katydid_engine::UserClass::<()>::with_default("Shopper");
            check(&Suite::new("x").class(class).command(name, "", run))
                .map_err(|fault| fault.to_string())
        };
        assert_eq!(named("shelves"), Ok(()));
        for (name, text) in [
            ("init", "has the name of another command"),
            ("Shopper", "or of a user class"),
            ("--fill", "cannot be typed"),
            ("fill it", "cannot be typed"),
        ] {
            assert!(named(name).unwrap_err().contains(text), "{name}");
        }
    }
}
