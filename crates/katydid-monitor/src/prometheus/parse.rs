//! The text format of Prometheus (0.0.4) and of OpenMetrics, as far as numbers go.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::probe::begin;

/// A page of an endpoint.
#[derive(Debug, Default)]
pub(super) struct Page<'t> {
    /// By name of the family.
    pub(super) types: HashMap<&'t str, &'t str>,
    pub(super) samples: Vec<Sample<'t>>,
}

/// A line with a number.
#[derive(Debug, PartialEq)]
pub(super) struct Sample<'t> {
    pub(super) name: &'t str,
    pub(super) labels: Labels<'t>,
    pub(super) value: f64,
}

/// Names with their values.
pub(super) type Labels<'t> = Vec<(&'t str, Cow<'t, str>)>;

/// Reads a page.
///
/// # Errors
/// The first line that cannot be meant, with its number.
pub(super) fn page(text: &str) -> Result<Page<'_>, String> {
    let mut page = Page::default();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if let Some(comment) = line.strip_prefix('#') {
            let mut words = comment.split_whitespace();
            if words.next() == Some("TYPE")
                && let (Some(name), Some(kind)) = (words.next(), words.next())
            {
                page.types.insert(name, kind);
            }
        } else if !line.is_empty() {
            let sample = sample(line).ok_or_else(|| {
                format!("line {} is no Prometheus text: `{}`", index + 1, begin(line))
            })?;
            page.samples.push(sample);
        }
    }
    Ok(page)
}

/// `name{label="value",…} number [time] [# exemplar]`.
fn sample(line: &str) -> Option<Sample<'_>> {
    let end = line.find(|c: char| c == '{' || c.is_whitespace())?;
    let (name, rest) = line.split_at(end);
    is_name(name).then_some(())?;
    let (labels, rest) = match rest.trim_start().strip_prefix('{') {
        Some(inside) => labels(inside)?,
        None => (Vec::new(), rest),
    };
    let value = number(rest.split_whitespace().next()?)?;
    Some(Sample { name, labels, value })
}

/// Labels after their brace, and what follows the closing one.
pub(super) fn labels(mut text: &str) -> Option<(Labels<'_>, &str)> {
    let mut labels = Vec::new();
    loop {
        text = text.trim_start();
        if let Some(rest) = text.strip_prefix('}') {
            return Some((labels, rest));
        }
        let (name, rest) = text.split_once('=')?;
        let name = name.trim();
        is_name(name).then_some(())?;
        let (value, rest) = quoted(rest.trim_start().strip_prefix('"')?)?;
        labels.push((name, value));
        text = rest.trim_start();
        // A comma may stand behind the last one too.
        text = match text.strip_prefix(',') {
            Some(rest) => rest,
            None if text.starts_with('}') => text,
            None => return None,
        };
    }
}

/// A value after its opening quote, and what follows the closing one.
fn quoted(text: &str) -> Option<(Cow<'_, str>, &str)> {
    let mut escaped = false;
    let mut any = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => (escaped, any) = (true, true),
            '"' => {
                let value = &text[..at];
                let value = if any { Cow::Owned(unescape(value)) } else { Cow::Borrowed(value) };
                return Some((value, &text[at + 1..]));
            }
            _ => {}
        }
    }
    None
}

fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (c, c == '\\') {
            (_, true) => match chars.next() {
                Some('n') => plain.push('\n'),
                Some(other) => plain.push(other),
                None => plain.push('\\'),
            },
            (c, false) => plain.push(c),
        }
    }
    plain
}

pub(super) fn is_name(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | ':' | '.');
    !text.is_empty() && text.chars().all(plain) && !text.starts_with(|c: char| c.is_ascii_digit())
}

fn number(word: &str) -> Option<f64> {
    match word {
        "+Inf" | "Inf" => Some(f64::INFINITY),
        "-Inf" => Some(f64::NEG_INFINITY),
        _ => word.parse().ok(),
    }
}
