//! Where a secret begins and ends, once its name is known.

use std::ops::Range;

use super::scan::unit;

/// Shortest text that is taken for a token by its form alone.
const SHORTEST_JWT: usize = 16;
/// How far behind the name of a form's field its value is looked for.
const FIELD: usize = 1_024;

/// The value that follows a name.
pub(super) struct Value {
    pub(super) at: Range<usize>,
    /// It follows a colon without any quotes, as in a line of headers.
    pub(super) line: bool,
}

/// What follows a name that ends at `end`: `": "value"`, `=value`, `: value`, `>value<` in a tag.
pub(super) fn after_name(text: &str, end: usize, tag: bool) -> Option<Value> {
    let bytes = text.as_bytes();
    if tag && bytes.get(end) == Some(&b'>') {
        let from = end + 1;
        let until = text[from..].find('<').map_or(text.len(), |at| from + at);
        return worth(text, from..until).map(|at| Value { at, line: false });
    }
    let (mut at, mut quoted) = (end, false);
    while let Some((byte, width)) = unit(bytes, at)
        && matches!(byte, b'"' | b'\'' | b'\\' | b']' | b' ' | b'\t')
    {
        quoted |= matches!(byte, b'"' | b'\'');
        at += width;
    }
    let (separator, width) = unit(bytes, at).filter(|(byte, _)| matches!(byte, b':' | b'='))?;
    let encoded = width > 1;
    at += width;
    if separator == b'=' && bytes.get(at) == Some(&b'>') {
        at += 1;
    }
    let blank = |byte| matches!(byte, b' ' | b'\t') || (quoted && matches!(byte, b'\r' | b'\n'));
    while let Some((byte, width)) = unit(bytes, at)
        && blank(byte)
    {
        at += width;
    }
    let from = at;
    let (first, _) = unit(bytes, from)?;
    let (line, json) = (separator == b':' && !quoted, separator == b':' && quoted);
    let at = match first {
        b'"' | b'\'' | b'\\' => in_quotes(text, from)?,
        b'{' | b'[' => from..bare(text, nested(text, from)?.end, encoded, json).end,
        _ => bare(text, from, encoded, json),
    };
    worth(text, at).map(|at| Value { at, line })
}

/// Nothing, and words that are no secret, need no mask.
fn worth(text: &str, at: Range<usize>) -> Option<Range<usize>> {
    let value = text.get(at.clone())?;
    (!matches!(value, "" | "null" | "true" | "false" | "undefined" | "None")).then_some(at)
}

/// What lies within quotes: `"…"`, `'…'`, `\"…\"`, `%22…%22`; up to the end where they don't close.
fn in_quotes(text: &str, from: usize) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let mut depth = 0;
    let mut at = from;
    while let Some((b'\\', width)) = unit(bytes, at) {
        depth += 1;
        at += width;
    }
    let (quote, width) = unit(bytes, at).filter(|(byte, _)| matches!(byte, b'"' | b'\''))?;
    let start = at + width;
    // Marks before a quote within quotes belong to the quote, so the value ends before them.
    let (mut slashes, mut marks, mut end) = (0, start, start);
    while let Some((byte, this)) = unit(bytes, end) {
        let closes = if depth > 0 { slashes <= depth } else { slashes % 2 == 0 };
        if byte == quote && this == width && closes {
            return Some(start..if depth > 0 { marks } else { end });
        }
        end += this;
        if byte == b'\\' {
            slashes += 1;
        } else {
            (slashes, marks) = (0, end);
        }
    }
    Some(start..text.len())
}

/// A list or an object, whole; up to the end where it is cut. `{id}` stands for a value and is none,
/// unless it looks like a token.
fn nested(text: &str, from: usize) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let (first, width) = unit(bytes, from)?;
    let (mut depth, mut at, mut quoted, mut placeholder) =
        (1_usize, from + width, false, first == b'{');
    while let Some((byte, this)) = unit(bytes, at) {
        let same = this == width;
        match byte {
            b'\\' if same => at += unit(bytes, at + this).map_or(0, |(_, next)| next),
            b'"' if same => quoted = !quoted,
            b'{' | b'[' if same && !quoted => depth += 1,
            b'}' | b']' if same && !quoted => depth -= 1,
            _ => {}
        }
        at += this;
        if depth == 0 {
            let token = placeholder && jwt(&text[from + width..at - this]).is_some();
            return (!placeholder || token).then_some(from..at);
        }
        placeholder &= byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    }
    Some(from..text.len())
}

