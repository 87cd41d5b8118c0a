//! The folders that runs leave, found again by what a person writes.

use std::path::{Path, PathBuf};
use std::{fs, io};

use katydid_core::or_nearest;

/// Where runs leave their folders.
pub(crate) const RUNS: &str = "load_test_runs";
/// The word for the run that began last.
const LAST: &str = "last";

/// No run is meant by that word.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunNotFound {
    /// There are runs, but not that one.
    #[error("there is no run `{word}` in {RUNS}; {hint}")]
    Unknown {
        /// What was written.
        word: String,
        /// What may have been meant.
        hint: String,
    },
    /// There is no run at all.
    #[error(
        "there is no run in {RUNS} yet; name the folder of one, or start this where the load test ran"
    )]
    None,
    /// The folder of all runs cannot be read.
    #[error("{RUNS} cannot be read: {0}")]
    Unreadable(io::Error),
}

/// The folder of a run: its path, its name below `load_test_runs`, or `last`.
///
/// # Errors
/// With the nearest name, when there is no such run.
pub fn find_run(word: &str) -> Result<PathBuf, RunNotFound> {
    find_below(Path::new(RUNS), word)
}

fn find_below(base: &Path, word: &str) -> Result<PathBuf, RunNotFound> {
    let path = Path::new(word);
    if word != LAST && path.is_dir() {
        return Ok(path.to_owned());
    }
    let runs = names(base)?;
    match runs.last() {
        None => Err(RunNotFound::None),
        Some(last) if word == LAST => Ok(base.join(last)),
        Some(_) if runs.iter().any(|run| run == word) => Ok(base.join(word)),
        Some(_) => Err(RunNotFound::Unknown {
            word: word.to_owned(),
            // The newest few, not a year of nights.
            hint: or_nearest(word, runs.iter().rev().take(9).map(String::as_str)),
        }),
    }
}

/// The names of all runs, which begin with their time: the last one is the newest.
fn names(base: &Path) -> Result<Vec<String>, RunNotFound> {
    let entries = match fs::read_dir(base) {
        Ok(entries) => entries,
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(fault) => return Err(RunNotFound::Unreadable(fault)),
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(RunNotFound::Unreadable)?;
        let name = entry.file_name().into_string();
        // Baselines and other things may lie beside the runs.
        if let Ok(name) = name
            && name.starts_with(|first: char| first.is_ascii_digit())
            && entry.path().is_dir()
        {
            names.push(name);
        }
    }
    names.sort_unstable();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_found_by_path_name_and_as_the_last_one() {
        let base = tempfile::tempdir().unwrap();
        let base = base.path();
        let told = |word: &str| find_below(base, word).map_err(|fault| fault.to_string());
        assert!(told("last").unwrap_err().contains("no run in load_test_runs yet"));
        for name in ["20261127T020000Z-load", "20261128T020000Z-smoke", "baselines"] {
            fs::create_dir(base.join(name)).unwrap();
        }
        fs::write(base.join("29991128T020000Z-notes.txt"), "").unwrap();
        assert_eq!(told("last").unwrap(), base.join("20261128T020000Z-smoke"));
        assert_eq!(told("20261127T020000Z-load").unwrap(), base.join("20261127T020000Z-load"));
        let path = base.join("20261127T020000Z-load");
        assert_eq!(told(path.to_str().unwrap()).unwrap(), path);
        let unknown = told("20261128T020000Z-smok").unwrap_err();
        assert!(unknown.contains("did you mean `20261128T020000Z-smoke`?"), "{unknown}");
    }
}
