//! Texts of web pages, read for callers, and where their sentences and words are.
//!
//! The work itself is that of the crate `tts-reader-extraction`; here are the threads and places that it may take,
//! and the words of the service for what can go wrong.

mod highlighting;
mod pages;

pub(crate) use highlighting::{Highlighting, Mark};
pub(crate) use pages::{Extraction, Figures, Read};
