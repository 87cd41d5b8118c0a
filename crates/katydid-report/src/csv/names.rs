//! What the files are called.

use std::path::{Path, PathBuf};

/// The prefix for which the team's guide promises names of its own.
const GUIDE_PREFIX: &str = "load_test_stats";

/// Paths of the four files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileNames {
    /// Requests by name.
    pub stats: PathBuf,
    /// The run second by second.
    pub history: PathBuf,
    /// Failure texts.
    pub failures: PathBuf,
    /// Errors of the suite's own code.
    pub exceptions: PathBuf,
}

impl FileNames {
    /// The names for `--csv PREFIX`, which may contain folders.
    ///
    /// Locust's `P_stats.csv`, `P_stats_history.csv`, `P_failures.csv`, `P_exceptions.csv`; but a
    /// file part of exactly `load_test_stats` gives the guide's `load_test_stats.csv`,
    /// `load_test_stats_history.csv`, `load_test_stats_failures.csv`,
    /// `load_test_stats_exceptions.csv`.
    pub fn for_prefix(prefix: &str) -> Self {
        // A trailing slash means an empty file part, which `Path` would forget.
        let guide = !prefix.ends_with(std::path::is_separator)
            && Path::new(prefix).file_name().is_some_and(|name| name == GUIDE_PREFIX);
        let (stats, history) = if guide { ("", "_history") } else { ("_stats", "_stats_history") };
        let path = |suffix: &str| PathBuf::from(format!("{prefix}{suffix}.csv"));
        Self {
            stats: path(stats),
            history: path(history),
            failures: path("_failures"),
            exceptions: path("_exceptions"),
        }
    }

    /// All four, in the order of the fields.
    pub fn all(&self) -> [&Path; 4] {
        [&self.stats, &self.history, &self.failures, &self.exceptions]
    }
}
