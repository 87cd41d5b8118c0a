//! The suite of lies: a correct load test of a toy service, and the mistakes of the team's old load
//! test, each planted alone. The variable `LIE` names the mistake; without it there is none.
//!
//! `catalogue.rs` has every mistake with what Katydid must say of it. The tests run all of them
//! against Katydid, `xtask/shows/lies.py` runs them against Katydid and Locust side by side, and
//! docs/LIES.md is the catalogue for people.

pub mod catalogue;
mod flows;
mod mistake;
mod reader;
pub mod server;
mod suite;

pub use mistake::{Mistake, UnknownMistake};
pub use suite::suite;
