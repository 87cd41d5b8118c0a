//! A text in chunks that a remote engine takes.

use std::ops::Range;

/// Ranges of bytes of at most so many characters each, which have all of the text that is not
/// space. They end where a sentence does; where there is none for too long, between words; and
/// where there is no space either, anywhere.
pub(super) fn chunks(text: &str, longest: usize) -> Vec<Range<usize>> {
    let mut chunks = Vec::new();
    let mut start = skip_space(text, 0);
    while start < text.len() {
        let end = start + end_of_chunk(&text[start..], longest);
        let trimmed = text[start..end].trim_end().len();
        chunks.push(start..start + trimmed);
        start = skip_space(text, end);
    }
    chunks
}

fn skip_space(text: &str, from: usize) -> usize {
    text.len() - text[from..].trim_start().len()
}

/// Where the chunk ends that a text begins with.
fn end_of_chunk(text: &str, longest: usize) -> usize {
    let Some((limit, next)) = text.char_indices().nth(longest) else { return text.len() };
    let head = &text[..limit];
    // A full stop at the very end of the room ends a sentence only if the text goes on with a space.
    let followed = |at: usize| text[at..].chars().next().is_none_or(char::is_whitespace);
    let sentence = head
        .char_indices()
        .rev()
        .map(|(at, c)| (at + c.len_utf8(), c))
        .find(|(end, c)| *c == '\n' || (matches!(c, '.' | '!' | '?') && followed(*end)));
    if let Some((end, _)) = sentence {
        return end;
    }
    if next.is_whitespace() {
        return limit;
    }
    head.rfind(char::is_whitespace).unwrap_or(limit)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::chunks;

    fn cut(text: &str, longest: usize) -> Vec<&str> {
        chunks(text, longest).into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn texts_are_cut_at_sentences_else_at_words_else_anywhere() {
        for (text, longest, expected) in [
            ("One. Two! Three? Four.", 100, vec!["One. Two! Three? Four."]),
            ("One. Two! Three? Four.", 10, vec!["One. Two!", "Three?", "Four."]),
            ("One. Two! Three? Four.", 9, vec!["One. Two!", "Three?", "Four."]),
            ("Pi is 3.14159 or so", 9, vec!["Pi is", "3.14159", "or so"]),
            ("  one\ntwo three ", 6, vec!["one", "two", "three"]),
            ("abcdefgh", 3, vec!["abc", "def", "gh"]),
            ("äöü ñç", 3, vec!["äöü", "ñç"]),
            (" \n ", 3, vec![]),
        ] {
            assert_eq!(cut(text, longest), expected, "{text:?} by {longest}");
        }
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_nothing_is_too_long(text in "[a-d.! \né😀]{0,60}", longest in 1..12_usize) {
            let cut = cut(&text, longest);
            let squeezed = |text: &str| text.split_whitespace().collect::<String>();
            prop_assert_eq!(squeezed(&cut.concat()), squeezed(&text));
            for chunk in cut {
                prop_assert!((1..=longest).contains(&chunk.chars().count()), "{:?}", chunk);
                prop_assert_eq!(chunk.trim(), chunk);
            }
        }
    }
}
