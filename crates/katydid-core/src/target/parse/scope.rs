//! `on …`: the requests that a target is about.

use super::TargetError;
use super::cursor::Cursor;
use crate::or_nearest;
use crate::target::scope::{Scope, TagClass};

/// Reads the end of a target.
pub(crate) fn scope(cursor: &mut Cursor<'_>, classes: &[TagClass]) -> Result<Scope, TargetError> {
    cursor.blanks();
    let at = cursor.at;
    let word = cursor.word();
    match word {
        "" => return Ok(Scope::All),
        "on" => cursor.blanks(),
        _ => {
            let what = format!("`{word}` does not belong here; `on` and a scope, or the end, does");
            return Err(cursor.wrong(at, what));
        }
    }
    let at = cursor.at;
    let text = cursor.rest().trim_end();
    let (first, behind) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let behind = behind.trim_start();
    match first {
        "" => Err(cursor.wrong(
            at,
            "what it is about belongs here: a name such as /api/health, `tag NAME` or `class NAME`",
        )),
        "tag" => one(cursor, at, "tag", behind).map(|tag| Scope::Tag(tag.to_owned())),
        "class" => class(cursor, at, one(cursor, at, "class", behind)?, classes),
        method if !behind.is_empty() && is_method(method) => {
            let name = name(cursor, at, behind)?;
            Ok(Scope::Name { method: Some(method.to_owned()), name })
        }
        _ => Ok(Scope::Name { method: None, name: name(cursor, at, text)? }),
    }
}

/// A word in capitals before a name is its method.
fn is_method(word: &str) -> bool {
    word.chars().all(|c| c.is_ascii_uppercase())
}

fn one<'t>(
    cursor: &Cursor<'t>,
    at: usize,
    kind: &str,
    text: &'t str,
) -> Result<&'t str, TargetError> {
    if text.is_empty() || text.contains(char::is_whitespace) {
        return Err(cursor.wrong(at, format!("write one {kind}: on {kind} NAME")));
    }
    Ok(text)
}

fn class(
    cursor: &Cursor<'_>,
    at: usize,
    name: &str,
    classes: &[TagClass],
) -> Result<Scope, TargetError> {
    match classes.iter().find(|class| class.name() == name) {
        Some(class) => Ok(Scope::Class(class.clone())),
        None if classes.is_empty() => Err(cursor.wrong(
            at,
            format!("there is no class `{name}`: classes are those of the plan's table [success]"),
        )),
        None => {
            let nearest = or_nearest(name, classes.iter().map(TagClass::name));
            Err(cursor.wrong(at, format!("unknown class `{name}`; {nearest}")))
        }
    }
}

/// A name to the end of the text, in quotes or not.
fn name(cursor: &Cursor<'_>, at: usize, text: &str) -> Result<String, TargetError> {
    let Some(inside) = text.strip_prefix('"') else { return Ok(text.to_owned()) };
    match inside.strip_suffix('"') {
        Some(name) if !name.is_empty() => Ok(name.to_owned()),
        Some(_) => Err(cursor.wrong(at, "the name is empty")),
        None => Err(cursor.wrong(at, "the name begins with a quote and does not end with one")),
    }
}
