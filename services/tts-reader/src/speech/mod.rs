//! From a paid request to a link to audio.

mod order;
mod speaker;

pub(crate) use order::{Order, Spoken, speak};
pub(crate) use speaker::Speaker;
