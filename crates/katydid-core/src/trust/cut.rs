//! A rule about requests that the end of the run cut off.

use std::time::Duration;

use super::evidence::{Cut, Evidence};
use super::findings::RunWord::Disturbed;
use super::rules::{Seen, millis};
use crate::counted;

/// Its name.
pub(super) const UNANSWERED: &str = "unanswered";
/// Who has waited for less is no news, whatever the others took.
pub(super) const WAITED: Duration = Duration::from_secs(1);
/// So many that waited long are no chance …
pub(super) const MANY: u64 = 5;
/// … and this share of all requests can be seen at p99.
pub(super) const SHARE: f64 = 0.01;
/// Few users cannot be many who wait, and where they waited for this share of the time that all users
/// were to be there, the target had no other for them.
pub(super) const TIME: f64 = 0.1;

/// Requests without an answer that had waited for longer than others take: they are in no number,
/// and would have been the slowest. A slow one that the end happens to meet has faster ones beside
/// it; where most had waited long, the target stood still.
pub(super) fn unanswered(evidence: &Evidence) -> Seen {
    let Cut { all, long, longest, waited } = evidence.cut;
    let few = long < MANY && evidence.cut.share(evidence.requests) <= SHARE;
    let short = waited <= evidence.users.planned.mul_f64(TIME);
    // Without any answer there is a rule of its own. In the open model no time of users is planned.
    let closed = !evidence.users.planned.is_zero();
    if evidence.requests == 0 || long * 2 <= all || (few && (short || !closed)) {
        return Vec::new();
    }
    let text = format!(
        "{} had no answer when the end of the run, or of their user, cut {} off, after up to {:.1} s (limit 1 s and the \
         p99 response time, {}), and {} in no number: look what became of the target at the end, or \
         wait for answers with --stop-timeout",
        counted(long, "request"),
        if long == 1 { "it" } else { "them" },
        longest.as_secs_f64(),
        millis(evidence.p99),
        if long == 1 { "is" } else { "are" }
    );
    vec![(Disturbed, text)]
}
