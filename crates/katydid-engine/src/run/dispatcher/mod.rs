//! The whole run, seen from above: who runs how many users, what they measured, when it ends.

mod borders;
mod collect;
mod conduct;
mod limits;
mod message;
mod open;
mod pool;
mod programme;
mod roster;
mod standby;
mod start;
mod steering;
mod threads;
mod window;

pub use start::{RunOutcome, run};

#[cfg(test)]
pub(super) use conduct::conduct;
pub(super) use message::{Message, Messages, Report, Steer};
#[cfg(test)]
pub(super) use threads::Thread;

#[cfg(test)]
mod tests;
