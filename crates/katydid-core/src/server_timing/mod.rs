//! What answers say of the time that they took (`Server-Timing`): read, and added up by name.
//!
//! It is the target's word and not a measurement, so it stands beside the phases and is in none of
//! them. A target may say anything: what is read of one answer, the names of a row and those of a
//! thread are bounded, and what is beyond is counted under one name that says so.

mod parse;
mod totals;

pub use parse::{ServerTiming, server_timings};
pub(crate) use totals::Names;
pub use totals::{ServerTimings, StageTimes};

/// The name of what has no room under its own.
pub const OTHER_STAGES: &str = "(other)";
