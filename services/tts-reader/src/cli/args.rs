//! What can be typed. The doc comments are the help.

use std::{net::SocketAddr, path::PathBuf};

use clap::{Args, Parser, Subcommand};

use tts_reader_accounts::Verb;

use crate::settings::{Flags, environment_help};

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
    /// Make, top up, reset or remove accounts for a load test, straight on the database.
    Accounts(AccountsArgs),
    /// Copy accounts, credits and usage of the original service, and check that all is there.
    ///
    /// Stop the original first, and start this service on the new database afterwards. An account
    /// is copied whole or not at all: the same command goes on where it was interrupted.
    Migrate(MigrateArgs),
    /// Show what the service would be told: every setting, where it comes from, what it means.
    Config(ConfigArgs),
    /// Look after the audit log.
    Audit(AuditArgs),
    /// Ask the service that runs with this environment whether it is well. Exit code 0: it is; 1: it
    /// is not, or does not answer. For the health check of a container.
    Health(HealthArgs),
    /// Read one PDF document: from standard input, its text to standard output. `serve` starts this
    /// for each document, so that none can harm it.
    #[command(hide = true)]
    ReadPdf,
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
    /// The database: sqlite://FILE, or postgres://USER:PASSWORD@HOST/DATABASE (better in
    /// DATABASE_URL, where other users of the machine do not see the password) [default:
    /// tts-reader.db in the data directory].
    #[arg(long, value_name = "URL", global = true)]
    database: Option<String>,
    /// Directory of audio, secret, database and audit log [default: tts-reader-data].
    #[arg(long, value_name = "DIR", global = true)]
    data: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct AccountsArgs {
    #[command(subcommand)]
    pub(super) verb: Verb,
    #[command(flatten)]
    pub(super) storage: StorageArgs,
}

#[derive(Debug, Args)]
pub(super) struct MigrateArgs {
    /// The original's database, as postgres://USER:PASSWORD@HOST/DATABASE; it is only read.
    #[arg(long, value_name = "URL")]
    pub(super) from_original: String,
    #[command(flatten)]
    pub(super) storage: StorageArgs,
}

#[derive(Debug, Args)]
pub(super) struct ConfigArgs {
    #[command(subcommand)]
    pub(super) verb: ConfigVerb,
}

#[derive(Debug, Subcommand)]
pub(super) enum ConfigVerb {
    /// Every setting as `serve` with the same flags would have it; of secrets only whether they are
    /// set.
    Show {
        #[command(flatten)]
        serve: Box<ServeArgs>,
        /// The table of names, defaults and meanings, as documents have it.
        #[arg(long)]
        markdown: bool,
    },
}

#[derive(Debug, Args)]
pub(super) struct AuditArgs {
    #[command(subcommand)]
    pub(super) verb: AuditVerb,
}

#[derive(Debug, Subcommand)]
pub(super) enum AuditVerb {
    /// Read the log with its older files and its seal: is every line there, as it was written?
    ///
    /// Names each line that was changed, removed, added or moved, and a beginning or an end that is
    /// cut off. Exit code 0: whole; 1: not whole; 2: it cannot be read.
    Verify {
        /// The log [default: AUDIT_LOG, else tts_api_audit.log in the data directory].
        file: Option<PathBuf>,
        /// Directory where the service keeps its key [default: tts-reader-data].
        #[arg(long, value_name = "DIR")]
        data: Option<PathBuf>,
    },
}

#[derive(Debug, Args)]
pub(super) struct HealthArgs {
    /// Where it listens [default: as HOST and PORT say, else 127.0.0.1:5000].
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub(super) bind: Option<SocketAddr>,
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
