//! Marks: from bytes and samples to characters and milliseconds.

use std::borrow::Cow;
use std::ops::Range;

use crate::passage::SAMPLE_RATE;
use crate::{MarkKind, SpeechMark};

/// Makes the marks of one text, sentence by sentence, in order.
pub(crate) struct Marks<'a> {
    text: Cow<'a, str>,
    /// The words of the open sentence.
    words: Vec<SpeechMark>,
    /// How far characters have been counted: (byte, characters before it).
    counted: (usize, usize),
}

impl<'a> Marks<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text: Cow::Borrowed(text), words: Vec::new(), counted: (0, 0) }
    }

    /// The same with a copy of the text.
    pub(crate) fn into_owned(self) -> Marks<'static> {
        let Self { text, words, counted } = self;
        Marks { text: Cow::Owned(text.into_owned()), words, counted }
    }

    /// Adds a word of the open sentence; words come in the order of the text.
    pub(crate) fn word(&mut self, bytes: &Range<usize>, first: usize, last: usize) {
        let mark = self.mark(MarkKind::Word, bytes, (milliseconds(first), milliseconds(last)));
        self.words.push(mark);
    }

    /// Ends the open sentence: its mark, then those of its words; none if nothing was heard.
    pub(crate) fn end_sentence(&mut self, bytes: &Range<usize>) -> Vec<SpeechMark> {
        let words = std::mem::take(&mut self.words);
        let ends = words.first().zip(words.last());
        let Some(times) = ends.map(|(first, last)| (first.time_ms, last.end_ms)) else {
            return Vec::new();
        };
        let mut marks = Vec::with_capacity(words.len() + 1);
        marks.push(self.mark(MarkKind::Sentence, bytes, times));
        marks.extend(words);
        marks
    }

    fn mark(&mut self, kind: MarkKind, bytes: &Range<usize>, times: (u64, u64)) -> SpeechMark {
        let value = self.text[bytes.clone()].to_owned();
        let start = self.characters_before(bytes.start);
        SpeechMark {
            time_ms: times.0,
            end_ms: times.1,
            kind,
            start,
            end: start + value.chars().count(),
            start_byte: bytes.start,
            end_byte: bytes.end,
            value,
        }
    }

    /// Characters before a byte. Counts on from the last place, so that a text is counted once and
    /// not once for each word; a sentence goes back to its beginning.
    fn characters_before(&mut self, byte: usize) -> usize {
        let (from, characters) = self.counted;
        let characters = if byte >= from {
            characters + self.text[from..byte].chars().count()
        } else {
            characters - self.text[byte..from].chars().count()
        };
        self.counted = (byte, characters);
        characters
    }
}

fn milliseconds(sample: usize) -> u64 {
    sample as u64 * 1000 / u64::from(SAMPLE_RATE)
}
