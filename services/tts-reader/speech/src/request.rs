//! What is asked of the engine and what it gives back.

use std::fmt;
use std::time::Duration;

/// Most characters (code points) of one request.
pub const MAX_CHARACTERS: usize = 100_000;

/// The slowest and the fastest [`SpeechRequest::rate`]; beyond 1.5 words get lost.
pub const RATE_RANGE: (f32, f32) = (0.5, 1.5);

/// One text to be spoken.
#[derive(Debug, Clone, Copy)]
pub struct SpeechRequest<'a> {
    /// What to say; any Unicode text.
    pub text: &'a str,
    /// An id of the voice list, for example `Joanna`.
    pub voice_id: &'a str,
    /// The file format of the answer.
    pub format: AudioFormat,
    /// Pace: 1.0 is the voice's own, 1.5 is faster. Clamped to [`RATE_RANGE`]; not a number means
    /// 1.0.
    pub rate: f32,
}

impl<'a> SpeechRequest<'a> {
    /// MP3 at normal pace.
    pub fn new(text: &'a str, voice_id: &'a str) -> Self {
        Self { text, voice_id, format: AudioFormat::default(), rate: 1.0 }
    }

    /// The same with another file format.
    pub fn format(self, format: AudioFormat) -> Self {
        Self { format, ..self }
    }

    /// The same at another pace.
    pub fn rate(self, rate: f32) -> Self {
        Self { rate, ..self }
    }

    /// The pace that will really be used.
    pub(crate) fn clamped_rate(&self) -> f32 {
        if self.rate.is_nan() { 1.0 } else { self.rate.clamp(RATE_RANGE.0, RATE_RANGE.1) }
    }
}

/// File formats of the audio.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AudioFormat {
    /// MP3, mono, 16 kHz, 48 kbit/s, with a gapless tag.
    #[default]
    Mp3,
    /// RIFF WAVE, mono, 16 kHz, 16 bit.
    Wav,
}

impl AudioFormat {
    /// Media type for a `Content-Type` header.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Mp3 => "audio/mpeg",
            Self::Wav => "audio/wav",
        }
    }

    /// File name ending without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Mp3 => "mp3",
            Self::Wav => "wav",
        }
    }

    /// How much later everything is in a player that does not cut what the encoder adds in front:
    /// marks count as players count that do, which browsers are. One that plays even the tag's own
    /// frame, as silence, is another 36 ms late.
    pub fn untrimmed_delay(self) -> Duration {
        match self {
            // 1,057 samples of filters, the decoder's own among them.
            Self::Mp3 => Duration::from_micros(66_062),
            Self::Wav => Duration::ZERO,
        }
    }

    /// The longest audio of one request: 3 hours of MP3 (65 MB) or 30 minutes of WAV (58 MB).
    pub fn longest(self) -> Duration {
        match self {
            Self::Mp3 => Duration::from_hours(3),
            Self::Wav => Duration::from_mins(30),
        }
    }
}

impl fmt::Display for AudioFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Mp3 => "MP3",
            Self::Wav => "WAV",
        })
    }
}

/// A spoken text.
#[derive(Debug, Clone, PartialEq)]
pub struct Speech {
    /// The whole file.
    pub audio: Vec<u8>,
    /// Its format.
    pub format: AudioFormat,
    /// Samples per second.
    pub sample_rate: u32,
    /// Length of the audio when played.
    pub duration: Duration,
    /// Where each sentence and each word lies, in order of time, a sentence before its words.
    pub marks: Vec<SpeechMark>,
    /// The pace that was asked for, after clamping.
    pub rate: f32,
    /// Characters that carry meaning but could not be said (other scripts, pictures).
    pub skipped_characters: usize,
}

/// A stretch of the text and the time in which it is heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpeechMark {
    /// Start in the audio, in milliseconds.
    pub time_ms: u64,
    /// End in the audio, in milliseconds.
    pub end_ms: u64,
    /// Word or sentence.
    pub kind: MarkKind,
    /// Start in the text, in characters (code points, so that one beyond U+FFFF counts once: in
    /// JavaScript `Array.from(text).slice(start, end)`).
    pub start: usize,
    /// End in the text, in characters (exclusive).
    pub end: usize,
    /// Start in the text, in bytes of UTF-8.
    pub start_byte: usize,
    /// End in the text, in bytes (exclusive).
    pub end_byte: usize,
    /// Exactly that part of the text.
    pub value: String,
}

/// What a [`SpeechMark`] covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MarkKind {
    /// A whole sentence with its punctuation.
    Sentence,
    /// A word without the punctuation around it.
    Word,
}

impl MarkKind {
    /// `sentence` or `word`, as speech-mark files write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sentence => "sentence",
            Self::Word => "word",
        }
    }
}
