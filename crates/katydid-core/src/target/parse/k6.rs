//! k6's keys of thresholds: `http_req_duration{name:/api/health}: p(95)<500`.

use super::TargetError;
use super::cursor::Cursor;
use super::scope::is_method;
use crate::or_nearest;
use crate::target::metric::Metric;
use crate::target::scope::Scope;

/// What a key says of the threshold behind it.
#[derive(Clone, Debug)]
pub(super) struct Key {
    /// What `rate` means.
    pub(super) rate: Option<Metric>,
    /// The filter in braces.
    pub(super) scope: Scope,
}

const KEYS: [(&str, Option<Metric>); 3] = [
    ("http_req_duration", None),
    ("http_req_failed", Some(Metric::FailureRate)),
    ("http_reqs", Some(Metric::RequestRate)),
];

/// The key at the beginning, if there is one.
pub(super) fn key(cursor: &mut Cursor<'_>) -> Result<Option<Key>, TargetError> {
    cursor.blanks();
    let at = cursor.at;
    let mut ahead = *cursor;
    let name = ahead.take(|c| c.is_ascii_alphanumeric() || c == '_');
    if !name.starts_with("http") {
        return Ok(None);
    }
    *cursor = ahead;
    let Some((_, rate)) = KEYS.iter().find(|(known, _)| *known == name) else {
        let nearest = or_nearest(name, KEYS.iter().map(|(known, _)| *known));
        return Err(cursor.wrong(at, format!("`{name}` is no metric known here; {nearest}")));
    };
    let scope = if cursor.eat("{") { filter(cursor)? } else { Scope::All };
    if !cursor.eat(":") {
        return Err(cursor.wrong(cursor.at, "a colon belongs here, as in http_reqs: count>100"));
    }
    Ok(Some(Key { rate: *rate, scope }))
}

fn filter(cursor: &mut Cursor<'_>) -> Result<Scope, TargetError> {
    let begin = cursor.at;
    let (mut method, mut name, mut tag) = (None, None, None);
    loop {
        let at = cursor.at;
        let word = cursor.take(|c| !":,}".contains(c)).trim();
        let slot = match word {
            "method" => &mut method,
            "name" => &mut name,
            "tag" => &mut tag,
            _ => {
                let nearest = or_nearest(word, ["name", "method", "tag"]);
                return Err(cursor.wrong(at, format!("unknown filter `{word}`; {nearest}")));
            }
        };
        let value = if cursor.eat(":") { cursor.take(|c| !",}".contains(c)).trim() } else { "" };
        if value.is_empty() || slot.replace(value.to_owned()).is_some() {
            return Err(cursor.wrong(at, format!("write `{word}` once, with its value: {word}:x")));
        }
        if !cursor.eat(",") {
            break;
        }
    }
    if !cursor.eat("}") {
        return Err(cursor.wrong(cursor.at, "close the filter with }"));
    }
    if let Some(method) = method.as_deref().filter(|method| !is_method(method)) {
        let what = format!("`{method}` is no method; write it in capitals, as in method:GET");
        return Err(cursor.wrong(begin, what));
    }
    if let Some(tag) = tag.as_deref().filter(|tag| tag.contains(char::is_whitespace)) {
        return Err(cursor.wrong(begin, format!("`{tag}` is no tag: tags have no blanks")));
    }
    match (method, name, tag) {
        (method, Some(name), None) => Ok(Scope::Name { method, name }),
        (None, None, Some(tag)) => Ok(Scope::Tag(tag)),
        _ => Err(cursor.wrong(begin, "filter by name, by method and name, or by tag")),
    }
}
