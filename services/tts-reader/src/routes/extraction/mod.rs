//! Text of web pages.

mod enhanced;
mod extract;
mod methods;
mod preview;
mod progress;
mod request;

pub(crate) use enhanced::enhanced;
pub(crate) use extract::extract;
pub(crate) use methods::methods;
pub(crate) use preview::preview;
pub(crate) use progress::{follow, progress};
pub(crate) use request::{URL, done};
