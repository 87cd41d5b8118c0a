//! Drift: how a number moves in hours, with a confidence interval, and rules on it.
//!
//! `rule.rs` says what may be asked, `window.rs` over which time, `slope.rs` is the statistics,
//! `judge.rs` holds a rule against a run, `text.rs` has the words.

mod judge;
mod rule;
mod slope;
#[cfg(test)]
mod tests;
mod text;
mod window;

pub use rule::{DriftError, DriftLimit, DriftMetric, DriftRule};
pub use slope::Slope;
