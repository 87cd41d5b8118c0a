//! The words of the command line: what was typed, not yet what it means.
//!
//! One group of flags per file. Names and meanings are Locust's where Locust has them; what they
//! mean together is decided in `settings.rs`.

mod arrivals;
mod evidence;
mod exports;
mod guards;
mod help;
mod http;
mod later;
mod load;
mod mistake;
mod output;
mod reports;
mod search;
mod select;
mod target;
mod tuning;
mod values;
mod web;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{ArgAction, CommandFactory as _, FromArgMatches as _, Parser};

pub(crate) use arrivals::ArrivalArgs;
use evidence::EvidenceArgs;
pub(crate) use exports::ExportArgs;
use guards::GuardArgs;
pub(crate) use help::examples;
pub(crate) use http::HttpArgs;
use load::LoadArgs;
pub(crate) use mistake::{error as mistake, sentence};
pub(crate) use output::OutputArgs;
pub(crate) use reports::ReportArgs;
pub(crate) use search::SearchArgs;
use select::SelectArgs;
pub(crate) use target::TargetArgs;
use tuning::TuningArgs;
pub(crate) use values::{
    LogLevel, parse_count, parse_factor, parse_rate, parse_requests, parse_share, parse_time,
};
pub(crate) use web::{ABOUT_THE_PAGE, Autoquit, SECRETS_OF_THE_PAGE, WebArgs};

use crate::error::CliError;
use crate::options::{self, Options};
use crate::sources::{self, Known, Setting, Sources, Surroundings};
use crate::suite::Suite;

/// Command line of a suite.
#[derive(Clone, Debug, Parser)]
#[command(
    infer_long_args = true,
    args_override_self = true,
    disable_help_flag = true,
    disable_version_flag = true,
    max_term_width = 100
)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) target: TargetArgs,
    #[command(flatten)]
    pub(crate) load: LoadArgs,
    #[command(flatten)]
    pub(crate) web: WebArgs,
    #[command(flatten)]
    pub(crate) arrivals: ArrivalArgs,
    #[command(flatten)]
    pub(crate) search: SearchArgs,
    #[command(flatten)]
    pub(crate) guards: GuardArgs,
    /// Read more settings from this file
    ///
    /// Flags and the environment override it; it overrides the files that lie about, key by key.
    #[arg(long, value_name = "FILE", help_heading = help::COMMON)]
    pub(crate) config: Option<PathBuf>,
    /// Print every setting with its origin, and end
    #[arg(long, help_heading = help::COMMON)]
    pub(crate) print_settings: bool,
    #[command(flatten)]
    pub(crate) select: SelectArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    #[command(flatten)]
    pub(crate) reports: ReportArgs,
    #[command(flatten)]
    pub(crate) evidence: EvidenceArgs,
    #[command(flatten)]
    pub(crate) exports: ExportArgs,
    #[command(flatten)]
    pub(crate) http: HttpArgs,
    #[command(flatten)]
    pub(crate) tuning: TuningArgs,
    /// Print help: -h briefly, --help in full
    #[arg(short, long, action = ArgAction::Help, help_heading = help::OTHER)]
    help: Option<bool>,
    /// Print the version
    #[arg(short = 'V', long, action = ArgAction::Version, help_heading = help::OTHER)]
    version: Option<bool>,
    /// Where each setting comes from.
    #[arg(skip)]
    pub(crate) sources: Sources,
    /// The values of the suite's own options.
    #[arg(skip)]
    pub(crate) options: Options,
    /// The command line that means the same, where that is not the one of the program.
    #[arg(skip)]
    pub(crate) again: Option<Vec<OsString>>,
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
        let taken = built_in(suite).args(later::LATER.iter().map(later::Later::arg));
        options::check(suite, &taken)?;
        let command = command(suite);
        let mistake = |fault| mistake::error(fault, &command);
        let typed = command.clone().try_get_matches_from(words).map_err(mistake)?;
        let known = Known::new(command.clone(), options::variables(suite));
        let mut sources = sources::merge(&known, &typed, around)?;
        later::refuse(&mut sources)?;
        let words = sources.typed_out(&known, words);
        Self::of(suite, &command, words, sources)
    }

    /// These arguments with a `layer` above all of them, and without the options that are `removed`:
    /// what a person wants of one run of a session.
    ///
    /// # Errors
    /// As for [`read`](Self::read).
    pub(crate) fn with(
        &self,
        suite: &Suite,
        layer: Vec<Setting>,
        removed: &[&str],
    ) -> Result<Self, CliError> {
        let command = command(suite);
        let known = Known::new(command.clone(), options::variables(suite));
        let sources = self.sources.under(&known, layer, removed)?;
        let words = sources.words(&known, suite.name.as_str());
        let args = Self::of(suite, &command, words, sources)?;
        Ok(Self { again: Some(args.as_headless(suite)), ..args })
    }

    /// The command line of a headless run that means the same: what is said of a page is left out.
    pub(crate) fn as_headless(&self, suite: &Suite) -> Vec<OsString> {
        self.sources.as_typed(&Self::known(suite), suite.name.as_str())
    }

    fn of(
        suite: &Suite,
        command: &clap::Command,
        words: Vec<OsString>,
        sources: Sources,
    ) -> Result<Self, CliError> {
        let mistake = |fault| mistake::error(fault, command);
        let matches = command.clone().try_get_matches_from(words).map_err(mistake)?;
        let args = Self::from_arg_matches(&matches).map_err(mistake)?;
        let options = Options::read(suite, &matches);
        Ok(Self { sources, options, ..args })
    }

    /// What can be set, as these arguments were read.
    pub(crate) fn known(suite: &Suite) -> Known {
        Known::new(command(suite), options::variables(suite))
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
    visible(suite).args(later::LATER.iter().map(later::Later::arg))
}

/// The parser without the options that are only there to be refused: what people, shells and man
/// pages are told of.
pub(crate) fn visible(suite: &Suite) -> clap::Command {
    let own = suite.options.iter().map(|option| option.arg(&suite.name));
    help::describe(suite, built_in(suite).args(own))
}

/// What means nothing beside an arrival rate.
const EXCLUDED: [&str; 6] = ["users", "spawn_rate", "stages", "steps", "iterations", "reset_stats"];

fn built_in(suite: &Suite) -> clap::Command {
    let command = ArrivalArgs::exclude(Args::command(), &EXCLUDED);
    crate::commands::describe(suite, command)
        .name(suite.name.clone())
        .bin_name(suite.name.clone())
        .version(concat!("(katydid ", env!("CARGO_PKG_VERSION"), ")"))
}
