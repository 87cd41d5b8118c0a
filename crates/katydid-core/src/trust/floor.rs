//! The rule about the floor: what a request costs on this machine when the target costs nothing.

use std::time::Duration;

use super::evidence::Evidence;
use super::findings::RunWord::Disturbed;
use super::rules::{Seen, millis, others};

/// A floor that is small whatever the response times.
pub(super) const FLOOR: Duration = Duration::from_millis(1);
/// The floor relative to the median response time.
pub(super) const FLOOR_SHARE: f64 = 0.05;

/// Programs that keep every CPU busy delay answers without making a loop late: the scheduler is
/// kind to threads that sleep a lot. The floor is measured by threads that do not.
pub(super) fn floor(evidence: &Evidence) -> Seen {
    let limit = FLOOR.max(evidence.median.mul_f64(FLOOR_SHARE));
    let [before, after] = evidence.floors.map(Option::unwrap_or_default);
    let (when, floor) = if after > before { ("after", after) } else { ("before", before) };
    if evidence.requests == 0 || floor <= limit {
        return Vec::new();
    }
    let text = format!(
        "right {when} the run a request to an echo in this program took {} or more for a tenth of \
         the time (limit {}: 5 % of the median response time, at least 1 ms), so answers wait for \
         this machine, not for the target{}: end other programs or use a machine of its own",
        millis(floor),
        millis(limit),
        others(evidence)
    );
    vec![(Disturbed, text)]
}
