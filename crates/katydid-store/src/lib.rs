//! Saved runs: everything that a run measured, second by second, in one file that only grows.
//!
//! A file is a short head and then frames, each with its length and a checksum; docs/RUN_FILE.md
//! describes every byte of it. A [`Saver`] takes the events of a run and hands frames to a thread of
//! its own, so that a slow disk never holds up the load. A [`Reader`] gives the records back one by
//! one and stops, with a word, where a file breaks off: after a kill all but the last second is
//! there. [`Saved::open`] makes the run again: it feeds a [`Snapshot`](katydid_core::Snapshot) with
//! the intervals that the threads measured, by the functions that made the live one, so that every
//! report of a saved run is the report of the run.
//!
//! [`Runs`] is the folder in which runs are kept: which there are, by which names people call them,
//! and which may go.

mod ends;
mod error;
mod folder;
mod frame;
mod header;
mod reader;
mod record;
mod saved;
mod saver;
mod verdict;
mod window;

pub use error::{ReadError, Torn};
pub use folder::{End, Found, Runs, RunsError, is_run};
pub use header::{Ending, Header, Load, Outcome, Place};
pub use reader::Reader;
pub use record::{Measured, Record};
pub use saved::{Saved, SavedError};
pub use saver::{SaveFault, Saver};
pub use verdict::Rules;
pub use window::{Cut, CutError};

/// The name of the file in the folder of a run.
pub const FILE_NAME: &str = "run.ktd";
/// The version of the format that is written. Files of a later one are refused.
pub const VERSION: u32 = 1;
