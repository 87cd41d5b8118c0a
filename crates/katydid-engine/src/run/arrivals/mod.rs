//! The open model: tasks start when the plan says, whether or not those before have ended.
//!
//! Each thread knows the whole schedule by arithmetic (`schedule`) and takes every n-th start of
//! it; `inflow` gives what is due to users that have nothing to do (`turn`), and counts what became
//! of it. Nothing is shared between threads, and nothing but one timer per thread waits.

mod inflow;
mod schedule;
mod settings;
mod turn;

pub use settings::{Arrivals, Spacing, WhenFull};

pub(super) use inflow::{Fate, Inflow};
pub(super) use schedule::Schedule;
pub(super) use turn::Turn;

#[cfg(test)]
mod tests;
