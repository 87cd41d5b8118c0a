//! Voices, synthesis, and the audio it leaves.

mod answer;
mod audio;
mod engine;
mod extract_and_synthesize;
mod synthesize;
mod voices;

pub(crate) use answer::base;
pub(crate) use audio::audio;
pub(crate) use engine::ENGINE;
pub(crate) use extract_and_synthesize::extract_and_synthesize;
pub(crate) use synthesize::synthesize;
pub(crate) use voices::voices;
