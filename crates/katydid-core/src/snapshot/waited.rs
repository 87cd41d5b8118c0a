//! How long requests and transactions had waited that were given up: by row, and by the phase in which that was.

use std::collections::BTreeMap;

use crate::Latency;
use crate::history::Sparse;
use crate::recorder::RowKey;

/// How long they had waited when the end of the run, or of their user, cut them off.
#[derive(Clone, Debug, Default)]
pub(crate) struct Waited {
    /// By phase (its index) and row.
    phases: BTreeMap<(usize, RowKey), Sparse>,
    /// Since the last tick: the next one says in which phase that is.
    now: BTreeMap<RowKey, Latency>,
}

impl Waited {
    /// One more, since the last tick.
    pub(super) fn note(&mut self, key: &RowKey, waited_ns: u64) {
        self.now.entry(key.clone()).or_default().record(waited_ns);
    }

    /// What came since the last tick was in this phase.
    pub(super) fn tick(&mut self, phase: usize) {
        for (key, waited) in std::mem::take(&mut self.now) {
            let Some(more) = Sparse::of(&waited) else { continue };
            let all = self.phases.entry((phase, key));
            all.and_modify(|before| *before = before.merge(&more)).or_insert(more);
        }
    }

    /// Those of the rows with such keys; of the whole run, or of a phase.
    pub(super) fn of(&self, phase: Option<usize>, wanted: impl Fn(&RowKey) -> bool) -> Latency {
        let mut all = Latency::default();
        for ((at, key), waited) in &self.phases {
            if phase.is_none_or(|phase| phase == *at) && wanted(key) {
                waited.add_to(&mut all);
            }
        }
        let now = self.now.iter().filter(|(key, _)| phase.is_none() && wanted(key));
        now.for_each(|(_, waited)| all.add(waited));
        all
    }

    /// Takes away what other rows have.
    pub(crate) fn keep_rows(&mut self, wanted: impl Fn(&RowKey) -> bool) {
        self.phases.retain(|(_, key), _| wanted(key));
        self.now.retain(|key, _| wanted(key));
    }
}
