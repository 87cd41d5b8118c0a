//! The search for the highest load that holds every target: which load is tried next, and what the
//! answers come to. Nothing here runs anything; a simulated target tests it (`tests.rs`).
//!
//! The search climbs from few users by a factor until a target breaks, halves the gap between the
//! last load that held and the first that broke, and then repeats both. The majority of a load's
//! probes decides about it.

mod outcome;
mod plan;
mod record;
mod search;
#[cfg(test)]
mod tests;

pub use outcome::{SearchEnd, SearchOutcome};
pub use plan::{CapacityPlan, Ladder};
pub use record::{ProbeRecord, Shows};
pub use search::{Bracket, Capacity, Next, Probe, Search};
