//! Why nothing, or not all, was removed.

use std::io;

use katydid::RunsError;
use tts_reader_accounts::{AccountsError, RegistryError};

use crate::created::NotesError;

/// A `clean` that did not end well. Each text names the next step.
#[derive(Debug, thiserror::Error)]
pub(super) enum CleanError {
    #[error("{0}")]
    Words(String),
    #[error(transparent)]
    Run(#[from] RunsError),
    #[error(transparent)]
    Notes(#[from] NotesError),
    #[error(transparent)]
    Accounts(#[from] AccountsError),
    /// Something was done before something broke.
    #[error("{done}; then: {source}; the same command again does the rest")]
    Partly { done: String, source: RegistryError },
    #[error("{done}, but this cannot be noted in the folder of the run: {source}")]
    Unnoted { done: String, source: io::Error },
}

impl CleanError {
    /// The exit code of the process: 2 for what cannot be meant, where nothing was done; else 1.
    pub(super) fn exit_code(&self) -> u8 {
        match self {
            Self::Accounts(error) => error.exit_code(),
            Self::Words(_) | Self::Run(_) | Self::Notes(_) => 2,
            Self::Partly { .. } | Self::Unnoted { .. } => 1,
        }
    }
}
