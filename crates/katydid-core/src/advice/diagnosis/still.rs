//! A target that stood still.

use super::Diagnosis;
use crate::advice::rows::time;
use crate::standstill::STALL;
use crate::{Snapshot, counted};

/// The longest time in which requests were open and not one ended, if it is longer than a stall and
/// than twice the p99. In the closed model nobody comes meanwhile, so percentiles hardly show it.
pub(super) fn finding(snapshot: &Snapshot) -> Option<Diagnosis> {
    let longest = snapshot.standstills().max_by_key(|it| it.length())?;
    let usual = snapshot.aggregated().response().quantile(0.99).unwrap_or_default();
    (longest.length() > STALL.max(usual * 2)).then(|| Diagnosis {
        place: "all requests".to_owned(),
        seen: format!(
            "no answer at all for {}, while {} waited",
            time(longest.length()),
            counted(longest.open, "request")
        ),
        since: longest.from,
        cause: "the target stood still: a pause of its runtime, a lock, a full disk, a restart"
            .to_owned(),
        next:
            "look into its log and at its machine at that moment; users who wait send nothing, so \
               percentiles show less of it than visitors would feel (--arrival-rate shows it all)"
                .to_owned(),
    })
}
