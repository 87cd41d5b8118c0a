//! What a suite's own backend is asked for, and what it answers.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// What the embedded backend is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct EmbeddedRequest {
    /// An empty directory of its own, removed after the run.
    pub data_dir: PathBuf,
    /// Accounts to make: one for each user.
    pub accounts: u32,
    /// More requests than the run can possibly send; `u64::MAX` for a run without end. A rate
    /// limit has to lie above it.
    pub planned_requests: u64,
}

/// The embedded backend answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct EmbeddedReady {
    /// Its address, e.g. `http://127.0.0.1:40123`.
    pub url: String,
    /// The accounts that it made.
    pub accounts_file: PathBuf,
    /// Sentences for the log of the run, e.g. how it is limited.
    pub notes: Vec<String>,
    /// The folder with its files, where the plan's monitors look for logs.
    pub folder: Option<PathBuf>,
}

impl EmbeddedReady {
    /// A backend at `url` with its accounts in `accounts_file`.
    pub fn new(url: impl Into<String>, accounts_file: impl Into<PathBuf>) -> Self {
        let (url, accounts_file) = (url.into(), accounts_file.into());
        Self { url, accounts_file, notes: Vec::new(), folder: None }
    }

    /// Says where its files are: a log of the plan with a relative path is looked for there.
    pub fn folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folder = Some(folder.into());
        self
    }

    /// Adds a sentence for the log of the run.
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }
}
