//! The open model as data: how many tasks shall start per second, and what became of each of them.

mod counts;
mod lateness;
mod parse;
mod rate;

pub use counts::ArrivalCounts;
pub use lateness::Lateness;
pub use parse::RateError;
pub use rate::{ArrivalRate, RateStage};

#[cfg(test)]
mod tests;
