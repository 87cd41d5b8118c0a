//! What the command line tells when something went wrong, and its exit codes.

use std::{io, path::PathBuf};

use crate::{server::ServeError, settings::SettingsError, store::StoreError};

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
    #[error("{0}")]
    Store(#[from] StoreError),
    #[error("cannot write {path}: {source}", path = path.display())]
    Write { path: PathBuf, source: io::Error },
    #[error("{path} is there already, and may hold the only passwords of other accounts; name another --out", path = path.display())]
    Exists { path: PathBuf },
    #[error("cannot read {path}: {reason}; it must be a file that `accounts create` wrote", path = path.display())]
    Roster { path: PathBuf, reason: String },
    #[error("there is no database at {path}; name it with --database or --data", path = path.display())]
    NoDatabase { path: PathBuf },
    #[error("cannot make a password: {0}")]
    Password(String),
    #[error("{0}")]
    Io(#[from] io::Error),
}

impl CliError {
    /// The exit code of the process.
    pub(super) fn code(&self) -> u8 {
        match self {
            Self::Settings(_)
            | Self::Exists { .. }
            | Self::Roster { .. }
            | Self::NoDatabase { .. }
            | Self::Serve(
                ServeError::Settings(_) | ServeError::Listen { .. } | ServeError::InUse { .. },
            ) => USAGE,
            _ => FAILURE,
        }
    }
}
