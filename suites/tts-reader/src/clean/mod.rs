//! `tts-load clean RUN`: removes what a run has left at its target.
//!
//! Two kinds of accounts can be left. Those of `accounts create` are marked in the service and are
//! found by mark and id (`marked.rs`). Those that users registered like anybody else have no mark;
//! each is removed by logging in with the password that only this run knew (`registered.rs`). So
//! nothing that belongs to somebody else can be reached on either way.

mod args;
mod error;
mod marked;
mod registered;

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::Parser as _;
use katydid::find_run;
use tts_reader_accounts::{Ask, RegistryError, Terminal, confirm};

use crate::accounts_command::Remote;
use crate::created::Notes;
use args::Line;
use error::CleanError;
use marked::{Deed, Marked};
use registered::Registered;

/// Runs the words after `tts-load clean`.
pub(crate) fn run(words: Vec<OsString>) -> ExitCode {
    let line = match Line::try_parse_from([OsString::from(args::NAME)].into_iter().chain(words)) {
        Ok(line) => line,
        Err(error) => {
            // Help is an "error" too; clap knows where it goes and what it returns.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let mut say = |text: &str| {
        let _ = writeln!(io::stdout(), "{text}");
    };
    match clean(&line, &mut Terminal, &mut say) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "error: {error}");
            ExitCode::from(error.exit_code())
        }
    }
}

fn clean(line: &Line, ask: &mut dyn Ask, say: &mut dyn FnMut(&str)) -> Result<(), CleanError> {
    let places = line.places()?;
    let folder = find_run(&line.run)?;
    let notes = Notes::read(&folder)?;
    let name = folder.display();
    if notes.head.embedded {
        say(&format!(
            "{name} had a backend of its own, which went with everything in it: nothing to remove"
        ));
        return Ok(());
    }
    let host = places.host(&notes.head.host)?;
    let remote = || Remote::new(&host);
    let deed = if line.reset_credits { Deed::Reset } else { Deed::Remove };
    let marked = notes.head.used.as_ref().map(|used| match places.database {
        Some(url) => Marked::find(used, deed, places.open(url)?),
        None => Marked::find(used, deed, Box::new(remote()?)),
    });
    let mut marked = marked.transpose()?;
    let registered = Registered::find(&notes, remote()?)?;
    for remark in remarks(&notes, marked.as_ref()) {
        say(&remark);
    }

    let all = [marked.as_ref().and_then(Marked::plan), registered.plan()];
    let plan: Vec<&str> = all.iter().flatten().map(String::as_str).collect();
    if plan.is_empty() {
        say(&format!("nothing left to remove of {name} at {}", registered.place()));
        return Ok(());
    }
    say(&format!("{name} left at {}:", registered.place()));
    for part in plan {
        say(&format!("  {part}"));
    }
    let question = format!("Do that at {}?", registered.place());
    confirm(ask, line.yes, question)?;
    // Each says what it has done before the next one can fail.
    if let Some(marked) = &mut marked
        && let Some(done) = marked.carry_out()?
    {
        say(&done);
    }
    if let Some(done) = registered.remove(&notes)? {
        say(&done);
    }
    Ok(())
}

/// What stays, and what is not known.
fn remarks(notes: &Notes, marked: Option<&Marked>) -> Vec<String> {
    let mut remarks: Vec<String> = marked.and_then(Marked::remark).into_iter().collect();
    if let Some(file) = &notes.head.foreign {
        remarks.push(format!(
            "the accounts of {file} were not made by `tts-load accounts create`: they and their \
             audio stay"
        ));
    }
    if notes.lost > 0 {
        remarks.push(format!(
            "{} notes of this run are missing, for its disk took no more: accounts that it \
             registered then may be left",
            notes.lost
        ));
    }
    remarks
}

/// `1 account`, `12 accounts`, with a word before.
fn accounts(count: usize, kind: &str) -> String {
    format!("{count} {kind} account{}", if count == 1 { "" } else { "s" })
}

impl From<RegistryError> for CleanError {
    fn from(error: RegistryError) -> Self {
        Self::Accounts(error.into())
    }
}
