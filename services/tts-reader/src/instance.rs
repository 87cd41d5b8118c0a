//! Which service this is: an id kept in its data directory, and so the same after a restart.
//!
//! What a service reserved before it died is given back when it starts again. Several services may
//! share a PostgreSQL database, and each must know its own reservations from those that others are
//! still working on. Two never have the same id: a data directory is locked by its service.

use std::{fs, io, path::Path};

const FILE: &str = "instance";

/// The id of the service of that directory, made on first use.
///
/// # Errors
/// When the file cannot be read or written.
pub(crate) fn load_or_create(data_dir: &Path) -> io::Result<String> {
    let path = data_dir.join(FILE);
    match fs::read_to_string(&path) {
        Ok(text) if !text.trim().is_empty() => return Ok(text.trim().to_owned()),
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let id = uuid::Uuid::new_v4().to_string();
    // Whole or not at all: half an id would be another service's.
    let unfinished = path.with_extension("new");
    fs::write(&unfinished, &id)?;
    fs::rename(&unfinished, &path)?;
    Ok(id)
}

#[cfg(test)]
mod tests {
    use super::load_or_create;

    #[test]
    fn a_directory_keeps_its_id_and_another_has_another() {
        let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let id = load_or_create(one.path()).unwrap();
        assert_eq!(load_or_create(one.path()).unwrap(), id);
        assert_ne!(load_or_create(other.path()).unwrap(), id);
    }
}
