//! What can be typed after `tts-load clean`. The doc comments are the help.

use std::path::{Path, PathBuf};

use clap::Parser;
use tts_reader_accounts::{Access, Registry, RegistryError};
use url::Url;

use super::error::CleanError;
use crate::accounts_command::{address, database};

/// How people call the command.
pub(super) const NAME: &str = "tts-load clean";

const EXAMPLES: &str = "\
Examples:
  tts-load clean last
  tts-load clean last --reset-credits --yes
  tts-load clean load_test_runs/20261128T020000Z-smoke --database sqlite://data/tts-reader.db";

/// Remove what a run has left: its test accounts with their credits and audio.
///
/// Says first what will be removed, and asks. Touched are only accounts that `accounts create` made
/// and this run used, and accounts that this run registered itself. Done twice, nothing is left to
/// do.
#[derive(Debug, Parser)]
#[command(name = NAME, bin_name = NAME, max_term_width = 100, after_help = EXAMPLES)]
pub(super) struct Line {
    /// The run: its folder, its name in load_test_runs or a part of it, `last`, or `last~1` for the
    /// one before.
    #[arg(value_name = "RUN")]
    pub(super) run: String,
    /// Keep the accounts of `accounts create`: remove their audio, and set their credits back to
    /// what they were made with.
    #[arg(long)]
    pub(super) reset_credits: bool,
    /// Ask nothing.
    #[arg(long)]
    pub(super) yes: bool,
    /// Where the service answers now [default: the host of the run].
    #[arg(long, value_name = "URL", help_heading = "Where")]
    target: Option<String>,
    /// Reach the accounts of `accounts create` through the service's database, where it runs
    /// without --dev: sqlite://FILE.
    #[arg(long, value_name = "URL", help_heading = "Where")]
    database: Option<String>,
    /// The data directory that belongs to --database, with the audio in `users` [default: the
    /// directory of the database if it has that, else tts-reader-data].
    #[arg(long, value_name = "DIR", requires = "database", help_heading = "Where")]
    data: Option<PathBuf>,
}

/// Where accounts are reached.
#[derive(Debug)]
pub(super) struct Places<'a> {
    target: Option<Url>,
    pub(super) database: Option<&'a str>,
    data: Option<&'a Path>,
}

impl Line {
    /// # Errors
    /// An address that cannot be meant.
    pub(super) fn places(&self) -> Result<Places<'_>, CleanError> {
        let target = self.target.as_deref().map(address).transpose().map_err(CleanError::Words)?;
        Ok(Places { target, database: self.database.as_deref(), data: self.data.as_deref() })
    }
}

impl Places<'_> {
    /// The service that is asked.
    ///
    /// # Errors
    /// The run's own host cannot be used as one.
    pub(super) fn host(&self, of_run: &str) -> Result<Url, CleanError> {
        self.target.clone().map_or_else(|| address(of_run).map_err(CleanError::Words), Ok)
    }

    /// The database at `url`.
    ///
    /// # Errors
    /// It cannot be opened.
    pub(super) fn open(&self, url: &str) -> Result<Box<dyn Registry>, RegistryError> {
        Ok(Box::new(database::open(url, self.data, Access::Change)?))
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::Line;

    #[test]
    fn the_definition_is_consistent() {
        Line::command().debug_assert();
    }
}
