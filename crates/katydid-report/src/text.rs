//! Foreign text on a terminal: harmless, measured and cut to size.

use std::borrow::Cow;

use unicode_width::UnicodeWidthStr as _;

/// `text` with everything escaped that could move the cursor, change colours, break the line or
/// reverse the direction of writing: `\n`, `\u{1b}`.
pub fn clean(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_harmful) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        // Not all of it through `escape_default`: that would spoil every accent too.
        if is_harmful(c) { out.extend(c.escape_default()) } else { out.push(c) }
    }
    Cow::Owned(out)
}

fn is_harmful(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{200b}'..='\u{200f}' // invisible, or turns the direction of writing
            | '\u{2028}'..='\u{202e}' // line and paragraph ends, embeddings, overrides
            | '\u{2066}'..='\u{2069}' // isolates
            | '\u{61c}' | '\u{feff}')
}

/// Columns that `text` takes on a terminal.
pub fn width(text: &str) -> usize {
    text.width()
}

/// `text` in at most `most` columns: both ends stay, `…` stands for the middle, because names of
/// one service often differ only at their ends.
pub fn shorten(text: &str, most: usize) -> Cow<'_, str> {
    if width(text) <= most {
        return Cow::Borrowed(text);
    }
    let room = most.saturating_sub(1);
    let head =
        fitting(text.char_indices().map(|(at, c)| at + c.len_utf8()), room / 2, |end| &text[..end]);
    let rest = room - width(head);
    let tail = fitting(text.char_indices().rev().map(|(at, _)| at), rest, |start| &text[start..]);
    Cow::Owned(format!("{head}…{tail}"))
}

/// The longest piece that `piece` cuts at one of `places` and that fits into `room` columns.
fn fitting<'a>(
    places: impl Iterator<Item = usize>,
    room: usize,
    piece: impl Fn(usize) -> &'a str,
) -> &'a str {
    places.map(piece).take_while(|piece| width(piece) <= room).last().unwrap_or("")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn nothing_can_steer_the_terminal() {
        assert_eq!(clean("a\x1b[2J\r\nb"), "a\\u{1b}[2J\\r\\nb");
        assert_eq!(clean("\u{9b}1A \u{202e}evil"), "\\u{9b}1A \\u{202e}evil");
        assert_eq!(clean("naïve 日本 ✓"), "naïve 日本 ✓");
    }

    #[test]
    fn both_ends_stay() {
        assert_eq!(shorten("/api/extract-and-synthesize", 15), "/api/ex…thesize");
        assert_eq!(shorten("/api", 15), "/api");
        assert_eq!(shorten("日本語日本語", 7), "日…本語");
    }

    proptest! {
        #[test]
        fn any_text_fits(text in "\\PC{0,60}", most in 1usize..40) {
            prop_assert!(width(&shorten(&text, most)) <= most);
        }
    }
}
