//! Why a place does not keep, give or remove. Each text begins with the step.

use std::io;

use crate::errors::{ApiError, INTERNAL};

/// What went wrong with a place for audio.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StorageError {
    /// There is no room for it now.
    #[error("cannot {step}: {cause}")]
    NoRoom { step: &'static str, cause: String },
    /// The place is not there, or does not do it.
    #[error("cannot {step}: {cause}")]
    Failed { step: &'static str, cause: String },
}

impl StorageError {
    /// Of the system, while doing that.
    pub(super) fn of(step: &'static str) -> impl Fn(io::Error) -> Self {
        use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
        move |error| {
            let cause = error.to_string();
            match error.kind() {
                StorageFull | QuotaExceeded | FileTooLarge => Self::NoRoom { step, cause },
                _ => Self::Failed { step, cause },
            }
        }
    }
}

impl From<StorageError> for ApiError {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::NoRoom { .. } => Self::NoRoom { cause: error.to_string() },
            StorageError::Failed { .. } => Self::internal(INTERNAL, error),
        }
    }
}
