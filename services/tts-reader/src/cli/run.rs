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
    health, migrate, serve,
};
use crate::settings::Environment;

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
    let env = Environment::of_process();
    log_to_stderr(&env);
    match dispatch(&cli, &env) {
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
        Command::Licenses => Ok(io::stdout().write_all(crate::NOTICES.as_bytes())?),
    }
}

fn log_to_stderr(env: &Environment) {
    // Statements of the database would tell what accounts do.
    let usual = || EnvFilter::new("info,sqlx=warn");
    let filter = env.text("RUST_LOG").map_or_else(usual, |text| {
        EnvFilter::try_new(text).unwrap_or_else(|error| {
            let _ = writeln!(io::stderr(), "warning: RUST_LOG={text} is ignored: {error}");
            usual()
        })
    });
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal());
    // Fails only when a program that embeds this one has its own log already.
    let _ = subscriber.try_init();
}
