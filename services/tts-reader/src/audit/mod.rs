//! `tts_api_audit.log`: what happened to accounts and which requests were refused, one line each,
//! tied together so that `tts-reader audit verify` sees what was done to it later.

mod chain;
mod line;
mod log;
mod seal;
mod verify;
mod writer;

pub(crate) use chain::Key;
pub(crate) use line::Level;
pub(crate) use log::Limits;
pub(crate) use verify::{Report, verify};
pub(crate) use writer::Audit;
