//! `--database` in a binary without the service.

use std::path::Path;

use tts_reader_accounts::{Access, RegistryError};

use super::remote::Remote;

/// # Errors
/// Always: the store is not in this binary.
pub(crate) fn open(_: &str, _: Option<&Path>, _: Access) -> Result<Remote, RegistryError> {
    Err(RegistryError::Refused(
        "this tts-load was built without the backend (its feature `embedded`) and cannot open its \
         database; use --target URL, or `tts-reader accounts`"
            .to_owned(),
    ))
}
