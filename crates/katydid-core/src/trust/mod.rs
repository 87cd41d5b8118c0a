//! What a run says of itself: VALID, DISTURBED or INVALID, by rules over what was seen of the
//! machine and the threads that made the load. docs/RULES.md has the same table.

mod cut;
mod evidence;
mod findings;
mod floor;
mod late;
mod machine;
mod names;
mod rules;
mod still;
mod targets;

pub use findings::{Finding, RunWord, Trust};

pub(crate) use findings::examine;
pub(crate) use rules::rule_names;
pub(crate) use targets::beside_targets;

#[cfg(test)]
mod limits_tests;
#[cfg(test)]
mod tests;
