//! From a paid request to a link to audio.

mod audio;
mod links;
mod order;
mod speaker;

pub(crate) use audio::AudioFiles;
pub(crate) use links::Links;
pub(crate) use order::{Order, Spoken, speak};
pub(crate) use speaker::Speaker;
