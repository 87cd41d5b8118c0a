//! Locust's file syntax, which is ConfigArgParse's: one `name = value` per line.

use super::{Entry, Value};

/// Reads a file's text.
///
/// # Errors
/// The number of a line that is no setting, and what is wrong with it.
pub(super) fn parse(text: &str) -> Result<Vec<Entry>, (usize, String)> {
    let mut entries = Vec::new();
    for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let (line, number) = (line.trim(), index + 1);
        let skipped = line.starts_with(['#', ';', '[']) || line.starts_with("---");
        if line.is_empty() || skipped {
            continue;
        }
        let (key, value) = setting(line).ok_or_else(|| {
            (number, format!("`{line}` is no setting; write it like run-time = 5m"))
        })?;
        let value = listed(value).map_err(|fault| (number, fault))?;
        entries.push(Entry { key: key.to_owned(), value, line: number });
    }
    Ok(entries)
}

/// `name = value`, `name: value`, `name value`, or a bare `name`, which means true.
fn setting(line: &str) -> Option<(&str, &str)> {
    let end = line.find(|c: char| matches!(c, ':' | '=' | ';' | '#') || c.is_whitespace());
    let (key, after) = line.split_at(end.unwrap_or(line.len()));
    let rest = after.trim_start();
    let spaced = rest.len() < after.len();
    if key.is_empty() {
        return None;
    }
    if let Some(value) = rest.strip_prefix(['=', ':']) {
        return Some((key, unquoted(value.trim())));
    }
    match rest.chars().next() {
        None => Some((key, "true")),
        // A comment behind a bare name.
        Some('#' | ';') => spaced.then_some((key, "true")),
        Some(_) => Some((key, unquoted(rest))),
    }
}

/// The value without the quotes around it and the comment behind it.
fn unquoted(text: &str) -> &str {
    if let Some(quote @ ('"' | '\'')) = text.chars().next() {
        let inner = &text[1..];
        let closed = |(at, _): &(usize, &str)| ends(&inner[at + 1..]);
        if let Some((at, _)) = inner.match_indices(quote).find(closed) {
            return &inner[..at];
        }
    }
    let comment = |(at, _): &(usize, char)| *at > 0 && is_comment(&text[*at..]);
    text.char_indices().find(comment).map_or(text, |(at, _)| text[..at].trim_end())
}

/// Whether nothing but a comment follows.
fn ends(rest: &str) -> bool {
    rest.trim().is_empty() || (rest.starts_with(char::is_whitespace) && is_comment(rest))
}

/// Space, then `#` or `;`.
fn is_comment(text: &str) -> bool {
    text.starts_with(char::is_whitespace) && text.trim_start().starts_with(['#', ';'])
}

/// `[a, b]` is a list: of JSON, else of what stands between the commas.
fn listed(text: &str) -> Result<Value, String> {
    let Some(inner) = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')) else {
        return Ok(Value::One(text.to_owned()));
    };
    match serde_json::from_str::<Vec<serde_json::Value>>(text) {
        Ok(items) => items.into_iter().map(json_text).collect::<Result<_, _>>().map(Value::Many),
        Err(_) => Ok(Value::Many(inner.split(',').map(|item| item.trim().to_owned()).collect())),
    }
}

fn json_text(item: serde_json::Value) -> Result<String, String> {
    match item {
        serde_json::Value::String(text) => Ok(text),
        serde_json::Value::Null | serde_json::Value::Array(_) => {
            Err("a list holds texts, numbers or objects".to_owned())
        }
        other => Ok(other.to_string()),
    }
}

/// A value from the environment may be a list too.
///
/// # Errors
/// What is wrong with the list.
pub(super) fn env_value(text: &str) -> Result<Value, String> {
    listed(text)
}

#[cfg(test)]
mod tests;
