//! What people see on stderr, and the log.
//!
//! Whoever has something to say hands it to [`Console`] and goes on; one thread writes
//! (`writer.rs`). A terminal that stands still (Ctrl-S), a full pipe or a slow one therefore never
//! holds up the run.

mod log;
mod writer;

pub(crate) use log::{Console, LogSetup, width};
