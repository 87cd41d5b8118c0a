//! Sentences: where one ends and the next begins.

use std::ops::Range;

use crate::words::{Gap, Word};

/// Ranges of `words`, one for each sentence.
pub(crate) fn sentences(words: &[Word]) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut start = 0;
    for index in 1..words.len() {
        if ends_between(&words[index - 1], &words[index]) {
            out.push(start..index);
            start = index;
        }
    }
    if start < words.len() {
        out.push(start..words.len());
    }
    out
}

/// Titles and references: a name or a number follows, never a new sentence.
const BEFORE_A_NAME: &[&str] = &[
    "mr", "mrs", "ms", "mx", "dr", "prof", "st", "sr", "gen", "col", "sgt", "capt", "lt", "cmdr",
    "rev", "hon", "gov", "sen", "rep", "pres", "messrs", "mme", "mlle", "vs", "v", "cf", "viz",
    "e.g", "i.e", "eg", "ie", "approx", "ca", "al", "mt", "ft",
];

/// Abbreviations only before a number: "No. 5", but "She said no. Five left."
const BEFORE_A_NUMBER: &[&str] = &[
    "no", "nos", "fig", "figs", "vol", "ch", "sec", "art", "p", "pp", "par", "op", "eq", "ver",
    "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec",
];

/// Capitalised words that begin sentences far oftener than names, so that a sentence may end
/// with "Inc." or "U.S." before them.
const SENTENCE_STARTERS: &[&str] = &[
    "The", "A", "An", "This", "That", "These", "Those", "It", "Its", "He", "She", "They", "We",
    "You", "I", "His", "Her", "Their", "Our", "My", "Your", "In", "On", "At", "As", "If", "But",
    "And", "So", "Then", "When", "While", "After", "Before", "There", "Here", "What", "Who", "Why",
    "How", "For", "From", "To", "With", "However", "Now", "Not", "No", "Yes", "Some", "Most",
    "All",
];

/// Abbreviations inside a sentence that may also end it.
const MAY_END: &[&str] =
    &["etc", "inc", "ltd", "co", "corp", "jr", "dept", "est", "bros", "ave", "blvd"];

fn ends_between(last: &Word, next: &Word) -> bool {
    let closing = last.closing.as_str();
    let next_first = next.spoken[0].chars().find(char::is_ascii_alphanumeric).unwrap_or('a');
    let next_is_small = next_first.is_ascii_lowercase();
    match next.gap {
        Gap::Paragraph => return true,
        // A heading or a list item: a short line, and the next one begins anew.
        Gap::Line { short: true } if !next_is_small => return true,
        _ => {}
    }
    if closing.contains(['!', '?']) {
        // "Really?" she said.
        return !(next_is_small && closing.ends_with(['"', '\'', ')']));
    }
    if !closing.contains('.') || next_is_small {
        return false;
    }
    if closing.contains("..") || closing.ends_with(['"', '\'', ')', ']']) {
        return true;
    }
    !is_abbreviation(&last.spoken[0], &next.spoken[0], next_first)
}

/// Whether the full stop after `name` belongs to it rather than to the sentence.
fn is_abbreviation(name: &str, next: &str, next_first: char) -> bool {
    let lower = name.to_ascii_lowercase();
    let starter = SENTENCE_STARTERS.contains(&next);
    let dotted = name.contains('.') && name.split('.').all(|part| part.len() == 1);
    let initial = name.len() == 1 && name != "I" && next_first.is_ascii_uppercase();
    if BEFORE_A_NAME.contains(&lower.as_str()) {
        return true;
    }
    if BEFORE_A_NUMBER.contains(&lower.as_str()) {
        return next_first.is_ascii_digit();
    }
    if dotted || initial || MAY_END.contains(&lower.as_str()) {
        return !starter;
    }
    false
}
