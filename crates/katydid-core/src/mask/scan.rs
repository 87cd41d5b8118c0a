//! One walk through a text that finds secrets by the names before them and by their form.
//!
//! It knows no format and wants none whole: a body may be cut, JSON may be quoted in JSON, a form
//! may hide in the query of an address. Percent signs are read through, so `%22token%22%3A%22x%22`
//! is as clear as what it stands for.

use super::value::{self, Value};
use super::{Piece, names};

/// The text taken apart.
pub(super) fn pieces<'a>(text: &'a str, own: &[String]) -> Vec<Piece<'a>> {
    let mut scan = Scan { text, own, shown: 0, pieces: Vec::new() };
    let mut at = 0;
    while at < text.len() {
        at = scan.step(at);
    }
    scan.show(text.len());
    scan.pieces
}

/// A byte of the text with percent signs read: what it is, and how many bytes it takes.
pub(super) fn unit(bytes: &[u8], at: usize) -> Option<(u8, usize)> {
    let byte = *bytes.get(at)?;
    if byte == b'%'
        && let (Some(high), Some(low)) = (hex(bytes.get(at + 1)), hex(bytes.get(at + 2)))
    {
        return Some((high << 4 | low, 3));
    }
    Some((byte, 1))
}

fn hex(byte: Option<&u8>) -> Option<u8> {
    char::from(*byte?).to_digit(16).map(|digit| digit as u8)
}

/// Whether a byte may stand in the name of something.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.') || byte >= 0x80
}

struct Scan<'a, 'm> {
    text: &'a str,
    own: &'m [String],
    /// Up to where the text is in the pieces.
    shown: usize,
    pieces: Vec<Piece<'a>>,
}

impl<'a> Scan<'a, '_> {
    /// Looks at what begins at `at` and returns where to go on.
    fn step(&mut self, at: usize) -> usize {
        let bytes = self.text.as_bytes();
        let Some((byte, width)) = unit(bytes, at) else { return self.text.len() };
        if is_word(byte) {
            return self.word(at);
        }
        if byte == b':' && bytes[at..].starts_with(b"://") {
            return self.address(at + 3);
        }
        at + width
    }

    /// A word: perhaps a token itself, perhaps the name of what follows.
    fn word(&mut self, from: usize) -> usize {
        let bytes = self.text.as_bytes();
        let mut end = from;
        while let Some((byte, width)) = unit(bytes, end)
            && is_word(byte)
        {
            end += width;
        }
        // Every byte of a letter beyond ASCII is of the word, so it ends with a whole one.
        let word = &self.text[from..end];
        if let Some(token) = value::jwt(word) {
            return self.hide("jwt", from + token.start, from + token.end);
        }
        if let Some(token) = value::after_scheme(self.text, word, end) {
            return self.hide("bearer", token.start, token.end);
        }
        if word.eq_ignore_ascii_case("name")
            && let Some((name, token)) = value::of_field(self.text, end)
            && names::is_secret(name, self.own)
        {
            return self.hide(name, token.start, token.end);
        }
        let tag = from > 0 && bytes[from - 1] == b'<';
        match value::after_name(self.text, end, tag) {
            // Looked at last: in most texts few words are followed by a value.
            Some(Value { at, line }) if names::is_secret(word, self.own) => {
                let whole = line && value::fills_line(word);
                let at = if whole { value::line(self.text, at.start) } else { at };
                self.hide(word, at.start, at.end)
            }
            _ => end,
        }
    }

    /// What stands between `://` and `@` is a name and a password.
    fn address(&mut self, from: usize) -> usize {
        let rest = &self.text[from..];
        let ends = |c: char| c.is_whitespace() || "/?#\"'<>\\".contains(c);
        let authority = &rest[..rest.find(ends).unwrap_or(rest.len())];
        match authority.rfind('@') {
            Some(length) if length > 0 => self.hide("userinfo", from, from + length),
            _ => from,
        }
    }

    /// Makes a secret of a part of the text and returns its end.
    fn hide(&mut self, name: &'a str, from: usize, to: usize) -> usize {
        self.show(from);
        self.pieces.push(Piece::Secret { name, value: &self.text[from..to] });
        self.shown = to;
        to
    }

    /// Shows what comes before `until`.
    fn show(&mut self, until: usize) {
        if self.shown < until {
            self.pieces.push(Piece::Plain(&self.text[self.shown..until]));
            self.shown = until;
        }
    }
}