/// A value without quotes. In JSON it ends with its list or object, too.
fn bare(text: &str, from: usize, encoded: bool, json: bool) -> Range<usize> {
    let bytes = text.as_bytes();
    let end = |from: usize| {
        let mut at = from;
        while let Some((byte, width)) = unit(bytes, at) {
            let ends = byte.is_ascii_whitespace()
                || matches!(byte, b'&' | b';' | b'"' | b'\'' | b'<' | b'>' | b'#')
                || (json && matches!(byte, b',' | b'}' | b']'));
            // In a form a percent sign hides what would end the value.
            if ends && (width == 1 || encoded) {
                break;
            }
            at += width;
        }
        text.ceil_char_boundary(at.min(text.len()))
    };
    let first = end(from);
    if is_scheme(&text[from..first]) && bytes.get(first) == Some(&b' ') {
        return from..end(first + 1);
    }
    from..first
}

/// The rest of the line, for names that stand for a whole header.
pub(super) fn line(text: &str, from: usize) -> Range<usize> {
    let length = text[from..].find(['\r', '\n', '"', '\'']).unwrap_or(text.len() - from);
    from..from + length
}

/// Whether a header of this name may have blanks in its value.
pub(super) fn fills_line(name: &str) -> bool {
    let ends = |word: &str| {
        let at = name.len().checked_sub(word.len());
        at.and_then(|at| name.get(at..)).is_some_and(|end| end.eq_ignore_ascii_case(word))
    };
    ends("authorization") || ends("cookie")
}

fn is_scheme(word: &str) -> bool {
    ["bearer", "basic", "token", "digest", "negotiate", "apikey"]
        .iter()
        .any(|scheme| word.eq_ignore_ascii_case(scheme))
}

/// A JSON web token in a word, or the beginning of one: what begins like an encoded `{"`.
pub(super) fn jwt(word: &str) -> Option<Range<usize>> {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let bytes = word.as_bytes();
    let mut from = 0;
    while let Some(found) = word.get(from..).and_then(|rest| rest.find("eyJ")) {
        let start = from + found;
        let length = bytes[start..].iter().position(|byte| !is_part(*byte) && *byte != b'.');
        let end = length.map_or(word.len(), |length| start + length);
        if (start == 0 || !is_part(bytes[start - 1])) && end - start >= SHORTEST_JWT {
            return Some(start..end);
        }
        from = start + 3;
    }
    None
}

/// What follows `Bearer` or `Basic`, if it looks like no word of a sentence.
pub(super) fn after_scheme(text: &str, word: &str, end: usize) -> Option<Range<usize>> {
    if !["bearer", "basic"].iter().any(|scheme| word.eq_ignore_ascii_case(scheme)) {
        return None;
    }
    let blanks = text[end..].len() - text[end..].trim_start_matches([' ', '\t']).len();
    let start = end + blanks;
    let is_part = |c: char| c.is_ascii_alphanumeric() || "-._~+/=".contains(c);
    let length = text[start..].find(|c| !is_part(c)).unwrap_or(text.len() - start);
    let token = &text[start..start + length];
    let random = token.len() >= 20
        || token.chars().skip(1).any(|c| c.is_ascii_digit() || c.is_ascii_uppercase() || c == '/');
    (blanks > 0 && length >= 6 && random).then_some(start..start + length)
}

/// The value of a field that is named by `name="…"`: a part of a multipart body, or an input of a
/// page. With the field's name.
pub(super) fn of_field(text: &str, end: usize) -> Option<(&str, Range<usize>)> {
    let rest = text[end..].strip_prefix("=\"")?;
    let name = &rest[..rest.find('"')?];
    let from = end + 2 + name.len() + 1;
    let near = &text[from..text.floor_char_boundary((from + FIELD).min(text.len()))];
    if near.starts_with(';') || near.starts_with("\r\n") {
        let start = from + near.find("\r\n\r\n")? + 4;
        let until = text[start..].find("\r\n--").map_or(text.len(), |length| start + length);
        return (start < until).then_some((name, start..until));
    }
    let tag = &near[..near.find('>')?];
    let start = from + tag.find("value=\"")? + 7;
    let length = text[start..from + tag.len()].find('"')?;
    (length > 0).then_some((name, start..start + length))
}
