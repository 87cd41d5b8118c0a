//! The folders that runs leave, found again by what a person writes.

use std::path::PathBuf;

use katydid_store::{Runs, RunsError};

/// Where runs leave their folders.
pub(crate) const RUNS: &str = "load_test_runs";

/// The folder of a run: its path, its name below `load_test_runs` or a part of it that no other has,
/// `last`, or `last~1` for the one before. Also of a run that left no file of its own there.
///
/// # Errors
/// With the nearest name, when there is no such run.
pub fn find_run(word: &str) -> Result<PathBuf, RunsError> {
    Runs::new(RUNS).with_unsaved().find(word).map(|found| found.folder)
}
