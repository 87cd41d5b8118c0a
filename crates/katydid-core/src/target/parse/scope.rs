//! `on …`: the requests that a target is about.

use super::TargetError;
use super::cursor::Cursor;
use super::tail;
use crate::or_nearest;
use crate::target::scope::{Scope, TagClass};

/// Reads a scope, if there is one, behind which nothing may stand.
pub(crate) fn scope(cursor: &mut Cursor<'_>, classes: &[TagClass]) -> Result<Scope, TargetError> {
    let scope = head(cursor, classes)?;
    cursor.blanks();
    let at = cursor.at;
    match cursor.word() {
        "" => Ok(scope),
        word => {
            let what = format!("`{word}` does not belong here; `on` and a scope, or the end, does");
            Err(cursor.wrong(at, what))
        }
    }
}

/// Reads `on` and what follows, if it comes next; the cursor stands behind it then.
pub(super) fn head(cursor: &mut Cursor<'_>, classes: &[TagClass]) -> Result<Scope, TargetError> {
    cursor.blanks();
    let mut ahead = *cursor;
    if ahead.word() != "on" {
        return Ok(Scope::All);
    }
    *cursor = ahead;
    cursor.blanks();
    let at = cursor.at;
    let mut ahead = *cursor;
    let first = ahead.word();
    ahead.blanks();
    let next = word_at(ahead);
    let behind = !next.is_empty() && !tail::WORDS.contains(&next);
    match first {
        "" => Err(cursor.wrong(
            at,
            "what it is about belongs here: a name such as /api/health, `tag NAME` or `class NAME`",
        )),
        "tag" => {
            *cursor = ahead;
            one(cursor, at, "tag").map(|tag| Scope::Tag(tag.to_owned()))
        }
        "class" => {
            *cursor = ahead;
            let name = one(cursor, at, "class")?;
            class(cursor, at, name, classes)
        }
        method if behind && is_method(method) => {
            *cursor = ahead;
            Ok(Scope::Name { method: Some(method.to_owned()), name: name(cursor)? })
        }
        _ => Ok(Scope::Name { method: None, name: name(cursor)? }),
    }
}

fn word_at(mut cursor: Cursor<'_>) -> &str {
    cursor.word()
}

/// A word in capitals before a name is its method.
pub(super) fn is_method(word: &str) -> bool {
    word.chars().all(|c| c.is_ascii_uppercase())
}

fn one<'t>(cursor: &mut Cursor<'t>, at: usize, kind: &str) -> Result<&'t str, TargetError> {
    match cursor.word() {
        "" => Err(cursor.wrong(at, format!("write one {kind}: on {kind} NAME"))),
        word => Ok(word),
    }
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

/// A name: one word, or in quotes. What comes behind a target's scope has no quotes, so that a name
/// may have some inside.
fn name(cursor: &mut Cursor<'_>) -> Result<String, TargetError> {
    let at = cursor.at;
    if !cursor.eat("\"") {
        let name = cursor.word().to_owned();
        let mut behind = *cursor;
        behind.blanks();
        let next = word_at(behind);
        if !next.is_empty() && !tail::WORDS.contains(&next) {
            let what = format!(
                "`{next}` does not belong here; a name with blanks stands in quotes, `in` names a \
                 phase, `abort` ends the run"
            );
            return Err(behind.wrong(behind.at, what));
        }
        return Ok(name);
    }
    let Some(end) = cursor.rest().rfind('"') else {
        return Err(cursor.wrong(at, "the name begins with a quote and does not end with one"));
    };
    let name = cursor.rest()[..end].to_owned();
    cursor.at += end + 1;
    if name.is_empty() {
        return Err(cursor.wrong(at, "the name is empty"));
    }
    Ok(name)
}
