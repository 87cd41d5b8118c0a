//! `--database`: through the store of the service that is linked into this binary.

use std::path::Path;

use tts_reader::test_accounts::Database;
use tts_reader_accounts::{Access, Registry, RegistryError};

pub(crate) fn open(
    url: &str,
    data: Option<&Path>,
    access: Access,
) -> Result<impl Registry + use<>, RegistryError> {
    Database::open(Some(url), data, access)
}
