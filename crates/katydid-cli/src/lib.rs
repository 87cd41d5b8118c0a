//! The command line of load tests.
//!
//! [`main`] is all that the binary of a suite calls: it reads the words, starts the embedded
//! backend if asked, runs the engine, prints, writes files and returns the exit code. [`quick`] is
//! the same for `katydid URL`, which needs no suite.
//!
//! Everything for people goes to stderr, like Locust's; stdout has what was asked for (`--list`,
//! `--help`, `--json`, completions and the like) and the summary of [`quick`]. Exit codes are those
//! of [`katydid_core::exit`].
//!
//! Not here, on purpose: load, statistics, the layout of tables and files.
//!
//! Read on in `settings.rs` (what the words mean), `commands/` (what is no run), `run.rs` (the
//! order of things), `printer.rs` and `console/` (what people see of it) and `outcome.rs` (how it
//! ends).

mod advisor;
mod again;
mod args;
mod capacity;
mod commands;
mod config_users;
mod console;
mod embedded;
mod error;
mod export;
mod files;
#[cfg(any(test, feature = "fuzzing"))]
#[doc(hidden)]
pub mod fuzzing;
mod giving_way;
mod guards;
mod heading;
mod hooks;
mod keys;
mod limits;
mod live;
mod monitoring;
mod options;
mod outcome;
mod plan;
mod preflight;
mod preparing;
mod printer;
mod progress;
mod quick;
mod request_line;
mod run;
mod saving;
mod selection;
mod settings;
mod signals;
mod sources;
mod suite;
mod terminal;
mod told;
mod tui;
mod watching;

use std::ffi::OsString;
use std::io::Write as _;
use std::process::ExitCode;

pub use files::find_run;
pub use hooks::{Quitting, RunView, SpawningView, StopView};
pub use katydid_store::RunsError;
pub use options::{Options, SuiteOption};
pub use preflight::{Check, Preflight};
pub use quick::quick;
pub use suite::{
    AccountsUse, CommandFn, EmbeddedBackend, EmbeddedReady, EmbeddedRequest, Preparation, Suite,
};

use owo_colors::OwoColorize as _;

use args::Args;
use console::{Console, LogSetup};
use error::CliError;
use settings::{Front, OutputSettings, Settings, WebSettings};
use signals::Watch;
use sources::Surroundings;

/// The whole of a suite's `main`.
pub fn main(mut suite: Suite) -> ExitCode {
    let words: Vec<OsString> = std::env::args_os().collect();
    if embedded::is_child(&words) {
        return embedded::serve(&suite);
    }
    if let Err(fault) = plan::adopt(&mut suite) {
        return ExitCode::from(refuse(&fault));
    }
    let done =
        commands::run(&mut suite, &words).unwrap_or_else(|| load(suite, words).map(ExitCode::from));
    done.unwrap_or_else(|error| ExitCode::from(refuse(&error)))
}

fn load(mut suite: Suite, words: Vec<OsString>) -> Result<u8, CliError> {
    let mut args = Args::read(&suite, &words, &Surroundings::of_process())?;
    if let Some(file) = &args.load.plan {
        plan::adopt_file(&mut suite, file)?;
    }
    if let Some(code) = commands::look(&suite, &args)? {
        return Ok(code);
    }
    if args.print_settings {
        let _ = std::io::stdout().lock().write_all(args.settings_text(&suite).as_bytes());
        for note in args.sources.notes.iter().chain(&args.sources.warnings) {
            let _ = writeln!(anstream::stderr().lock(), "note: {note}");
        }
        return Ok(katydid_core::exit::PASS);
    }
    match Front::of(&mut args)? {
        Front::Headless => headless(suite, &args),
        Front::Page(web) => with_page(suite, args, *web),
    }
}

/// One run, from now to its end.
fn headless(suite: Suite, args: &Args) -> Result<u8, CliError> {
    let mut settings = Settings::resolve(&suite, args)?;
    if let Some(code) = guards::ask(&mut settings) {
        return Ok(code);
    }
    let console = open_console(&settings.output)?;
    let work =
        move |watch: &Watch, console: &Console| run::run(&suite, settings, watch, console, None);
    Ok(supervised(&console, work))
}

/// One run after the other, as people want them on the live page.
fn with_page(suite: Suite, args: Args, web: WebSettings) -> Result<u8, CliError> {
    let mut first = web.start.then(|| Settings::resolve(&suite, &args)).transpose()?;
    if let Some(code) = first.as_mut().and_then(guards::ask) {
        return Ok(code);
    }
    match &mut first {
        Some(settings) => settings.again = Some(args.as_headless(&suite)),
        None => selection::check(&suite, &args)?,
    }
    let console = open_console(&OutputSettings::resolve(&args)?)?;
    let start = live::Start { suite, args, web, first: first.map(Box::new) };
    Ok(supervised(&console, move |watch, console| live::serve(start, watch, console)))
}

fn supervised(
    console: &Console,
    work: impl FnOnce(&Watch, &Console) -> Result<u8, CliError> + Send + 'static,
) -> u8 {
    console.info(concat!("Starting Katydid ", env!("CARGO_PKG_VERSION")));
    let inner = console.clone();
    signals::supervise(console, true, move |watch| {
        work(watch, &inner).unwrap_or_else(|error| {
            inner.error(&error.to_string());
            error.exit_code()
        })
    })
}

fn open_console(output: &OutputSettings) -> Result<Console, CliError> {
    Console::open(LogSetup {
        level: output.loglevel,
        file: output.logfile.as_deref(),
        silent: output.skip_log_setup,
    })
}

/// Says why there is no run; clap's texts go where clap sends them.
fn refuse(error: &CliError) -> u8 {
    match error {
        CliError::Words(words) => {
            let _ = words.print();
        }
        error => {
            let word = "error:".red().bold().to_string();
            let _ = writeln!(anstream::stderr().lock(), "{word} {error}");
        }
    }
    error.exit_code()
}
