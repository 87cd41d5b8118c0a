//! Why a saved run cannot be read, or not to its end.

use std::io;

/// Why a saved run cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The file itself.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// Something else than a saved run.
    #[error("it is no saved run (a saved run begins with the word `katydid`)")]
    Foreign,
    /// Written by a later Katydid.
    #[error(
        "it is written in format {found} by a later Katydid; this one reads up to {known}: update it"
    )]
    Newer {
        /// The version of the file.
        found: u32,
        /// The latest version that can be read.
        known: u32,
    },
    /// It begins like a saved run, and what should be the description of the run is none.
    #[error("its beginning is damaged, so nothing of it can be read: {0}")]
    Head(String),
    /// Records that do not belong together, though each of them is whole.
    #[error("its records do not fit together: {0}")]
    Inconsistent(String),
}

/// Where and why a file ends before the run does. What stands before is whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Torn {
    /// Bytes of whole frames before that place.
    pub at: u64,
    /// Bytes that follow and cannot be used.
    pub lost: u64,
    /// What is wrong there, in a few words.
    pub why: String,
}
