//! The cleaning rules: what stands on a page but is not for the ear.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::{Captures, Regex};

/// Removing one thing can bring the parts of another together ("Read https://a.example more"), so
/// the rules run again until nothing changes; a text made to nest them endlessly stops here.
const MAX_PASSES: usize = 8;

/// Prepares `text` for speech. In order: white space collapsed; runs of dots and dashes cut to
/// three, runs of underscores removed; the stock phrases of web pages removed; web addresses,
/// e-mail addresses, `@handles` and `#tags` removed; words of four or more capitals capitalised.
///
/// ```
/// use tts_reader_extraction::clean_for_speech;
/// assert_eq!(clean_for_speech("Wait.....  READ it\nat https://a.example/x."), "Wait... Read it at .");
/// ```
pub fn clean_for_speech(text: &str) -> String {
    let mut text = normalize(text);
    for _ in 0..MAX_PASSES {
        let next = pass(&text);
        if next == text {
            break;
        }
        text = next;
    }
    text
}

/// Removes characters without width or meaning and collapses white space to single spaces.
pub(crate) fn normalize(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_whitespace() {
            if !out.is_empty() && !out.ends_with(' ') {
                out.push(' ');
            }
        } else if !is_invisible(c) {
            out.push(c);
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// Soft hyphens, zero-width and direction characters, byte order marks, control characters and
/// the mark of an undecodable byte.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{206f}' | '\u{feff}' | '\u{fffd}')
}

struct Rule {
    pattern: Regex,
    replacement: &'static str,
}

static REMOVALS: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    let rule = |pattern: &str, replacement| Rule {
        pattern: Regex::new(pattern).expect("the patterns are fixed and tested"),
        replacement,
    };
    vec![
        rule(r"\.{3,}", "..."),
        rule(r"-{3,}", "---"),
        rule(r"_{3,}", ""),
        rule(
            r"(?i)\b(?:Cookie Policy|Accept Cookies|Privacy Policy|Terms of Service|Subscribe to Newsletter|Follow us on|Share this article|Print this page|Read more|Continue reading|Click here|Skip to content|Jump to navigation|Show more|Load more|View all)\b",
            "",
        ),
        // The full stop after an address ends the sentence and stays.
        rule(r#"(?i)\bhttps?://[^\s<>"]*[^\s<>".,;:!?)\]]"#, ""),
        rule(r"[\w.%+-]+@[\w-]+(?:\.[\w-]+)*\.\p{L}{2,}\b", ""),
        rule(r"\B@\w+", ""),
        // "#1" is a rank, not a tag.
        rule(r"\B#\p{L}\w*", ""),
    ]
});

static CAPITALS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\b\p{Lu}{4,}\b").expect("the pattern is fixed and tested"));

fn pass(text: &str) -> String {
    let mut text = Cow::Borrowed(text);
    for rule in REMOVALS.iter() {
        if let Cow::Owned(changed) = rule.pattern.replace_all(&text, rule.replacement) {
            text = Cow::Owned(changed);
        }
    }
    normalize(&CAPITALS.replace_all(&text, |word: &Captures<'_>| capitalize(&word[0])))
}

fn capitalize(word: &str) -> String {
    let mut chars = word.chars();
    let first = chars.next();
    first.into_iter().chain(chars.flat_map(char::to_lowercase)).collect()
}

#[cfg(test)]
mod tests;
