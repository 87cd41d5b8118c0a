//! The knee: at which step of a climb the target stopped holding which rule.
//!
//! A run whose stages climb ([`RunPhase`]s with ever more users) is judged step by step, each by its
//! steady part: the time after its ramp. `step.rs` measures one step, `sentence.rs` says what all of
//! them come to.

mod sentence;
mod step;
#[cfg(test)]
mod tests;

use crate::history::RunPhase;
use crate::{Metric, Snapshot, Target};

pub(crate) use step::steady;
pub use step::{KneeStep, Missed};

/// A climb, step by step.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Knee {
    /// The steps that the run came to, in their order.
    pub steps: Vec<KneeStep>,
    /// How many steps were planned.
    pub planned: usize,
}

impl Knee {
    /// The steps of a run held against `targets`; `None` when its users do not climb in steps, or it
    /// did not come to any.
    ///
    /// Targets that are about the length of a run (`requests`, `rate`) or about a phase of their own
    /// say nothing of a step and are left out.
    pub fn of<'a>(
        snapshot: &Snapshot,
        targets: impl IntoIterator<Item = &'a Target>,
    ) -> Option<Self> {
        let history = snapshot.history();
        let climb = climb(history.phases())?;
        let of_length =
            |it: &&Target| matches!(it.metric(), Metric::Requests | Metric::RequestRate);
        let targets = targets.into_iter().filter(|it| !of_length(it) && it.phase().is_none());
        let targets: Vec<&Target> = targets.collect();
        let mut steps: Vec<KneeStep> = Vec::new();
        for (index, phase) in climb.iter().enumerate() {
            let Some(range) = steady(history, index) else { break };
            let step = KneeStep::measure(history, range, phase.users.unwrap_or(0), &targets);
            let stalled = steps.last().is_some_and(|before| step.adds_nothing_to(before));
            steps.push(KneeStep { saturated: stalled, ..step });
        }
        (!steps.is_empty()).then_some(Self { steps, planned: climb.len() })
    }

    /// The first step at which a rule was missed.
    pub fn broken(&self) -> Option<&KneeStep> {
        self.steps.iter().find(|step| !step.missed.is_empty())
    }

    /// The highest step below the first broken one at which every rule was met.
    pub fn held(&self) -> Option<&KneeStep> {
        let below = self.steps.iter().take_while(|step| step.missed.is_empty());
        below.filter(|step| step.lacking.is_none()).last()
    }
}

/// The phases, if users climb over all of them.
pub(crate) fn climb(phases: &[RunPhase]) -> Option<&[RunPhase]> {
    let climbs = |pair: &[RunPhase]| pair[0].users.is_some() && pair[0].users < pair[1].users;
    let all = phases.len() > 1 && phases.iter().all(|phase| phase.stage);
    (all && phases.windows(2).all(climbs)).then_some(phases)
}
