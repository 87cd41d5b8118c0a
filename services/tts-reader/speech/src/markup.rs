//! Markup: tags of SSML and HTML that a text brings along. They are not said and not obeyed.
//!
//! Only what is surely a tag is taken for one: a name that SSML or HTML has, and attributes with
//! quoted values. So `if x <y and y> 3` and `Vec<String>` are read as they stand.

/// Longest tag; bounds the look ahead, so that a text of `<` alone takes no longer than another.
const LONGEST: usize = 400;

/// Tags that end a paragraph or make a pause.
const BLOCKS: &[&str] = &[
    "article",
    "aside",
    "blockquote",
    "body",
    "br",
    "break",
    "dd",
    "div",
    "dl",
    "dt",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hr",
    "html",
    "li",
    "main",
    "nav",
    "ol",
    "p",
    "pre",
    "s",
    "section",
    "speak",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "title",
    "tr",
    "ul",
];

/// Tags inside of a sentence.
const INLINE: &[&str] = &[
    "a", "abbr", "audio", "b", "bdi", "bdo", "cite", "code", "del", "em", "emphasis", "font", "i",
    "img", "ins", "kbd", "lang", "lexicon", "mark", "phoneme", "prosody", "q", "say-as", "small",
    "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "voice", "w", "wbr",
];

/// A tag at the beginning of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tag {
    /// Bytes with both brackets.
    pub(crate) length: usize,
    /// Whether a sentence ends here.
    pub(crate) is_block: bool,
}

/// The tag that `text` begins with, if it does.
pub(crate) fn tag(text: &str) -> Option<Tag> {
    let near = &text[..text.floor_char_boundary(LONGEST)];
    let rest = near.strip_prefix('<')?;
    let rest = rest.strip_prefix('/').unwrap_or(rest);
    let name_length = rest.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | ':'))?;
    let (name, rest) = rest.split_at(name_length);
    let name = name.to_ascii_lowercase();
    let is_block = BLOCKS.contains(&name.as_str());
    if !is_block && !INLINE.contains(&name.as_str()) && !name.starts_with("amazon:") {
        return None;
    }
    let rest = attributes(rest)?;
    let rest = rest.strip_prefix('/').unwrap_or(rest).strip_prefix('>')?;
    Some(Tag { length: near.len() - rest.len(), is_block })
}

/// What follows the attributes of a tag; `None` if they are none.
fn attributes(mut rest: &str) -> Option<&str> {
    loop {
        let trimmed = rest.trim_ascii_start();
        if trimmed.starts_with(['/', '>']) {
            return Some(trimmed);
        }
        if trimmed.len() == rest.len() {
            return None;
        }
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | ':' | '_');
        let value = trimmed.trim_start_matches(is_name);
        if value.len() == trimmed.len() {
            return None;
        }
        let value = value.trim_ascii_start().strip_prefix('=')?.trim_ascii_start();
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        (_, rest) = value[1..].split_once(quote)?;
    }
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, tag};

    #[test]
    fn tags_are_known_by_name_and_form() {
        for (text, length, is_block) in [
            ("<speak>Hello", 7, true),
            ("</p>", 4, true),
            ("<BR/>x", 5, true),
            ("<break time=\"1s\" strength='x>y' />.", 34, true),
            ("<a href = \"https://example.com/?a=1&b=2\">", 41, false),
            ("<amazon:effect name='whispered'>", 32, false),
            ("<say-as interpret-as=\"digits\">1", 30, false),
        ] {
            let found = tag(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!((found.length, found.is_block), (length, is_block), "{text}");
        }
        for text in [
            "",
            "<",
            "</",
            "<>",
            "< p>",
            "<p",
            "<p x>",
            "<b and c> d",
            "<String>",
            "<y>",
            "<3",
            "<p a=\"b>",
            "<p a=\"b\"c=\"d\">",
            "<é>",
            "<!-- no -->",
            "p>",
        ] {
            assert_eq!(tag(text), None, "{text}");
        }
        assert_eq!(tag(&format!("<a href=\"{}\">", "x".repeat(LONGEST))), None);
    }
}
