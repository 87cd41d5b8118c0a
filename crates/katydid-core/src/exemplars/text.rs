//! A request or an answer as text for people: cut, masked, and without anything that steers a
//! terminal.

use std::fmt::Write as _;

use super::curl::{is_odd, printable};
use crate::counted;
use crate::mask::Mask;

/// Most bytes of a body that are shown.
const MOST_BODY: usize = 2_048;
/// Most bytes of a head that are shown.
const MOST_HEAD: usize = 8_192;
/// Most bytes of an address or a failure's text that are shown.
const MOST_LINE: usize = 2_048;

/// A message: its first line, its headers (names in small letters) and the beginning of its body.
/// A body that is no text is described.
pub fn message_text(first: &str, headers: &[(String, String)], body: &[u8], mask: &Mask) -> String {
    let mut text = masked_line(first, mask);
    for (name, value) in headers {
        if text.len() > MOST_HEAD {
            text += "\n(more headers)";
            break;
        }
        let value = mask.header(name, beginning(value, MOST_LINE));
        let _ = write!(text, "\n{name}: {}", tame(&value).replace('\n', "\\n"));
    }
    if !body.is_empty() {
        let kind = headers.iter().find(|(name, _)| name == "content-type");
        let kind = kind.map_or("no content type", |(_, value)| beginning(value, 100));
        text += "\n\n";
        text += &body_text(body, kind, mask);
    }
    text
}

/// An address or another line, cut and masked.
pub fn masked_line(line: &str, mask: &Mask) -> String {
    let shown = tame(&mask.text(beginning(line, MOST_LINE)));
    if line.len() > MOST_LINE { shown + "…" } else { shown }
}

fn body_text(body: &[u8], kind: &str, mask: &Mask) -> String {
    let shown = &body[..body.len().min(MOST_BODY)];
    // The cut may go through a letter.
    let whole = std::str::from_utf8(shown).map_or_else(|fault| fault.valid_up_to(), str::len);
    let torn = shown.len() - whole;
    let cut = body.len() > shown.len();
    match printable(&shown[..whole]).filter(|_| torn == 0 || (cut && torn < 4)) {
        Some(text) if cut => {
            let length = counted(body.len(), "byte");
            format!("{}\n(the beginning of {length})", tame(&mask.text(text)))
        }
        Some(text) => tame(&mask.text(text)),
        None => {
            let are = if body.len() == 1 { "is" } else { "are" };
            format!("({} that {are} no text, {})", counted(body.len(), "byte"), tame(kind))
        }
    }
}

/// At most so many bytes.
fn beginning(text: &str, most: usize) -> &str {
    &text[..text.floor_char_boundary(most.min(text.len()))]
}

/// Control characters and what turns the direction of writing are spelled out; line ends are `\n`.
fn tame(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\r' if rest.peek() == Some(&'\n') => {}
            '\n' | '\t' => out.push(c),
            _ if is_odd(c) => out.extend(c.escape_default()),
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(all: &[(&str, &str)]) -> Vec<(String, String)> {
        all.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn a_message_is_masked_and_readable() {
        let headers = headers(&[("authorization", "Bearer abc"), ("x", "a\u{1b}[2J")]);
        let body = "a\r\nb\t\u{202e}c {\"token\":\"x\"}".as_bytes();
        assert_eq!(
            message_text("GET /x?token=a HTTP/1.1", &headers, body, &Mask::default()),
            "GET /x?token=*** HTTP/1.1\nauthorization: Bearer ***\nx: a\\u{1b}[2J\n\n\
             a\nb\t\\u{202e}c {\"token\":\"***\"}"
        );
    }

    #[test]
    fn long_bodies_are_cut_even_within_a_letter_and_binary_ones_are_described() {
        let mask = Mask::default();
        let text = message_text("x", &[], "€".repeat(1_000).as_bytes(), &mask);
        assert_eq!(text, format!("x\n\n{}\n(the beginning of 3000 bytes)", "€".repeat(682)));
        let image = headers(&[("content-type", "image/png")]);
        let text = message_text("x", &image, b"\x89PNG\0\x01", &mask);
        assert_eq!(text, "x\ncontent-type: image/png\n\n(6 bytes that are no text, image/png)");
        let text = message_text("x", &[], b"ab\xff", &mask);
        assert_eq!(text, "x\n\n(3 bytes that are no text, no content type)");
    }

    #[test]
    fn a_head_without_end_is_cut() {
        let value = "v".repeat(5_000);
        let many = headers(&[("n", value.as_str()); 100]);
        let text = message_text(&"é".repeat(5_000), &many, b"", &Mask::default());
        assert!(text.len() < 16_000, "{}", text.len());
        assert!(text.ends_with("(more headers)"));
    }
}
