//! Voices, synthesis, and the audio it leaves.

mod answer;
mod audio;
mod engine;
mod extract_and_synthesize;
mod listening;
mod request;
mod synthesize;
mod voices;
mod with_highlighting;

pub(crate) use answer::base;
pub(crate) use audio::audio;
pub(crate) use engine::{ENGINE, voice};
pub(crate) use extract_and_synthesize::extract_and_synthesize;
pub(crate) use synthesize::synthesize;
pub(crate) use voices::voices;
pub(crate) use with_highlighting::synthesize_with_highlighting;
