//! Arguments in, exit code out.

use std::{
    io::{self, IsTerminal, Write},
    process::ExitCode,
};

use clap::Parser;
use tracing_subscriber::EnvFilter;

use super::{
    accounts,
    args::{Cli, Command},
    audit, config,
    error::CliError,
    health, migrate, read_pdf, serve,
};
use crate::settings::{Environment, LogFormat};

/// Runs `tts-reader` with the arguments and the environment of this process.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are "errors" too; clap knows where they go and what they return.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    match ready().and_then(|env| dispatch(&cli, &env)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "error: {error}");
            ExitCode::from(error.code())
        }
    }
}

fn dispatch(cli: &Cli, env: &Environment) -> Result<(), CliError> {
    match &cli.command {
        Command::Serve(args) => serve::serve(args, env),
        Command::Accounts(args) => accounts::accounts(args, env),
        Command::Migrate(args) => migrate::migrate(args, env),
        Command::Config(args) => config::config(args, env),
        Command::Audit(args) => audit::audit(args, env),
        Command::Health(args) => health::health(args, env),
        Command::ReadPdf => read_pdf::read_pdf(),
        Command::Licenses => Ok(io::stdout().write_all(crate::NOTICES.as_bytes())?),
    }
}

/// The environment, once there is a log to warn of what is in it.
fn ready() -> Result<Environment, CliError> {
    let env = Environment::of_process();
    log_to_stderr(&env)?;
    Ok(env.with_files()?)
}

fn log_to_stderr(env: &Environment) -> Result<(), CliError> {
    // Statements of the database would tell what accounts do.
    let usual = || EnvFilter::new("info,sqlx=warn");
    let filter = env.text("RUST_LOG").map_or_else(usual, |text| {
        EnvFilter::try_new(text).unwrap_or_else(|error| {
            let _ = writeln!(io::stderr(), "warning: RUST_LOG={text} is ignored: {error}");
            usual()
        })
    });
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        // Or a line that cannot be written, such as to a file on a full disk, would be a panic.
        .log_internal_errors(false);
    // Each fails only when a program that embeds this one has its own log already.
    let _ = match LogFormat::of(env)? {
        LogFormat::Text => log.with_ansi(io::stderr().is_terminal()).try_init(),
        LogFormat::Json => {
            log.json().flatten_event(true).with_current_span(true).with_span_list(false).try_init()
        }
    };
    Ok(())
}
