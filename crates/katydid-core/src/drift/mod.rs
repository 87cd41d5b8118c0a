//! Drift: how a number moves in hours, with a confidence interval, and rules on it.
//!
//! `rule.rs` says what may be asked, `slope.rs` is the statistics.

mod rule;
mod slope;

pub use rule::{DriftError, DriftLimit, DriftMetric, DriftRule};
pub use slope::Slope;
