//! Foreign text in Markdown: it stays what it is, whatever stands in it.
//!
//! Everything that could mean something is written as a numeric character reference, which never
//! counts as structure: no emphasis, table, link, tag, heading or code can come of it.

use crate::text::{clean, shorten};

/// Columns of a text or a name, and of a sentence of ours.
const LONGEST: usize = 300;
const LONGEST_SENTENCE: usize = 900;

/// A text. A word joiner behind `@` keeps a service from telling somebody of that name.
pub(super) fn text(text: &str) -> String {
    escape(text, LONGEST).replace("&#64;", "&#64;\u{2060}")
}

/// A sentence of ours; what stands in backticks is in its own type.
pub(super) fn sentence(said: &str) -> String {
    let parts = |escape: &dyn Fn(&str) -> String| {
        let parts = said.split('`').enumerate();
        parts
            .map(|(at, part)| if at % 2 == 1 { code(part) } else { escape(part) })
            .collect::<String>()
    };
    let plain = |part: &str| escape(part, LONGEST_SENTENCE).replace("&#64;", "&#64;\u{2060}");
    if said.matches('`').count().is_multiple_of(2) { parts(&plain) } else { plain(said) }
}

/// A name, a rule, an error message: what a machine said, in its own type.
pub(super) fn code(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("<code>{}</code>", escape(text, LONGEST)) }
}

fn escape(text: &str, most: usize) -> String {
    let text = clean(text);
    let text = shorten(&text, most);
    let mut out = String::with_capacity(text.len() + 16);
    let mut before = None;
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let plain = match c {
            // In the midst of a sentence these mean nothing in any dialect.
            ',' | ';' | '(' | ')' | '%' | '/' | '?' | '\'' | '"' | '^' => true,
            // A list, if it comes first.
            '-' | '=' | '+' => before.is_some(),
            // `http://` and `:smile:` mean something.
            ':' => matches!(rest.peek(), Some(' ') | None),
            // `1.` would begin a list, `www.` a link.
            '.' => before.is_some() && !out.ends_with("www") && !is_number(&out),
            _ => !c.is_ascii_punctuation(),
        };
        if plain {
            out.push(c);
        } else {
            out += &format!("&#{};", u32::from(c));
        }
        before = Some(c);
    }
    out
}

fn is_number(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn nothing_of_a_text_is_structure() {
        assert_eq!(code("a|b`c<d>"), "<code>a&#124;b&#96;c&#60;d&#62;</code>");
        assert_eq!(text("**x** [y](z)\n# h"), "&#42;&#42;x&#42;&#42; &#91;y&#93;(z)&#92;n&#35; h");
        assert_eq!(text("ask @all"), "ask &#64;\u{2060}all");
        assert_eq!(text("http://www.a.b :x: y"), "http&#58;//www&#46;a.b &#58;x: y");
        assert_eq!([text("- a"), text("12. a-b: 1.5")], ["&#45; a", "12&#46; a-b: 1.5"]);
        assert_eq!(code(""), "");
    }

    proptest! {
        #[test]
        fn any_text_is_one_line_of_bounded_length(wild in "\\PC{0,400}|[\\x00-\\x7f]{0,400}") {
            let text = text(&wild);
            prop_assert!(!text.contains(['\n', '\r', '|', '`', '<', '>', '*', '_', '[', '~']));
            prop_assert!(text.len() <= LONGEST * 12, "{}", text.len());
        }
    }
}
