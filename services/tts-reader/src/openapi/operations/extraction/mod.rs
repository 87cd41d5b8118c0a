//! Text of web pages.

mod parts;
mod texts;
mod ways;

pub(super) use parts::{method, reads};
pub(crate) use texts::{enhanced, extract, preview, test, with_speech_marks};
pub(crate) use ways::{analytics, methods, status, verify};
