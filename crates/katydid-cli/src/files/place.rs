//! Where the files of a run go.

use std::path::{Path, PathBuf};
use std::{fs, io};

use jiff::Timestamp;

/// Where the files of a run go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Place {
    /// Prefix of the CSV files.
    pub(crate) prefix: Option<String>,
    /// The folder of a scenario's run.
    pub(crate) folder: Option<PathBuf>,
}

impl Place {
    /// A folder made for this run: `base/<UTC time>-<name>-<id>`.
    ///
    /// # Errors
    /// The folder cannot be made.
    pub(crate) fn folder(base: &Path, name: &str, now: Timestamp) -> io::Result<Self> {
        fs::create_dir_all(base)?;
        let begin = format!("{}-{name}", now.strftime("%Y%m%dT%H%M%SZ"));
        // Runs of one second differ in their ids; what is taken is tried with the next one.
        let first = now.subsec_nanosecond() as u32 / 15_259;
        for id in (0..=u32::from(u16::MAX)).map(|more| (first + more) & 0xffff) {
            let folder = base.join(format!("{begin}-{id:04x}"));
            match fs::create_dir(&folder) {
                Ok(()) => return Ok(Self { prefix: None, folder: Some(folder) }),
                Err(fault) if fault.kind() == io::ErrorKind::AlreadyExists => {}
                Err(fault) => return Err(fault),
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }

    /// The four files of the statistics go into the folder, by the guide's names.
    pub(crate) fn with_statistics(self) -> Self {
        let prefix = self.folder.as_ref().map(|folder| folder.join("load_test_stats"));
        Self { prefix: prefix.map(|prefix| prefix.to_string_lossy().into_owned()), ..self }
    }

    /// There was no run: a folder with nothing in it goes.
    pub(crate) fn discard(&self) {
        if let Some(folder) = &self.folder {
            // It fails if there is something in it, which is kept.
            let _ = fs::remove_dir(folder);
        }
    }

    /// Where the embedded backend's stderr goes.
    pub(crate) fn backend_log(&self) -> Option<PathBuf> {
        match (&self.folder, &self.prefix) {
            (Some(folder), _) => Some(folder.join("backend.log")),
            (None, Some(prefix)) => Some(PathBuf::from(format!("{prefix}_backend.log"))),
            (None, None) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_runs_of_one_second_get_two_folders() {
        let base = tempfile::tempdir().unwrap();
        let now: Timestamp = "2026-11-23T02:38:44Z".parse().unwrap();
        let name = || {
            let place = Place::folder(base.path(), "smoke", now).unwrap();
            place.folder.unwrap().file_name().unwrap().to_string_lossy().into_owned()
        };
        assert_eq!(name(), "20261123T023844Z-smoke-0000");
        assert_eq!(name(), "20261123T023844Z-smoke-0001");
    }
}
