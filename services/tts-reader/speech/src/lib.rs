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
//! The path of a text: `markup` finds tags that are not said, `words` folds the rest to ASCII and
//! cuts it, `sentences` groups the words, `breaths` bounds what is spoken in one go, `passage` speaks
//! that and measures each word, `encode` writes the file, `marks` turns samples and bytes into
//! milliseconds and characters; `speaking` does these last three part by part. Everything is
//! computed on the calling thread; there is no I/O and no global state.
//!
//! A text is plain text in English. What becomes of another one:
//!
//! | text | what happens |
//! |---|---|
//! | more than [`MAX_CHARACTERS`] code points | [`SpeechError::TextTooLong`] |
//! | only punctuation, white space, control characters, pictures or another script | [`SpeechError::NothingToSay`] |
//! | words of another script, pictures between English words | skipped, [`Speaking::skipped_characters`] counts them |
//! | control characters, directional marks | separate words or are silent |
//! | tags of SSML or HTML | silent, no marks; a block (`<p>`, `<break/>`) ends a sentence; never obeyed |
//! | a word of more than 100 letters | said in pieces of 100, each with its own mark |
//! | a sentence of more than 60 words or 400 letters | said in several breaths, one sentence mark |
//! | more audio than [`AudioFormat::longest`] (100,000 digits take six hours) | [`SpeechError::TooLong`], before any is made |

mod breaths;
mod encode;
mod engine;
mod error;
mod fold;
#[cfg(any(test, feature = "fuzzing"))]
#[doc(hidden)]
pub mod fuzzing;
mod marks;
mod markup;
mod passage;
mod request;
mod resample;
mod sentences;
mod spans;
mod speaking;
mod voices;
mod words;

pub use encode::AudioFile;
pub use engine::{SpeechEngine, check, speakable_chars};
pub use error::SpeechError;
pub use request::{
    AudioFormat, MAX_CHARACTERS, MarkKind, RATE_RANGE, Speech, SpeechMark, SpeechRequest,
};
pub use spans::{Span, spans};
pub use speaking::{Ended, Speaking, SpokenPart};
pub use voices::{Preset, Shade, Voice, find_voice, presets, voices};

/// The notices and licences that must go along with any binary made from this crate: the voice
/// data of Carnegie Mellon University and the two engines.
pub const NOTICES: &str = concat!(
    include_str!("../licenses/flite-rs-NOTICE.txt"),
    "\n----\n\n",
    include_str!("../licenses/flite-rs-THIRD-PARTY-LICENSES.md"),
    "\n----\n\nrusty_mp3: Copyright 2026 Mata Network. Apache License, Version 2.0, as below.\n\n----\n",
    include_str!("../licenses/flite-rs-LICENSE.txt"),
);
