//! The TTS Reader load test: the guide's four personas as `tts-load`.
//!
//! Start in `personas.rs` (who), go on in `flows/` (what they do and what each answer must hold) and
//! `reader.rs` (one user's account, token and knowledge). `plan.rs` puts it together; `articles/` is
//! the local site that pages are extracted from.

pub mod accounts;
mod accounts_command;
mod advice;
mod answers;
pub mod articles;
mod clean;
mod created;
#[cfg(feature = "embedded")]
mod embedded;
pub mod flows;
mod mp3;
mod options;
pub mod personas;
mod plan;
mod preflight;
mod prose;
pub mod reader;
mod target;
pub mod texts;
mod token;

pub use plan::suite;
