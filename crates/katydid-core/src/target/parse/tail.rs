//! `in PHASE` and `abort after TIME`: what may stand behind the scope of a target.

use super::TargetError;
use super::cursor::Cursor;
use crate::parse_span;
use crate::target::metric::{Comparison, Metric};
use crate::target::rule::Target;

/// The words with which such a part begins, and a scope ends.
pub(super) const WORDS: [&str; 2] = ["in", "abort"];

/// Reads the end of a target.
pub(super) fn tail(cursor: &mut Cursor<'_>, mut target: Target) -> Result<Target, TargetError> {
    if eat_word(cursor, "in") {
        target = target.in_phase(&phase(cursor)?);
    }
    let at = cursor.at;
    if eat_word(cursor, "abort") {
        if grows(&target) {
            let what = "every run begins without requests and would end at once; leave `abort` out";
            return Err(cursor.wrong(at, what));
        }
        target = if eat_word(cursor, "after") {
            let at = cursor.at;
            let text = cursor.word();
            target.abort_after(parse_span(text).map_err(|why| cursor.wrong(at, why.to_string()))?)
        } else {
            target.abort()
        };
    }
    let at = cursor.at;
    match cursor.word() {
        "" => Ok(target),
        word => Err(cursor.wrong(
            at,
            format!(
                "`{word}` does not belong here; `on` with a scope, `in` with a phase, `abort`, or \
                 the end does, in this order"
            ),
        )),
    }
}

/// Takes this word if it comes next, and blanks.
fn eat_word(cursor: &mut Cursor<'_>, word: &str) -> bool {
    cursor.blanks();
    let mut ahead = *cursor;
    let comes = ahead.word() == word;
    if comes {
        *cursor = ahead;
        cursor.blanks();
    }
    comes
}

/// One word, or `stage 2`.
fn phase(cursor: &mut Cursor<'_>) -> Result<String, TargetError> {
    let at = cursor.at;
    let name = cursor.word();
    if name.is_empty() {
        let what = "a phase belongs here: the name of a stage, `stage 2`, `ramp` or `steady`";
        return Err(cursor.wrong(at, what));
    }
    if !name.is_empty() && name.chars().all(|c| c.is_ascii_digit()) {
        cursor.blanks();
        let at = cursor.at;
        return match cursor.word() {
            // A step to one is `1 user`, and both are understood.
            "users" if name != "1" => Ok(format!("{name} users")),
            "user" | "users" => Ok("1 user".to_owned()),
            _ => Err(cursor.wrong(at, "`users` belongs here, as in `in 100 users`")),
        };
    }
    if name != "stage" {
        return Ok(name.to_owned());
    }
    cursor.blanks();
    let at = cursor.at;
    match cursor.word().parse::<u32>() {
        Ok(number) if number > 0 => Ok(format!("stage {number}")),
        _ => Err(cursor.wrong(at, "the number of the stage belongs here, counted from 1")),
    }
}

/// A number of requests that has to be reached is missed by every run at first.
fn grows(target: &Target) -> bool {
    use Comparison::{Above, AtLeast, Equal};
    target.metric == Metric::Requests && matches!(target.comparison, Above | AtLeast | Equal)
}
