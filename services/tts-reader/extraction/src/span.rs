//! Our own reader: from the first sentences of a page to the last, with everything between them
//! (lists, tables, code) that does not stand beside the text.
//!
//! It looks at blocks in reading order and at no tree, so it costs the same however a page is
//! nested.

use crate::page::MIN_CHARS;
use crate::scan::Block;

/// A block of so many words is a sentence and no label.
const SENTENCE_WORDS: usize = 10;
/// A heading so many blocks before the first sentence is its heading: a date and names may stand
/// between them.
const HEADING_BLOCKS: usize = 6;

/// The blocks of the text; none when the page has no sentences.
pub(crate) fn span(blocks: &[Block], semantic: bool) -> Vec<&Block> {
    let within: Vec<&Block> = blocks.iter().filter(|b| b.semantic || !semantic).collect();
    let text: Vec<&Block> = within.iter().copied().filter(|b| !b.aside && !b.beside).collect();
    let chosen = between(&text);
    if length(&chosen) >= MIN_CHARS {
        return chosen;
    }
    // The names misled us: all of the page seems to stand beside its text.
    between(&within)
}

fn between<'a>(blocks: &[&'a Block]) -> Vec<&'a Block> {
    let Some(first) = blocks.iter().position(|b| is_prose(b)) else { return Vec::new() };
    let last = blocks.iter().rposition(|b| is_prose(b)).unwrap_or(first);
    let near = first.saturating_sub(HEADING_BLOCKS);
    let heading = blocks[near..first].iter().rposition(|b| b.heading).map(|at| near + at);
    let start = heading.unwrap_or(first);
    blocks[start..=last]
        .iter()
        .copied()
        .filter(|b| b.heading || b.linked * 2 < b.text.len())
        .collect()
}

/// Whether a block is sentences rather than links or a label.
pub(crate) fn is_prose(block: &Block) -> bool {
    !block.heading && block.linked * 3 < block.text.len() && words(&block.text) >= SENTENCE_WORDS
}

/// Words, also of scripts that put no spaces between them: there a word has two characters or so.
fn words(text: &str) -> usize {
    let unspaced = text.chars().filter(|c| is_unspaced(*c)).count();
    text.split(' ').count() + unspaced / 2
}

/// Thai, Lao, Burmese, Khmer; Chinese characters and kana.
fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
        | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

fn length(blocks: &[&Block]) -> usize {
    blocks.iter().map(|b| b.text.chars().count()).sum()
}
