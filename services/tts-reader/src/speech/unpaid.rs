//! Why an order is not paid, as far as is known.

use crate::{errors::ApiError, store::StoreError};

/// An order that is not paid, or not known to be.
#[derive(Debug)]
pub(super) struct Unpaid {
    pub(super) error: ApiError,
    /// The answer to its COMMIT was lost, and nobody could say since what became of it.
    pub(super) is_unsure: bool,
}

impl From<ApiError> for Unpaid {
    fn from(error: ApiError) -> Self {
        Self { error, is_unsure: false }
    }
}

impl From<StoreError> for Unpaid {
    fn from(error: StoreError) -> Self {
        Self { is_unsure: matches!(error, StoreError::Unsure(_)), error: error.into() }
    }
}
