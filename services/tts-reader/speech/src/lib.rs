//! Local speech: text to audio with exact word and sentence marks.
//!
//! ```
//! use tts_reader_speech::{SpeechEngine, SpeechRequest};
//!
//! let engine = SpeechEngine::new();
//! let speech = engine.synthesize(&SpeechRequest::new("Hello, world.", "Joanna"))?;
//! assert_eq!(speech.marks[1].value, "Hello");
//! # Ok::<(), tts_reader_speech::SpeechError>(())
//! ```
//!
//! The path of a text: `words` folds it to ASCII and cuts it, `sentences` groups the words,
//! `passage` speaks some of them at a time and measures each, `encode` writes the file, `marks`
//! turns samples and bytes into milliseconds and characters. Everything is computed on the calling
//! thread; there is no I/O and no global state.

mod encode;
mod engine;
mod error;
mod fold;
mod marks;
mod passage;
mod request;
mod resample;
mod sentences;
mod voices;
mod words;

pub use engine::{SpeechEngine, check, speakable_chars};
pub use error::SpeechError;
pub use request::{
    AudioFormat, MAX_CHARACTERS, MarkKind, RATE_RANGE, Speech, SpeechMark, SpeechRequest,
};
pub use voices::{Preset, Voice, find_voice, presets, voices};

/// The notices and licences that must go along with any binary made from this crate: the voice
/// data of Carnegie Mellon University and the two engines.
pub const NOTICES: &str = concat!(
    include_str!("../licenses/flite-rs-NOTICE.txt"),
    "\n----\n\n",
    include_str!("../licenses/flite-rs-THIRD-PARTY-LICENSES.md"),
    "\n----\n\nrusty_mp3: Copyright 2026 Mata Network. Apache License, Version 2.0, as below.\n\n----\n",
    include_str!("../licenses/flite-rs-LICENSE.txt"),
);
