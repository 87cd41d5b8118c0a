//! Report files: written whole or not at all, by a thread of their own, and never a reason to end
//! a run.

mod failures;
mod find;
mod last;
mod place;
mod reports;
mod stamps;
mod whole;
mod writer;

pub(crate) use failures::{FailureFile, note as note_failures};
pub(crate) use find::RUNS;
pub use find::find_run;
pub(crate) use last::LastFiles;
pub(crate) use place::Place;
pub(crate) use reports::Reports;
pub(crate) use stamps::Stamps;
pub(crate) use whole::{survive_file_limits, write_whole};
pub(crate) use writer::Written;

#[cfg(test)]
mod tests;
