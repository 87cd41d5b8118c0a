//! Breaths: a sentence cut into pieces that are spoken in one go, so that the memory for one piece
//! stays bounded however long a sentence is.

use std::ops::Range;

use crate::words::Word;

/// Most words and most ASCII characters of one breath.
const LONGEST: (usize, usize) = (60, 400);

/// Where there is no comma a speaker takes breath before one of these.
const CONJUNCTIONS: &[&str] =
    &["and", "or", "but", "nor", "because", "which", "that", "when", "while", "where", "who", "if"];

/// Words spoken in one go.
#[derive(Debug)]
pub(crate) struct Breath {
    /// Which of the text's words.
    pub(crate) words: Range<usize>,
    /// Which sentence, counted from 1.
    pub(crate) sentence: usize,
    /// All words of that sentence, if this is its last breath.
    pub(crate) ends: Option<Range<usize>>,
}

/// The breaths of a whole text.
pub(crate) fn breaths(words: &[Word], sentences: &[Range<usize>]) -> Vec<Breath> {
    let mut out = Vec::with_capacity(sentences.len());
    for (index, sentence) in sentences.iter().enumerate() {
        let mut start = sentence.start;
        while start < sentence.end {
            let end = start + length(&words[start..sentence.end]);
            let ends = (end == sentence.end).then(|| sentence.clone());
            out.push(Breath { words: start..end, sentence: index + 1, ends });
            start = end;
        }
    }
    out
}

/// ASCII characters that the engine reads for a word.
pub(crate) fn spoken_length(word: &Word) -> usize {
    word.spoken.iter().map(String::len).sum()
}

/// How many of a sentence's next words fit into one breath, at least one. If not all do: up to a
/// comma in the second half, else up to a conjunction there.
fn length(rest: &[Word]) -> usize {
    let mut characters = 0;
    let fits = rest
        .iter()
        .take(LONGEST.0)
        .take_while(|word| {
            characters += spoken_length(word);
            characters <= LONGEST.1
        })
        .count()
        .max(1);
    if fits == rest.len() {
        return fits;
    }
    let half = fits / 2;
    let pause = |word: &Word| word.closing.contains([',', ';', ':']);
    let joins = |word: &Word| CONJUNCTIONS.contains(&word.spoken[0].as_str());
    let comma = rest[half..fits].iter().rposition(pause).map(|at| half + at + 1);
    comma
        .or_else(|| rest[half + 1..=fits].iter().rposition(joins).map(|at| half + at + 1))
        .unwrap_or(fits)
}
