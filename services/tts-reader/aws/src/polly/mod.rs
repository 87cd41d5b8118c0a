//! Amazon Polly: sound and marks of a text that is short enough for one call.
//!
//! Cutting longer ones, and trying again, is the business of whoever speaks them: there is one place for
//! it, whatever engine speaks.

mod marks;
mod speak;
mod voices;

pub use marks::{Mark, MarkKind};
pub use speak::{Engine, LONGEST, Polly, Request, SAMPLE_RATE};
pub use voices::Voice;
