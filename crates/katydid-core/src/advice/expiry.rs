//! Whether a 401 is a login that has ended, for warnings and diagnosis alike.

use std::time::Duration;

use super::rows::is_of;
use crate::failure::FailureKind;
use crate::{FailureRow, Row};

/// A 401 that comes so long after the first request of its row is an expired login.
const LATE: Duration = Duration::from_mins(1);
/// Successes before the first 401, and 401s after which nothing else came, that say the same of a
/// shorter time.
const BEFORE: u64 = 20;
const SINCE: u64 = 10;

/// Whether `refused`, answers 401 to requests of `row`, followed logins that were accepted. A wrong
/// password here and there has successes beside it to the end.
pub(super) fn has_expired(refused: &FailureRow, row: &Row) -> bool {
    if refused.kind != FailureKind::Status(401)
        || !is_of(refused, row)
        || row.succeeded().is_empty()
    {
        return false;
    }
    let begun = row.timeline().steps().next().map_or(0, |(second, ..)| second);
    let late = refused.first.saturating_sub(Duration::from_secs(begun)) >= LATE;
    late || (succeeded_before(refused, row) >= BEFORE && nothing_else_at_the_end(refused, row))
}

/// Successes in whole steps before the first 401.
fn succeeded_before(refused: &FailureRow, row: &Row) -> u64 {
    let step = row.timeline().step().as_secs();
    let steps = row.timeline().steps();
    let before = steps.filter(|(second, ..)| second + step <= refused.first.as_secs());
    before.map(|(_, requests, failures)| requests - failures).sum()
}

/// The last two steps with requests had only 401s, and not too few.
fn nothing_else_at_the_end(refused: &FailureRow, row: &Row) -> bool {
    let steps: Vec<_> = row.timeline().steps().collect();
    let last = &steps[steps.len().saturating_sub(2)..];
    let requests: u64 = last.iter().map(|(_, requests, _)| requests).sum();
    let failures: u64 = last.iter().map(|(.., failures)| failures).sum();
    requests >= SINCE && requests == failures && refused.count >= failures
}
