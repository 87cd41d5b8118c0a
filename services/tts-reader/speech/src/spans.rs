//! Where the sentences and words of a text are, without speaking it.

use crate::MarkKind;
use crate::sentences::sentences;
use crate::words::{Word, words};

/// A sentence or a word of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Which of the two.
    pub kind: MarkKind,
    /// First character (code point).
    pub start: usize,
    /// The character after the last.
    pub end: usize,
    /// The same in bytes.
    pub start_byte: usize,
    /// The same in bytes.
    pub end_byte: usize,
}

/// The sentences of a text, each before its words, where the marks of its speech will have them.
/// Only what cannot be heard has a span and no mark.
pub fn spans(text: &str) -> Vec<Span> {
    let words = words(text).words;
    let mut spans = Vec::with_capacity(words.len() * 5 / 4);
    let mut counted = Counted { text, byte: 0, characters: 0 };
    for sentence in sentences(&words) {
        let words = &words[sentence];
        let ([first, .., last] | [first @ last]) = words else { continue };
        spans.push(counted.span(MarkKind::Sentence, first.outer.start, last.outer.end));
        for Word { bytes, .. } in words {
            spans.push(counted.span(MarkKind::Word, bytes.start, bytes.end));
        }
    }
    spans
}

/// How far characters have been counted, so that a text is counted about once.
struct Counted<'a> {
    text: &'a str,
    byte: usize,
    characters: usize,
}

impl Counted<'_> {
    fn span(&mut self, kind: MarkKind, start_byte: usize, end_byte: usize) -> Span {
        let start = self.characters_before(start_byte);
        let end = start + self.text[start_byte..end_byte].chars().count();
        Span { kind, start, end, start_byte, end_byte }
    }

    fn characters_before(&mut self, byte: usize) -> usize {
        if byte >= self.byte {
            self.characters += self.text[self.byte..byte].chars().count();
        } else {
            self.characters -= self.text[byte..self.byte].chars().count();
        }
        self.byte = byte;
        self.characters
    }
}
