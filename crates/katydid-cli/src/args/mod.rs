//! The words of the command line: what was typed, not yet what it means.
//!
//! One group of flags per file. Names and meanings are Locust's where Locust has them; what they
//! mean together is decided in `settings.rs`.

mod http;
mod later;
mod load;
mod mistake;
mod output;
mod select;
mod target;
mod values;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{CommandFactory as _, FromArgMatches as _, Parser};

pub(crate) use http::HttpArgs;
pub(crate) use load::LoadArgs;
pub(crate) use mistake::sentence;
pub(crate) use output::OutputArgs;
use select::SelectArgs;
pub(crate) use target::TargetArgs;
pub(crate) use values::{LogLevel, parse_count, parse_rate, parse_time};

use crate::error::CliError;
use crate::options::{self, Options};
use crate::sources::{self, Known, Sources, Surroundings};
use crate::suite::{AccountsUse, Suite};

/// Command line of a suite.
#[derive(Clone, Debug, Parser)]
#[command(
    infer_long_args = true,
    args_override_self = true,
    disable_version_flag = true,
    max_term_width = 100
)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) select: SelectArgs,
    #[command(flatten)]
    pub(crate) load: LoadArgs,
    #[command(flatten)]
    pub(crate) target: TargetArgs,
    #[command(flatten)]
    pub(crate) http: HttpArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    /// Read more settings from this file; flags and the environment override it
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Print every setting, its value and where that comes from, and end
    #[arg(long)]
    pub(crate) print_settings: bool,
    /// Print the version and end
    #[arg(short = 'V', long, action = clap::ArgAction::Version)]
    version: Option<bool>,
    /// Where each setting comes from.
    #[arg(skip)]
    pub(crate) sources: Sources,
    /// The values of the suite's own options.
    #[arg(skip)]
    pub(crate) options: Options,
}

impl Args {
    /// Reads `words`, the first of which is the name of the binary, and what lies around them.
    ///
    /// # Errors
    /// clap's text for words that do not parse, and for `--help` and `--version`; whatever cannot
    /// be meant in a file or in the environment; an option without an effect.
    pub(crate) fn read(
        suite: &Suite,
        words: &[OsString],
        around: &Surroundings,
    ) -> Result<Self, CliError> {
        options::check(suite, &built_in(suite))?;
        let command = command(suite);
        let typed = command.clone().try_get_matches_from(words).map_err(mistake::error)?;
        let known = Known::new(command.clone(), options::variables(suite));
        let mut sources = sources::merge(&known, &typed, around)?;
        later::refuse(&mut sources)?;
        let words = sources.into_words(&known, words);
        let matches = command.try_get_matches_from(words).map_err(mistake::error)?;
        let args = Self::from_arg_matches(&matches).map_err(mistake::error)?;
        let options = Options::read(suite, &matches);
        Ok(Self { sources, options, ..args })
    }

    /// The text of `--print-settings`.
    pub(crate) fn settings_text(&self, suite: &Suite) -> String {
        let known = Known::new(command(suite), Vec::new());
        crate::settings::print(suite, self, &known)
    }

    /// Name, value and origin of every option, secrets masked.
    pub(crate) fn settings_rows(&self, suite: &Suite) -> Vec<[String; 3]> {
        crate::settings::print_rows(suite, self, &Known::new(command(suite), Vec::new()))
    }
}

/// The parser, with the names that only the suite knows.
pub(crate) fn command(suite: &Suite) -> clap::Command {
    built_in(suite).args(suite.options.iter().map(|option| option.arg(&suite.name)))
}

fn built_in(suite: &Suite) -> clap::Command {
    let mut command = crate::commands::describe(suite, Args::command())
        .name(suite.name.clone())
        .version(concat!("(katydid ", env!("CARGO_PKG_VERSION"), ")"))
        .about(suite.about.clone())
        .args(later::LATER.iter().map(later::Later::arg))
        .after_help(known_names(suite));
    if suite.embedded.is_none() {
        command = command.mut_arg("embedded", |flag| flag.hide(true));
    }
    if suite.accounts == AccountsUse::NotUsed {
        command = command.mut_arg("accounts", |flag| flag.hide(true));
    }
    if suite.scenarios.is_empty() {
        command = command.mut_arg("scenario", |flag| flag.hide(true));
    }
    command
}

fn known_names(suite: &Suite) -> String {
    let mut text = "User classes:".to_owned();
    for class in &suite.classes {
        text += &format!("\n  {}  {}", class.name(), class.about());
    }
    let tags = suite.tags();
    if !tags.is_empty() {
        text += &format!("\n\nTags: {}", tags.join(", "));
    }
    if !suite.scenarios.is_empty() {
        text += "\n\nScenarios:";
    }
    for scenario in &suite.scenarios {
        let (users, rate, time) = (scenario.users, scenario.spawn_rate, scenario.run_time);
        let time = katydid_core::format_span(time);
        text += &format!(
            "\n  {}  {users} users at {rate}/s for {time}. {}",
            scenario.name, scenario.purpose
        );
    }
    text + "\n\nEverything for people goes to stderr; --list, --help and --version to stdout.\n\
            Exit codes: 0 pass, 1 requests failed, 2 wrong use, 3 run invalid, 70 a report could \
            not be written, 99 target missed, 130 interrupted."
}
