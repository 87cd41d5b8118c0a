//! The engine: text in, one audio file and its marks out, passage by passage.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use crate::encode::AudioFile;
use crate::marks::Marks;
use crate::passage::{Manner, SAMPLE_RATE, Speaker};
use crate::sentences::sentences;
use crate::voices::{find_voice, nearest_voice};
use crate::words::{Word, words};
use crate::{AudioFormat, MAX_CHARACTERS, Speech, SpeechError, SpeechRequest};

/// Most words and most ASCII characters spoken in one breath, so that the memory for one passage
/// stays bounded however long a sentence is.
const PASSAGE: (usize, usize) = (60, 400);

/// The shared engine: cheap to clone, usable from every thread at once.
///
/// Equal requests give equal bytes. A call takes CPU time (about one second for ten minutes of MP3)
/// and does no I/O; run it on a blocking pool.
#[derive(Clone)]
pub struct SpeechEngine {
    speaker: Arc<Speaker>,
}

impl SpeechEngine {
    /// Parses the embedded voice data; once per process is enough.
    pub fn new() -> Self {
        Self { speaker: Arc::new(Speaker::new()) }
    }

    /// Speaks a text.
    ///
    /// # Errors
    /// An unknown voice, a text that is too long or has nothing to say, audio that would be longer
    /// than [`AudioFormat::longest`](crate::AudioFormat::longest).
    pub fn synthesize(&self, request: &SpeechRequest<'_>) -> Result<Speech, SpeechError> {
        check(request)?;
        let voice = find_voice(request.voice_id).ok_or_else(|| unknown_voice(request.voice_id))?;
        let found = words(request.text);
        let sentences = sentences(&found.words);
        let manner = Manner::new(voice.preset, request.clamped_rate());
        let limit = Limit::of(request.format);
        self.refuse_what_is_too_long(&found.words, &sentences, &manner, &limit)?;

        let mut file = AudioFile::new(request.format);
        let mut marks = Marks::new(request.text);
        let mut total = 0;
        for sentence in sentences {
            let sentence = &found.words[sentence];
            for range in passages(sentence) {
                let words = &sentence[range];
                let passage = self.speaker.speak(words, &manner);
                for (word, time) in words.iter().zip(&passage.times) {
                    if let Some((start, end)) = time {
                        marks.word(&word.bytes, total + start, total + end);
                    }
                }
                total += passage.samples.len();
                limit.check(total)?;
                file.push(&passage.samples)?;
            }
            marks.end_sentence(&outer(sentence));
        }
        let marks = marks.finish();
        if marks.is_empty() {
            return Err(SpeechError::NothingToSay);
        }
        Ok(Speech {
            audio: file.finish(),
            format: request.format,
            sample_rate: SAMPLE_RATE,
            duration: Duration::from_secs_f64(total as f64 / f64::from(SAMPLE_RATE)),
            marks,
            rate: request.clamped_rate(),
            skipped_characters: found.skipped,
        })
    }

    /// Refuses a long text before the costly part, if its audio will be too long: what is spelled
    /// out (digits, consonants) takes up to ten times as long as ordinary words.
    fn refuse_what_is_too_long(
        &self,
        words: &[Word],
        sentences: &[Range<usize>],
        manner: &Manner,
        limit: &Limit,
    ) -> Result<(), SpeechError> {
        /// Seconds that no character exceeds at normal pace: "W." is "double u" and a pause.
        const LONGEST_CHARACTER: f64 = 1.5;
        let characters: usize = words.iter().map(spoken_length).sum();
        let at_most = characters as f64 * LONGEST_CHARACTER / f64::from(manner.rate());
        if at_most * f64::from(SAMPLE_RATE) < limit.samples as f64 {
            return Ok(());
        }
        let mut total = 0;
        for sentence in sentences {
            let sentence = &words[sentence.clone()];
            for range in passages(sentence) {
                total += self.speaker.measure(&sentence[range], manner);
                limit.check(total)?;
            }
        }
        Ok(())
    }
}

/// The longest audio of one file.
struct Limit {
    samples: usize,
    format: AudioFormat,
}

impl Limit {
    fn of(format: AudioFormat) -> Self {
        Self { samples: format.longest().as_secs() as usize * SAMPLE_RATE as usize, format }
    }

    fn check(&self, samples: usize) -> Result<(), SpeechError> {
        if samples > self.samples {
            let (limit, format) = (self.format.longest(), self.format);
            return Err(SpeechError::TooLong { limit, format });
        }
        Ok(())
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
/// Only the length of the audio is left to [`SpeechEngine::synthesize`].
///
/// # Errors
/// The same as `synthesize`, but never [`SpeechError::TooLong`].
pub fn check(request: &SpeechRequest<'_>) -> Result<(), SpeechError> {
    if find_voice(request.voice_id).is_none() {
        return Err(unknown_voice(request.voice_id));
    }
    let characters = request.text.chars().count();
    if characters > MAX_CHARACTERS {
        return Err(SpeechError::TextTooLong { characters, limit: MAX_CHARACTERS });
    }
    if speakable_chars(request.text) == 0 { Err(SpeechError::NothingToSay) } else { Ok(()) }
}

/// How many characters of `text` lie in words that can be said; 0 means that there is nothing to
/// say and [`SpeechEngine::synthesize`] will refuse.
pub fn speakable_chars(text: &str) -> usize {
    words(text).words.iter().map(|word| text[word.bytes.clone()].chars().count()).sum()
}

fn unknown_voice(voice_id: &str) -> SpeechError {
    SpeechError::UnknownVoice {
        voice_id: voice_id.chars().take(50).collect(),
        nearest: nearest_voice(voice_id),
    }
}

/// The text of a sentence with its punctuation.
fn outer(sentence: &[Word]) -> Range<usize> {
    let start = sentence.first().map_or(0, |word| word.outer.start);
    let end = sentence.last().map_or(start, |word| word.outer.end);
    start..end
}

/// ASCII characters that the engine reads for a word.
fn spoken_length(word: &Word) -> usize {
    word.spoken.iter().map(String::len).sum()
}

/// Cuts a sentence into passages, at a comma where there is one in the second half.
fn passages(sentence: &[Word]) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut start = 0;
    while start < sentence.len() {
        let mut characters = 0;
        let fits = sentence[start..]
            .iter()
            .take(PASSAGE.0)
            .take_while(|word| {
                characters += spoken_length(word);
                characters <= PASSAGE.1
            })
            .count()
            .max(1);
        let mut end = start + fits;
        if end < sentence.len() {
            let half = start + fits / 2;
            let pause = |word: &Word| word.closing.contains([',', ';', ':']);
            let comma = sentence[half..end].iter().rposition(pause);
            end = comma.map_or(end, |at| half + at + 1);
        }
        out.push(start..end);
        start = end;
    }
    out
}
