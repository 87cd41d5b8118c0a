//! What voice and engine somebody likes.

mod read;
mod write;

pub(crate) use read::read;
pub(crate) use write::write;
