//! What can be typed after `tts-load accounts`. The doc comments are the help.

use std::path::{Path, PathBuf};

use clap::{Args, Parser};
use tts_reader_accounts::Verb;
use url::Url;

/// How people call the command.
pub(super) const NAME: &str = "tts-load accounts";

const EXAMPLES: &str = "\
Examples:
  tts-load accounts create --count 50 --target http://localhost:5000 --out accounts.csv
  tts-load accounts create --persistent --target http://localhost:5000 --out loadtest_user.csv
  tts-load accounts reset-credits --file accounts.csv --target http://localhost:5000
  tts-load accounts remove --file accounts.csv --target http://localhost:5000";

/// Make, top up, reset or remove test accounts.
///
/// Only accounts that `accounts create` made are ever changed or removed: the service marks them.
#[derive(Debug, Parser)]
#[command(name = NAME, bin_name = NAME, max_term_width = 100, after_help = EXAMPLES)]
pub(super) struct Line {
    #[command(subcommand)]
    pub(super) verb: Verb,
    #[command(flatten)]
    pub(super) place: PlaceArgs,
}

/// Where the accounts are.
#[derive(Debug, Args)]
#[command(next_help_heading = "Where")]
pub(super) struct PlaceArgs {
    /// A running TTS Reader, started with --dev or LOAD_TEST_MODE=true.
    #[arg(long, value_name = "URL", global = true)]
    target: Option<String>,
    /// The database of a TTS Reader on this machine, running or not: sqlite://FILE.
    #[arg(long, value_name = "URL", global = true)]
    database: Option<String>,
    /// The data directory that belongs to --database, with the audio in `users` [default: the
    /// directory of the database if it has that, else tts-reader-data].
    #[arg(long, value_name = "DIR", global = true)]
    data: Option<PathBuf>,
}

/// One of the two ways to the accounts.
#[derive(Debug)]
pub(super) enum Place<'a> {
    /// Over HTTP.
    Target(Url),
    /// Through the service's own store.
    Database { url: &'a str, data: Option<&'a Path> },
}

impl PlaceArgs {
    /// # Errors
    /// A sentence on what is wrong.
    pub(super) fn checked(&self) -> Result<Place<'_>, String> {
        let data = self.data.as_deref();
        match (&self.target, &self.database) {
            (Some(_), Some(_)) => {
                Err("--target and --database name two places; leave one of them out".to_owned())
            }
            (None, None) => Err("name the running service with --target URL, such as \
                                 http://localhost:5000, or its database with --database URL"
                .to_owned()),
            (Some(_), None) if data.is_some() => {
                Err("--data belongs to --database; leave it out beside --target".to_owned())
            }
            (Some(target), None) => address(target).map(Place::Target),
            (None, Some(url)) => Ok(Place::Database { url, data }),
        }
    }
}

/// The address of a service.
///
/// # Errors
/// A sentence on what is wrong.
pub(crate) fn address(text: &str) -> Result<Url, String> {
    let wrong = |why: &str| Err(format!("--target {text} is no address: {why}"));
    match Url::parse(text) {
        Ok(url) if !url.username().is_empty() || url.password().is_some() => {
            // Not `text`: a password must not reach the screen.
            Err("--target has a user name or password in it; leave it out".to_owned())
        }
        Ok(url) if url.query().is_some() || url.fragment().is_some() => {
            wrong("leave out what follows the path (? or #)")
        }
        Ok(url) if matches!(url.scheme(), "http" | "https") => Ok(url),
        // Without a scheme `localhost:5000` parses too, as scheme and path.
        Ok(_) | Err(url::ParseError::RelativeUrlWithoutBase) if !text.contains("://") => {
            wrong(&format!("write http://{text} or https://{text}"))
        }
        Ok(url) => wrong(&format!("{} is neither http nor https", url.scheme())),
        Err(error) => wrong(&error.to_string()),
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
