//! Why a text was not spoken, in words for the person who sent it.

use std::time::Duration;

use crate::AudioFormat;

/// Why [`SpeechEngine::speak`](crate::SpeechEngine::speak) refused or gave up.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SpeechError {
    /// No voice has this id.
    #[error("there is no voice `{voice_id}`; did you mean `{nearest}`? The voice list has all ids")]
    UnknownVoice {
        /// The id as it was asked for, cut to 50 characters.
        voice_id: String,
        /// The id that looks most like it.
        nearest: &'static str,
    },
    /// Nothing in the text can be pronounced: only spaces, punctuation, pictures or other scripts.
    #[error(
        "nothing in this text can be spoken: the voices read English, so it needs at least one \
         Latin letter, digit or symbol such as & or %"
    )]
    NothingToSay,
    /// The text itself is longer than one request may be.
    #[error(
        "the text has {characters} characters, more than the {limit} of one request; send it in parts"
    )]
    TextTooLong {
        /// Characters (code points) received.
        characters: usize,
        /// Characters allowed, [`MAX_CHARACTERS`](crate::MAX_CHARACTERS).
        limit: usize,
    },
    /// The audio would be longer than one file of this format may be (numbers and letters that are
    /// spelled out make long audio from short text).
    #[error("spoken, this text is longer than {} minutes, the most for one {format} file; send it in parts", limit.as_secs() / 60)]
    TooLong {
        /// The longest audio of this format.
        limit: Duration,
        /// The format asked for.
        format: AudioFormat,
    },
    /// The MP3 encoder refused the samples: a fault of this crate, not of the text.
    #[error("the MP3 encoder failed ({reason}); ask for WAV and report this")]
    Encoder {
        /// The encoder's own words.
        reason: String,
    },
}
