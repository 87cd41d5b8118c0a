//! Targets that end a run when they are missed (R29).

use std::time::Duration;

use super::rule::Target;
use crate::{Snapshot, counted};
use serde::{Deserialize, Serialize};

/// A target that has ended a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Aborted {
    /// When, since the start of the run.
    pub at: Duration,
    /// Which target, and what was measured instead, as a sentence.
    pub text: String,
}

impl Target {
    /// Whether the run has to end because of it: asked at every tick of the run.
    ///
    /// It is judged by all that was measured up to now of what it is about, as at the end of the
    /// run, once its grace is over and there are as many requests as it needs. The grace begins with
    /// the statistics, or with its phase.
    pub fn aborts(&self, snapshot: &Snapshot) -> Option<Aborted> {
        let grace = self.grace()?;
        let begin = match self.phase() {
            None => snapshot.since,
            Some(name) => snapshot.history().phase(name)?.1.from.max(snapshot.since),
        };
        if snapshot.elapsed < begin.saturating_add(grace) {
            return None;
        }
        let result = self.evaluate(snapshot);
        if result.met || result.samples < self.needed() {
            return None;
        }
        let (at, seen, samples) = (snapshot.elapsed, result.measured_text(), result.samples);
        let text = format!(
            "target `{self}` ended the run after {:.1} s: {seen} over {}",
            at.as_secs_f64(),
            counted(samples, "request")
        );
        Some(Aborted { at, text })
    }
}
