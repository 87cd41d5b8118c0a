//! Text of web pages.

mod analytics;
mod content;
mod enhanced;
mod extract;
mod methods;
mod preview;
mod progress;
mod request;
mod status;
mod test;
mod with_speech_marks;

pub(crate) use analytics::analytics;
pub(crate) use enhanced::enhanced;
pub(crate) use extract::extract;
pub(crate) use methods::methods;
pub(crate) use preview::preview;
pub(crate) use progress::{follow, progress};
pub(crate) use request::{URL, done};
pub(crate) use status::{status, verify};
pub(crate) use test::test;
pub(crate) use with_speech_marks::with_speech_marks;
