//! Commands about runs that were saved: `runs`, `report`, `compare` and `baseline`. They need no suite.

mod baseline;
mod compare;
mod listing;
mod prune;
mod report;

use std::path::PathBuf;

use clap::{Arg, ArgMatches, Command, value_parser};
use katydid_core::{Snapshot, exit};
use katydid_store::{Cut, Ending, Found, ReadError, Runs, RunsError, Saved, SavedError};

use crate::capacity::PROBES;
use crate::error::CliError;
use crate::files::RUNS;
use crate::outcome::Outcome;
use crate::told::Told;

/// `runs`.
pub(crate) const RUNS_COMMAND: &str = "runs";
/// `report`.
pub(crate) const REPORT: &str = "report";
/// `compare`.
pub(crate) const COMPARE: &str = "compare";
/// `baseline`.
pub(crate) const BASELINE: &str = "baseline";

/// The parsers of all of them.
pub(crate) fn parsers() -> [Command; 4] {
    [
        listing::parser(RUNS_COMMAND).arg(folder().global(true)),
        report::parser(REPORT).arg(folder()),
        compare::parser(COMPARE).arg(folder()),
        baseline::parser(BASELINE).arg(folder().global(true)),
    ]
}

/// Does what the words of one of them ask for.
///
/// # Errors
/// It cannot be done, for the reason told.
pub(crate) fn run(name: &str, matches: &ArgMatches) -> Result<u8, CliError> {
    let folder = matches.get_one::<PathBuf>("DIR").cloned();
    let runs = Runs::new(folder.unwrap_or_else(|| RUNS.into()));
    match name {
        REPORT => return report::run(&runs, matches),
        COMPARE => return compare::run(&runs, matches),
        BASELINE => return baseline::run(&runs, matches),
        _ => {}
    }
    match matches.subcommand() {
        Some(("show", matches)) => {
            let name = matches.get_one::<String>("RUN").expect("clap requires it");
            listing::show(&find(&runs, name)?)?;
        }
        Some(("prune", matches)) => return prune::run(&runs, matches),
        _ => listing::list(&runs)?,
    }
    Ok(exit::PASS)
}

fn folder() -> Arg {
    Arg::new("DIR")
        .long("runs-dir")
        .value_name("DIR")
        .value_parser(value_parser!(PathBuf))
        .help("The folder in which runs are kept [default: load_test_runs]")
}

fn name_of_run() -> Arg {
    Arg::new("RUN").required(true).help(
        "Its folder, the name of its folder or a part of it, `last`, or `last~1` for the one before",
    )
}

fn find(runs: &Runs, name: &str) -> Result<Found, CliError> {
    runs.find(name).map_err(|fault| {
        let folder = runs.clone().with_unsaved().find(name).ok();
        let probes = folder.map(|found| found.folder.join(PROBES)).filter(|it| it.is_dir());
        match probes {
            Some(probes) => CliError::Usage(format!(
                "`{name}` is a search for a capacity; each of its probes is a saved run, in {}",
                probes.display()
            )),
            None => wrong_run(&fault),
        }
    })
}

fn wrong_run(fault: &RunsError) -> CliError {
    CliError::Usage(fault.to_string())
}

/// A saved run with all that its reports say.
pub(crate) struct Reread {
    pub(crate) saved: Saved,
    pub(crate) ending: Ending,
    broken: Option<String>,
}

impl Reread {
    /// Reads a run, or a part of it.
    ///
    /// # Errors
    /// It cannot be read, or has no such part.
    pub(crate) fn open(found: &Found, cut: &Cut) -> Result<Self, CliError> {
        Self::follow(found, cut, &mut |_| {})
    }

    /// As [`open`](Self::open), and shows every tick.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub(crate) fn follow(
        found: &Found,
        cut: &Cut,
        tick: &mut dyn FnMut(&Snapshot),
    ) -> Result<Self, CliError> {
        let saved = Saved::follow(&found.file(), cut, tick);
        saved.map(Self::of).map_err(|fault| wrong_part(found, fault))
    }

    /// The whole run, and a part of it, of which every tick is shown.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub(crate) fn with_part(
        found: &Found,
        cut: &Cut,
        tick: &mut dyn FnMut(&Snapshot),
    ) -> Result<[Self; 2], CliError> {
        let saved = Saved::with_part(&found.file(), cut, tick);
        saved.map(|both| both.map(Self::of)).map_err(|fault| wrong_part(found, fault))
    }

    fn of(saved: Saved) -> Self {
        let (ending, broken) = (saved.ending(), saved.broken());
        Self { saved, ending, broken }
    }

    /// What its reports are made of.
    pub(crate) fn told(&self) -> Told<'_> {
        Told {
            header: &self.saved.header,
            snapshot: &self.saved.snapshot,
            ending: &self.ending,
            broken: self.broken.as_deref(),
        }
    }

    /// What came of it.
    pub(crate) fn result(&self) -> Outcome {
        crate::outcome::result(&self.told().verdict(), &self.saved.snapshot)
    }
}

fn wrong_part(found: &Found, fault: SavedError) -> CliError {
    match fault {
        SavedError::Cut(fault) => CliError::Usage(fault.to_string()),
        SavedError::Read(fault) => unreadable(found, &fault),
        fault => CliError::Usage(fault.to_string()),
    }
}

fn unreadable(found: &Found, fault: &ReadError) -> CliError {
    CliError::Usage(format!("{}: {fault}", found.file().display()))
}
