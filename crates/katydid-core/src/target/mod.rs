//! Targets: rules on what was measured, as text (`p95 < 500ms on /api/health`) and as values.
//!
//! Start with [`Target`] (`rule.rs`): how it reads. `parse/` takes text apart, `scope.rs` says which
//! requests a target is about, `samples.rs` how many it needs, `result.rs` holds it against a run,
//! `abort.rs` while that goes on.

mod abort;
mod metric;
mod number;
mod parse;
mod result;
mod rule;
mod samples;
mod scope;
#[cfg(test)]
mod tests;

pub use abort::Aborted;
pub use metric::{Comparison, Metric};
pub use parse::TargetError;
pub use result::TargetResult;
pub use rule::Target;
pub use scope::{Scope, TagClass};

pub(crate) use metric::{percent, share};
pub(crate) use parse::{Cursor, decimal, percentile, scope, time as parse_time};
pub(crate) use rule::time as time_text;
