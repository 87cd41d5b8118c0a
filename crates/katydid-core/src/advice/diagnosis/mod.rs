//! What the failures and times of a run say of the target: what was seen, where, since when, the
//! likely cause and the next step. Nothing is said without evidence in the run's own data.

mod cascade;
mod failing;
mod knowledge;
mod pool;
mod slow;
mod starved;
mod still;

pub use knowledge::{Advice, Symptom, known_cause};
pub use pool::full_pools;

use std::time::Duration;

use crate::Snapshot;
use serde::{Deserialize, Serialize};

/// Something that is wrong with the target, as the data of the run shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnosis {
    /// Which requests.
    pub place: String,
    /// What was seen of them, with numbers.
    pub seen: String,
    /// Since when, from the start of the run.
    pub since: Duration,
    /// What is the likely cause.
    pub cause: String,
    /// What to do next.
    pub next: String,
}

impl Diagnosis {
    /// [`since`](Self::since) for people: `12.3 s`, `61 min`, `the start`.
    pub fn since_text(&self) -> String {
        if self.since.is_zero() { "the start".to_owned() } else { super::rows::time(self.since) }
    }
}

/// Everything that the run shows, in the order of time. What `advice` knows of the target goes
/// before what is known of any.
pub fn diagnose(snapshot: &Snapshot, advice: &[Advice]) -> Vec<Diagnosis> {
    let mut findings = failing::findings(snapshot, advice);
    findings.extend(cascade::finding(snapshot));
    findings.extend(starved::ended(snapshot));
    findings.extend(still::finding(snapshot));
    findings.sort_by_key(|finding| finding.since);
    // Why all of it is slow comes before what is.
    findings.extend(pool::findings(snapshot, advice));
    findings.extend(slow::findings(snapshot, advice));
    findings.extend(starved::findings(snapshot));
    findings
}

#[cfg(test)]
mod tests;
