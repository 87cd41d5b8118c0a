//! What a run has made at its target, noted in `created.jsonl` in the run's folder, so that
//! `tts-load clean` finds it again, also after a run that was killed.
//!
//! One JSON value a line, only ever appended: `run` (where, and whose accounts), `registered` (before
//! the request is sent), `deleted`, `lost` (lines that a full disk did not take). The file has
//! passwords of accounts that nobody else uses; only its owner may read it.

mod journal;
mod notes;

use serde::{Deserialize, Serialize};
use tts_reader_accounts::Used;

pub(crate) use journal::Journal;
pub(crate) use notes::{Notes, NotesError};

/// The name of the file.
const FILE: &str = "created.jsonl";
/// The version of its form.
const VERSION: u32 = 1;

/// The head of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Head {
    /// Of the form of this file.
    version: u32,
    /// The target, without a slash at its end.
    pub(crate) host: String,
    /// The target was a backend of the run's own, which went with it.
    pub(crate) embedded: bool,
    /// The accounts that users logged in with, as far as `accounts create` made them.
    pub(crate) used: Option<Used>,
    /// A file of accounts that somebody else made.
    pub(crate) foreign: Option<String>,
}

impl Head {
    /// A run that needs no accounts.
    pub(crate) fn new(host: &str, embedded: bool) -> Self {
        let host = host.to_owned();
        Self { version: VERSION, host, embedded, used: None, foreign: None }
    }
}

/// An account that a user of the run registered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Registered {
    pub(crate) username: String,
    pub(crate) password: String,
}

/// A line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    Run(Head),
    Registered(Registered),
    Deleted(String),
    Lost(u64),
}

impl Line {
    fn bytes(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec(self).expect("a line is plain data");
        bytes.push(b'\n');
        bytes
    }
}
