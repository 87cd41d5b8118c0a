//! What can be typed. The doc comments are the help.

use std::{net::SocketAddr, path::PathBuf};

use clap::{Args, Parser, Subcommand};

use crate::{
    domain::Tier,
    settings::{Flags, environment_help},
};

/// The TTS Reader backend: accounts, credits, extraction and speech over HTTP.
#[derive(Debug, Parser)]
#[command(name = "tts-reader", version, max_term_width = 100)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Serve the API; without flags on 127.0.0.1:5000, with its data in ./tts-reader-data.
    #[command(after_help = environment_help())]
    Serve(ServeArgs),
    /// Make or remove accounts for a load test.
    #[command(subcommand)]
    Accounts(AccountsCommand),
    /// Print the notices of the voice data and the engines inside this binary.
    Licenses,
}

#[derive(Debug, Args)]
pub(super) struct ServeArgs {
    /// Address and port to listen on. 0.0.0.0:5000 makes it reachable from other machines.
    #[arg(long, value_name = "ADDRESS:PORT")]
    bind: Option<SocketAddr>,
    #[command(flatten)]
    pub(super) storage: StorageArgs,
    /// Open the routes that make test accounts and credits, let extraction read pages of this
    /// machine, and do not limit sign-in by address.
    #[arg(long)]
    dev: bool,
    /// Threads for requests, and as many for speech [default: one per core].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    workers: Option<u16>,
}

/// Where the data is.
#[derive(Debug, Args)]
pub(super) struct StorageArgs {
    /// The database, as sqlite://FILE [default: tts-reader.db in the data directory].
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// Directory of audio, secret, database and audit log [default: tts-reader-data].
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(super) enum AccountsCommand {
    /// Make accounts and write their names and passwords to a CSV file.
    Create(CreateArgs),
    /// Remove exactly the accounts of such a file, with their audio.
    Remove(RemoveArgs),
}

#[derive(Debug, Args)]
pub(super) struct CreateArgs {
    /// How many accounts.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(super) count: u32,
    /// FREE, LIGHT, PREMIUM or PRO.
    #[arg(long, default_value = "PRO")]
    pub(super) tier: Tier,
    /// Credits of each account; they expire after 90 days.
    #[arg(long, value_name = "N", default_value_t = 100_000,
          value_parser = clap::value_parser!(i64).range(0..=1_000_000_000))]
    pub(super) credits: i64,
    /// The CSV file to write. It holds passwords: only its owner may read it.
    #[arg(long, value_name = "FILE")]
    pub(super) out: PathBuf,
    #[command(flatten)]
    pub(super) storage: StorageArgs,
}

#[derive(Debug, Args)]
pub(super) struct RemoveArgs {
    /// The CSV file that `accounts create` wrote.
    #[arg(long, value_name = "FILE")]
    pub(super) file: PathBuf,
    #[command(flatten)]
    pub(super) storage: StorageArgs,
}

impl ServeArgs {
    pub(super) fn flags(&self) -> Flags {
        Flags {
            bind: self.bind,
            dev: self.dev,
            workers: self.workers.map(usize::from),
            ..self.storage.flags()
        }
    }
}

impl StorageArgs {
    pub(super) fn flags(&self) -> Flags {
        Flags { database: self.database.clone(), data: self.data.clone(), ..Flags::default() }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::Cli;

    #[test]
    fn the_definition_is_consistent() {
        Cli::command().debug_assert();
    }
}
