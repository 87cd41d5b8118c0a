//! The engine: text in, audio and its marks out.

use std::fmt;
use std::sync::Arc;

use crate::passage::{SAMPLE_RATE, Speaker};
use crate::speaking::Speaking;
use crate::voices::{Voice, find_voice, nearest_voice};
use crate::words::words;
use crate::{MAX_CHARACTERS, Speech, SpeechError, SpeechRequest};

/// The shared engine: cheap to clone, usable from every thread at once.
///
/// Equal requests give equal bytes. Speaking takes CPU time (about one second for ten minutes of
/// MP3) and does no I/O; run it on a blocking pool.
#[derive(Clone)]
pub struct SpeechEngine {
    speaker: Arc<Speaker>,
}

impl SpeechEngine {
    /// Parses the embedded voice data; once per process is enough.
    pub fn new() -> Self {
        Self { speaker: Arc::new(Speaker::new()) }
    }

    /// Begins to speak a text: the iterator makes one sentence after another.
    ///
    /// ```
    /// use tts_reader_speech::{SpeechEngine, SpeechRequest};
    ///
    /// let text = "The first sentence. The second one.";
    /// let mut speaking = SpeechEngine::new().speak(&SpeechRequest::new(text, "Joanna"))?;
    /// let mut file = Vec::new();
    /// for part in speaking.by_ref() {
    ///     let part = part?;
    ///     assert_eq!(part.marks[0].kind.as_str(), "sentence");
    ///     file.extend(part.audio); // or send it while the rest is spoken
    /// }
    /// let ended = speaking.finish();
    /// file[..ended.head.len()].copy_from_slice(&ended.head);
    /// # Ok::<(), tts_reader_speech::SpeechError>(())
    /// ```
    ///
    /// # Errors
    /// An unknown voice, a text that is too long or has nothing to say, audio that would be longer
    /// than [`AudioFormat::longest`](crate::AudioFormat::longest). Speaks nothing yet; measuring
    /// takes up to about a second for 100,000 digits.
    pub fn speak<'a>(&self, request: &SpeechRequest<'a>) -> Result<Speaking<'a>, SpeechError> {
        let voice = checked(request)?;
        Speaking::begin(Arc::clone(&self.speaker), request, voice)
    }

    /// Speaks a whole text into one file in memory.
    ///
    /// # Errors
    /// As [`speak`](Self::speak).
    pub fn synthesize(&self, request: &SpeechRequest<'_>) -> Result<Speech, SpeechError> {
        let mut speaking = self.speak(request)?;
        let (mut audio, mut marks) = (Vec::new(), Vec::new());
        for part in speaking.by_ref() {
            let part = part?;
            audio.extend_from_slice(&part.audio);
            marks.extend(part.marks);
        }
        let skipped_characters = speaking.skipped_characters();
        let ended = speaking.finish();
        audio[..ended.head.len()].copy_from_slice(&ended.head);
        Ok(Speech {
            audio,
            format: request.format,
            sample_rate: SAMPLE_RATE,
            duration: ended.duration,
            marks,
            rate: request.clamped_rate(),
            skipped_characters,
        })
    }
}

impl Default for SpeechEngine {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for SpeechEngine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SpeechEngine").finish_non_exhaustive()
    }
}

/// Says whether a request can be spoken, without speaking it: cheap, for use before charging.
///
/// Only the length of the audio is left to [`SpeechEngine::speak`].
///
/// # Errors
/// The same as `speak`, but never [`SpeechError::TooLong`].
pub fn check(request: &SpeechRequest<'_>) -> Result<(), SpeechError> {
    checked(request).map(|_| ())
}

fn checked(request: &SpeechRequest<'_>) -> Result<&'static Voice, SpeechError> {
    let voice = find_voice(request.voice_id).ok_or_else(|| unknown_voice(request.voice_id))?;
    let characters = request.text.chars().count();
    if characters > MAX_CHARACTERS {
        return Err(SpeechError::TextTooLong { characters, limit: MAX_CHARACTERS });
    }
    if speakable_chars(request.text) == 0 { Err(SpeechError::NothingToSay) } else { Ok(voice) }
}

/// How many characters of `text` lie in words that can be said; 0 means that there is nothing to
/// say and [`SpeechEngine::speak`] will refuse.
pub fn speakable_chars(text: &str) -> usize {
    words(text).words.iter().map(|word| text[word.bytes.clone()].chars().count()).sum()
}

fn unknown_voice(voice_id: &str) -> SpeechError {
    SpeechError::UnknownVoice {
        voice_id: voice_id.chars().take(50).collect(),
        nearest: nearest_voice(voice_id),
    }
}
