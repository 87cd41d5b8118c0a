//! Expectations: what a run must show beyond rules on one number, such as that the target recovers.
//!
//! Each is read from text, judged by the whole [`Snapshot`](crate::Snapshot) and told in the tables
//! of the targets. A missed one makes the run fail with exit code 99, as a missed target does.

mod degrade;
mod expectation;
mod monitor;
mod recover;
#[cfg(test)]
mod tests;

pub use degrade::{Degrade, DegradeError};
pub use expectation::{Expectation, Expected};
pub use monitor::{MonitorRule, MonitorRuleError};
pub use recover::{Recover, RecoverError};
