//! The command line of `tts-reader`.

mod accounts;
mod args;
mod audit;
mod config;
mod error;
mod health;
mod migrate;
mod read_pdf;
mod run;
mod serve;

pub use run::main;

pub(crate) use serve::stop_signal;
