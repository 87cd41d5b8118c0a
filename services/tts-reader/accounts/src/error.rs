//! Why a command did not do what it was told, and its exit code.

use std::{io, path::PathBuf};

use crate::{Batch, RegistryError};

/// A failed command. Each text names the thing and the next step.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AccountsError {
    /// The file to write holds something that must not be lost.
    #[error("{path} is there already {what}; name another --out, or overwrite it with --force", path = path.display())]
    Exists {
        /// The file.
        path: PathBuf,
        /// What it holds.
        what: String,
    },
    /// The batch has accounts that the file does not know.
    #[error(
        "{count} accounts of `{batch}` are there already at {place}, and {path} does not have \
         their passwords; name the file that has them with --out, give them new passwords with \
         --force, or remove them with `accounts remove {which}`",
        path = path.display()
    )]
    UnknownPasswords {
        /// How many.
        count: usize,
        /// Of which batch.
        batch: Batch,
        /// Where.
        place: String,
        /// The file.
        path: PathBuf,
        /// The flags that name them.
        which: String,
    },
    /// The file cannot be used as a file of accounts.
    #[error("cannot read {path}: {reason}; it must be a file that `accounts create` wrote", path = path.display())]
    Roster {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The file cannot be written.
    #[error("cannot write {path}: {source}", path = path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Accounts were made whose file could not be written.
    #[error(
        "{made} accounts were made and their file {path} cannot be written: {source}; remove them \
         with `accounts remove {which}`",
        path = path.display()
    )]
    Unwritten {
        /// How many.
        made: usize,
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
        /// The flags that name them.
        which: String,
    },
    /// Nobody is there to say yes.
    #[error("{question} Nobody can be asked here; say --yes if that is meant")]
    Unasked {
        /// What would have been asked.
        question: String,
    },
    /// Somebody was there and did not say yes.
    #[error("nothing was done")]
    Declined,
    /// Some was done before something broke.
    #[error("{done}; then: {source}; the same command again does the rest")]
    Partly {
        /// What was done.
        done: String,
        /// What broke.
        source: RegistryError,
    },
    /// Like `Partly`, where the same command again would do the first part twice.
    #[error("{done}; then: {source}")]
    PartlyOnce {
        /// What was done.
        done: String,
        /// What broke.
        source: RegistryError,
    },
    /// The service did not do it.
    #[error(transparent)]
    Registry(#[from] RegistryError),
}

impl AccountsError {
    /// The exit code of the process: 2 for what cannot be meant, where nothing was done; else 1.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Write { .. }
            | Self::Unwritten { .. }
            | Self::Declined
            | Self::Partly { .. }
            | Self::PartlyOnce { .. }
            | Self::Registry(RegistryError::Failed(_)) => 1,
            _ => 2,
        }
    }
}
