//! The live page, its HTTP API and Locust's.
//!
//! This room shows what the engine measured and passes on what people want; it never links the
//! engine. What it shows lies on a [`Board`], where whoever conducts the run puts a [`View`] once a
//! second; what people want goes to a [`Director`]. Both are plain: tests hand in their own.

mod board;
mod director;
mod suite;

pub use board::{Board, Run, Stage, View};
pub use director::{Change, Director, Field, Finding, LogLine, Order, Refusal, Severity};
pub use suite::{ClassInfo, Kind, OwnOption, Preset, SuiteInfo};
