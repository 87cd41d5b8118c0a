//! What the command line tells when something went wrong, and its exit codes.

use std::{io, net::SocketAddr, path::PathBuf};

use tts_reader_accounts::AccountsError;

use crate::{server::ServeError, settings::SettingsError, store::CopyError};

/// Wrong usage or settings: nothing was started.
const USAGE: u8 = 2;
/// Everything else.
const FAILURE: u8 = 1;

/// A failed command. Each text names the thing and the next step.
#[derive(Debug, thiserror::Error)]
pub(super) enum CliError {
    #[error(transparent)]
    Settings(#[from] SettingsError),
    #[error(transparent)]
    Serve(#[from] ServeError),
    #[error(transparent)]
    Accounts(#[from] AccountsError),
    #[error(transparent)]
    Copy(#[from] CopyError),
    /// After a migration.
    #[error(
        "not everything is as in the original: was it still in use, or this database used before \
         the migration ended? Begin again with a new --database"
    )]
    Different,
    #[error("{path} is not whole: {findings} findings", path = path.display())]
    AuditBroken { path: PathBuf, findings: u64 },
    #[error("cannot read {path}: {source}; name the log, or its data directory with --data", path = path.display())]
    AuditUnread { path: PathBuf, source: io::Error },
    #[error("no service answers on {address}: {source}")]
    NoHealth { address: SocketAddr, source: io::Error },
    #[error("{address} says {status} on /api/health")]
    Unhealthy { address: SocketAddr, status: String },
    #[error("{0}")]
    Io(#[from] io::Error),
}

impl CliError {
    /// The exit code of the process.
    pub(super) fn code(&self) -> u8 {
        match self {
            Self::Accounts(error) => error.exit_code(),
            Self::Settings(_)
            | Self::AuditUnread { .. }
            | Self::Serve(
                ServeError::Settings(_) | ServeError::Listen { .. } | ServeError::InUse { .. },
            ) => USAGE,
            _ => FAILURE,
        }
    }
}
