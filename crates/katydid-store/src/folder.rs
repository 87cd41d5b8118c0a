//! The folder in which runs are kept, and how people name one of them.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use katydid_core::or_nearest;

use crate::error::ReadError;
use crate::header::{Ending, Header};
use crate::{FILE_NAME, Torn, ends};

/// Runs that are kept in one folder.
#[derive(Clone, Debug)]
pub struct Runs {
    folder: PathBuf,
    /// Folders without a file of a run count as well.
    any: bool,
}

/// A saved run in its folder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    /// The name of its folder; it begins with the time of the run, so names sort by time.
    pub name: String,
    /// Its folder.
    pub folder: PathBuf,
}

/// The end of a run, or why there is none: where its file breaks off, or that it was never written.
pub type End = Result<Ending, Option<Torn>>;

/// Why no run is found.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunsError {
    /// The folder cannot be read.
    #[error("{}: {fault}", folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// Why.
        fault: io::Error,
    },
    /// There is none at all.
    #[error("no run is saved in {}; runs are saved unless --no-save says otherwise. Name the folder of one, or start this where the load test ran", folder.display())]
    Nothing {
        /// The folder.
        folder: PathBuf,
    },
    /// None has this name.
    #[error("no saved run is named `{name}`; {hint}")]
    Unknown {
        /// As it was written.
        name: String,
        /// The nearest name, or what else could be written.
        hint: String,
    },
    /// Several have names that begin like this.
    #[error("several saved runs are meant by `{name}`: {}", all.join(", "))]
    Ambiguous {
        /// As it was written.
        name: String,
        /// All of them.
        all: Vec<String>,
    },
}

/// Whether a folder holds a saved run.
pub fn is_run(folder: &Path) -> bool {
    folder.join(FILE_NAME).is_file()
}

impl Found {
    /// The file of the run.
    pub fn file(&self) -> PathBuf {
        self.folder.join(FILE_NAME)
    }

    /// Head and end of the run, without what is between.
    ///
    /// # Errors
    /// It is no saved run.
    pub fn ends(&self) -> Result<(Header, End), ReadError> {
        ends::read(&self.file())
    }

    /// Bytes of all files in its folder.
    pub fn size(&self) -> u64 {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        entries.filter_map(|entry| entry.metadata().ok()).map(|it| it.len()).sum()
    }
}

impl Runs {
    /// The runs in `folder`, which need not exist.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into(), any: false }
    }

    /// With the folders of runs that left no file of their own, as with `--no-save` or of a search.
    /// Such a one is known by its name, which begins with a time.
    #[must_use]
    pub fn with_unsaved(self) -> Self {
        Self { any: true, ..self }
    }

    /// Whether an entry of the folder is one of the runs that are looked for.
    fn counts(&self, entry: &fs::DirEntry) -> bool {
        let name = entry.file_name();
        let dated = || name.as_encoded_bytes().first().is_some_and(u8::is_ascii_digit);
        is_run(&entry.path()) || (self.any && dated() && entry.path().is_dir())
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// All of them, the oldest first.
    ///
    /// # Errors
    /// The folder is there and cannot be read.
    pub fn all(&self) -> Result<Vec<Found>, RunsError> {
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(fault) => return Err(RunsError::Folder { folder: self.folder.clone(), fault }),
        };
        let mut found: Vec<Found> = entries
            .flatten()
            .filter(|entry| self.counts(entry))
            .map(|entry| Found {
                name: entry.file_name().to_string_lossy().into_owned(),
                folder: entry.path(),
            })
            .collect();
        found.sort();
        Ok(found)
    }

    fn by_path(&self, path: &Path) -> Option<Found> {
        let folder = match path.file_name()? {
            name if name == FILE_NAME && path.is_file() => path.parent()?,
            _ if is_run(path) => path,
            // A folder that happens to be called `last` is not what is meant by it.
            name if self.any && path.is_dir() && name.to_str().and_then(steps_back).is_none() => {
                path
            }
            _ => return None,
        };
        let name = folder.file_name().unwrap_or(folder.as_os_str());
        Some(Found { name: name.to_string_lossy().into_owned(), folder: folder.to_owned() })
    }

    /// The run that somebody means: a path of a folder or its file, the name of a folder or a
    /// part of it that no other has, `last`, or `last~2` for the one two before the last.
    ///
    /// # Errors
    /// None or several are meant.
    pub fn find(&self, name: &str) -> Result<Found, RunsError> {
        if let Some(found) = self.by_path(Path::new(name)) {
            return Ok(found);
        }
        let mut all = self.all()?;
        if all.is_empty() {
            return Err(RunsError::Nothing { folder: self.folder.clone() });
        }
        if let Some(back) = steps_back(name) {
            let at = all.len().checked_sub(back + 1).ok_or_else(|| RunsError::Unknown {
                name: name.to_owned(),
                hint: format!("there are {}", all.len()),
            })?;
            return Ok(all.swap_remove(at));
        }
        if let Some(at) = all.iter().position(|run| run.name == name) {
            return Ok(all.swap_remove(at));
        }
        let mut alike: Vec<Found> =
            all.iter().filter(|run| !name.is_empty() && run.name.contains(name)).cloned().collect();
        match alike.len() {
            1 => Ok(alike.swap_remove(0)),
            0 => {
                // A hundred names would be no help.
                let latest = all.iter().rev().take(5).map(|run| run.name.as_str());
                let hint = or_nearest(name, latest);
                Err(RunsError::Unknown { name: name.to_owned(), hint })
            }
            _ => {
                let all = alike.into_iter().map(|run| run.name).collect();
                Err(RunsError::Ambiguous { name: name.to_owned(), all })
            }
        }
    }
}

/// `last` is 0, `last~3` is 3.
fn steps_back(name: &str) -> Option<usize> {
    let rest = name.strip_prefix("last")?;
    if rest.is_empty() { Some(0) } else { rest.strip_prefix('~')?.parse().ok() }
}
