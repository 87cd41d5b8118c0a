//! A text that is being spoken, part by part.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::breaths::{Breath, breaths, spoken_length};
use crate::encode::AudioFile;
use crate::marks::Marks;
use crate::passage::{Manner, SAMPLE_RATE, Speaker};
use crate::sentences::sentences;
use crate::voices::Voice;
use crate::words::{Word, words};
use crate::{AudioFormat, SpeechError, SpeechMark, SpeechRequest};

/// A text that is being spoken: an iterator of [`SpokenPart`]s, each made when it is asked for.
///
/// Begun by [`SpeechEngine::speak`](crate::SpeechEngine::speak). To stop, drop it. It holds one
/// part at a time, never the whole audio. An item is an error only if this crate is at fault, and
/// then it is the last one.
pub struct Speaking<'a> {
    speaker: Arc<Speaker>,
    manner: Manner,
    limit: Limit,
    words: Vec<Word>,
    skipped: usize,
    sentences: usize,
    breaths: std::vec::IntoIter<Breath>,
    marks: Marks<'a>,
    file: AudioFile,
    /// Samples so far.
    total: usize,
    is_heard: bool,
    encoding: Duration,
}

/// One sentence as audio, or part of a sentence that is longer than sixty words.
#[derive(Debug, Clone, PartialEq)]
pub struct SpokenPart {
    /// The next bytes of the file. All parts one after another are a file that plays; its head,
    /// which comes with the first part, does not tell the length (see [`Ended::head`]).
    pub audio: Vec<u8>,
    /// The sentence and its words, in order of time; a sentence of several parts has them with its
    /// last. Empty too if nothing of the sentence is heard.
    pub marks: Vec<SpeechMark>,
    /// Which sentence this is or belongs to, from 1 to [`Speaking::sentences`].
    pub sentence: usize,
    /// Length of the audio up to the end of this part.
    pub until: Duration,
}

/// What is known when a text has been spoken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// The file's true first bytes, to be written over as many that came first: the length in a WAV
    /// file; the number of frames, the seek table and what to cut at the end in an MP3 file. A
    /// stream plays without.
    pub head: Vec<u8>,
    /// Length of the audio when played.
    pub duration: Duration,
}

impl<'a> Speaking<'a> {
    /// Cuts the text of a request that has been checked, and measures it.
    pub(crate) fn begin(
        speaker: Arc<Speaker>,
        request: &SpeechRequest<'a>,
        voice: &Voice,
    ) -> Result<Self, SpeechError> {
        let found = words(request.text);
        let sentences = sentences(&found.words);
        let out = Self {
            manner: Manner::new(voice, request.clamped_rate()),
            limit: Limit::of(request.format),
            skipped: found.skipped,
            sentences: sentences.len(),
            breaths: breaths(&found.words, &sentences).into_iter(),
            words: found.words,
            marks: Marks::new(request.text),
            file: AudioFile::new(request.format),
            total: 0,
            is_heard: false,
            encoding: Duration::ZERO,
            speaker,
        };
        out.refuse_what_is_too_long()?;
        Ok(out)
    }

    /// How many sentences the text has.
    pub fn sentences(&self) -> usize {
        self.sentences
    }

    /// Characters that carry meaning but cannot be said (other scripts, pictures).
    pub fn skipped_characters(&self) -> usize {
        self.skipped
    }

    /// How much of the time so far went into the encoder rather than into the speech.
    pub fn encoding(&self) -> Duration {
        self.encoding
    }

    /// The same with a copy of the text, to be kept or sent to other threads between two parts.
    pub fn into_owned(self) -> Speaking<'static> {
        Speaking {
            speaker: self.speaker,
            manner: self.manner,
            limit: self.limit,
            words: self.words,
            skipped: self.skipped,
            sentences: self.sentences,
            breaths: self.breaths,
            marks: self.marks.into_owned(),
            file: self.file,
            total: self.total,
            is_heard: self.is_heard,
            encoding: self.encoding,
        }
    }

    /// What is known now; to be called after the last part. Before that the head is still without
    /// a length.
    pub fn finish(self) -> Ended {
        Ended { duration: duration(self.total), head: self.file.into_head() }
    }

    /// Refuses a text before the costly part, if its audio will be too long: what is spelled out
    /// (digits, consonants) takes up to ten times as long as ordinary words.
    fn refuse_what_is_too_long(&self) -> Result<(), SpeechError> {
        /// Seconds that no character exceeds at normal pace: "W." is "double u" and a pause.
        const LONGEST_CHARACTER: f64 = 1.5;
        let characters: usize = self.words.iter().map(spoken_length).sum();
        let at_most = characters as f64 * LONGEST_CHARACTER / f64::from(self.manner.rate());
        if at_most * f64::from(SAMPLE_RATE) < self.limit.samples as f64 {
            return Ok(());
        }
        let mut total = 0;
        for breath in self.breaths.as_slice() {
            total += self.speaker.measure(&self.words[breath.words.clone()], &self.manner);
            self.limit.check(total)?;
        }
        Ok(())
    }

    fn say(&mut self, breath: &Breath) -> Result<SpokenPart, SpeechError> {
        let words = &self.words[breath.words.clone()];
        let passage = self.speaker.speak(words, &self.manner);
        for (word, time) in words.iter().zip(&passage.times) {
            if let Some((start, end)) = time {
                self.marks.word(&word.bytes, self.total + start, self.total + end);
            }
        }
        self.total += passage.samples.len();
        self.limit.check(self.total)?;
        let encoding = Instant::now();
        self.file.push(&passage.samples)?;
        self.encoding += encoding.elapsed();
        let marks = match &breath.ends {
            Some(sentence) => self.marks.end_sentence(&outer(&self.words[sentence.clone()])),
            None => Vec::new(),
        };
        self.is_heard |= !marks.is_empty();
        if self.breaths.as_slice().is_empty() {
            if !self.is_heard {
                return Err(SpeechError::NothingToSay);
            }
            self.file.close();
        }
        let (audio, until) = (self.file.take(), duration(self.total));
        Ok(SpokenPart { audio, marks, sentence: breath.sentence, until })
    }
}

impl Iterator for Speaking<'_> {
    type Item = Result<SpokenPart, SpeechError>;

    fn next(&mut self) -> Option<Self::Item> {
        let breath = self.breaths.next()?;
        let part = self.say(&breath);
        if part.is_err() {
            self.breaths = Vec::new().into_iter();
        }
        Some(part)
    }
}

impl std::iter::FusedIterator for Speaking<'_> {}

impl fmt::Debug for Speaking<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Speaking")
            .field("sentences", &self.sentences)
            .field("so_far", &duration(self.total))
            .finish_non_exhaustive()
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

fn duration(samples: usize) -> Duration {
    Duration::from_secs_f64(samples as f64 / f64::from(SAMPLE_RATE))
}

/// The text of a sentence with its punctuation.
fn outer(sentence: &[Word]) -> Range<usize> {
    let start = sentence.first().map_or(0, |word| word.outer.start);
    let end = sentence.last().map_or(start, |word| word.outer.end);
    start..end
}
