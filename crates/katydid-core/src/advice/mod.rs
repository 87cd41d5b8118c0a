//! What a run tells of itself that its author did not ask: warnings for known mistakes, by name,
//! and a diagnosis of the target from the run's own data.
//! docs/RULES.md has every rule.

mod diagnosis;
mod expiry;
mod measured;
mod planned;
mod rows;
mod warning;

pub use diagnosis::{Advice, Diagnosis, Symptom, diagnose, full_pools, known_cause};
pub use measured::measured_warnings;
pub use planned::{Planned, PlannedClass, is_loopback, planned_warnings};
pub use warning::{Silence, SilenceError, Warning, WarningName, Warnings};

use std::time::Duration;

use crate::Target;

/// Requests below which a p99 is only another word for the maximum, as for targets (R25).
fn p99_needs() -> u64 {
    Target::percentile_below(0.99, Duration::ZERO).needed()
}
