//! The whole run step by step: what every row measured between two ticks, cut where phases begin.
//!
//! A [`History`] is a row of [`Step`]s (`store.rs`), at most a few hundred however long the run is.
//! Each has, for the rows in which something happened, an exact copy of it in few bytes
//! (`entry.rs`, `sparse.rs`). Any stretch of steps adds up to a [`Part`], and all of them to the
//! totals of the run. [`RunPhase`] is a named piece of the run by plan.

mod entry;
mod kinds;
mod part;
mod phase;
mod sparse;
mod store;
#[cfg(test)]
mod tests;

pub(crate) use entry::Entry;
pub use kinds::FailureKinds;
pub use part::Part;
pub(crate) use phase::{PhaseName, unknown_phase};
pub use phase::{PhaseNameError, RunPhase};
pub(crate) use sparse::{Sparse, lowest};
pub(crate) use store::StepLoad;
pub use store::{History, Step};
