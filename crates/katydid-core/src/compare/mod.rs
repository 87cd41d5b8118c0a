//! Two builds held side by side: what differs, by how much, and how sure that is.
//!
//! Each side is one run or several ([`Run`]: `block.rs`, cut out of a history by `window.rs`). What a
//! scope measured on a side is a `Group` (`group.rs`), whose numbers can be taken
//! again with seconds drawn anew (`resample.rs`). What neighbouring seconds share (`alike.rs`) and what
//! runs differ by (`runs.rs`) comes on top: that tells how much a number moves by itself
//! (`estimate.rs`), and how long a run would have to be (`power.rs`). All differences of a table are
//! judged together (`family.rs`), so that many rows are no reason for false alarms. `rule.rs` has the rules of `--fail-if`, `about.rs` what makes two
//! runs no pair. docs/COMPARE.md has the method with its reasons and what it was seen to do.

mod about;
mod alike;
mod block;
mod compared;
mod estimate;
mod family;
mod group;
mod noise;
mod parse;
mod power;
mod resample;
mod rule;
mod run_all;
mod runs;
#[cfg(test)]
mod tests;
mod window;
mod words;

pub use about::{About, Caveat};
pub use block::{Block, Run, Times};
pub use compared::{Change, Compared, Difference, Line, OneSided, RuleResult, RuleWord, SideFacts};
pub use estimate::Settings;
pub use power::Needed;
pub use rule::{FailWhen, Limit, Rule, RuleError};
pub use run_all::compare;
pub use window::{Cut, Window};
pub use words::change_text;
