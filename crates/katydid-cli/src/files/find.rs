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

/// The folder of a run: its path, its name below `load_test_runs` or a part of it that no other has,
/// `last`, or `last~1` for the one before. Also of a run that left no file of its own there.
///
/// # Errors
/// With the nearest name, when there is no such run.
pub fn find_run(word: &str) -> Result<PathBuf, RunNotFound> {
    find_below(Path::new(RUNS), word)
}

fn find_below(base: &Path, word: &str) -> Result<PathBuf, RunNotFound> {
    let path = Path::new(word);
    let back = steps_back(word);
    if back.is_none() && path.is_dir() {
        return Ok(path.to_owned());
    }
    let runs = names(base)?;
    if runs.is_empty() {
        return Err(RunNotFound::None);
    }
    let unknown = |hint: String| RunNotFound::Unknown { word: word.to_owned(), hint };
    if let Some(back) = back {
        let found = runs.iter().rev().nth(back);
        return found
            .map(|run| base.join(run))
            .ok_or_else(|| unknown(format!("there are {}", runs.len())));
    }
    let mut alike = runs.iter().filter(|run| !word.is_empty() && run.contains(word));
    match (runs.iter().find(|run| *run == word), alike.next(), alike.next()) {
        (Some(run), ..) | (None, Some(run), None) => Ok(base.join(run)),
        (None, Some(one), Some(other)) => {
            Err(unknown(format!("several have that in their names, such as {one} and {other}")))
        }
        // The newest few, not a year of nights.
        _ => Err(unknown(or_nearest(word, runs.iter().rev().take(9).map(String::as_str)))),
    }
}

/// `last` is 0 steps back, `last~2` two.
fn steps_back(word: &str) -> Option<usize> {
    match word.strip_prefix(LAST)? {
        "" => Some(0),
        rest => rest.strip_prefix('~')?.parse().ok(),
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
        assert_eq!(told("last~1").unwrap(), path);
        assert_eq!(told("load").unwrap(), path);
        for (word, hint) in [
            ("20261128T020000Z-smoek", "did you mean `20261128T020000Z-smoke`?"),
            ("202611", "such as 20261127T020000Z-load and 20261128T020000Z-smoke"),
            ("last~2", "there are 2"),
        ] {
            let unknown = told(word).unwrap_err();
            assert!(unknown.contains(hint), "{unknown}");
        }
    }
}
