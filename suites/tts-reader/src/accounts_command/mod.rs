//! `tts-load accounts …`: test accounts of a running TTS Reader, or straight in its database.
//!
//! The commands themselves, the file and the questions are `tts-reader-accounts`, which
//! `tts-reader accounts` uses too. Here is only where the accounts are.

mod answer;
mod args;
#[cfg(feature = "embedded")]
pub(crate) mod database;
#[cfg(not(feature = "embedded"))]
#[path = "no_database.rs"]
pub(crate) mod database;
mod people;
mod remote;

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::Parser as _;
use tts_reader_accounts::{AccountsError, RegistryError, Terminal};

pub(crate) use args::address;
pub(crate) use people::Token;
pub(crate) use remote::Remote;

use args::{Line, Place};

/// Runs the words after `tts-load accounts`.
pub(crate) fn run(words: Vec<OsString>) -> ExitCode {
    let line = match Line::try_parse_from([OsString::from(args::NAME)].into_iter().chain(words)) {
        Ok(line) => line,
        Err(error) => {
            // Help is an "error" too; clap knows where it goes and what it returns.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    match carry_out(&line) {
        Ok(told) => {
            let _ = writeln!(io::stdout(), "{told}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            let _ = writeln!(io::stderr(), "error: {error}");
            ExitCode::from(error.exit_code())
        }
    }
}

fn carry_out(line: &Line) -> Result<String, AccountsError> {
    let verb = &line.verb;
    match line.place.checked().map_err(RegistryError::Refused)? {
        Place::Target(url) => tts_reader_accounts::run(verb, |_| Remote::new(&url), &mut Terminal),
        Place::Database { url, data } => tts_reader_accounts::run(
            verb,
            |access| database::open(url, data, access),
            &mut Terminal,
        ),
    }
}
