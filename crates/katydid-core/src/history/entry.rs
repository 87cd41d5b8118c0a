//! What one row measured in one step.

use std::sync::Arc;

use super::kinds::FailureKinds;
use super::sparse::Sparse;
use crate::FailureKind;
use crate::interval::RowInterval;

/// What one row measured in one step. Times are shared, so that copies cost little.
#[derive(Clone, Debug, Default)]
pub(crate) struct Entry {
    pub(crate) succeeded: Option<Arc<Sparse>>,
    pub(crate) failed: Option<Arc<Sparse>>,
    pub(super) kinds: FailureKinds,
    pub(super) connections: u64,
    pub(super) redirects: u64,
    pub(super) cached: u64,
}

impl Entry {
    /// Adds what a thread measured.
    pub(crate) fn note(&mut self, row: &RowInterval) {
        for (times, more) in
            [(&mut self.succeeded, &row.succeeded), (&mut self.failed, &row.failed)]
        {
            if let Some(more) = Sparse::of(more) {
                *times = Some(Arc::new(match times.take() {
                    Some(before) => before.merge(&more),
                    None => more,
                }));
            }
        }
        self.connections += row.connections;
        self.redirects += row.redirects;
        self.cached += row.cached;
    }

    pub(crate) fn note_failures(&mut self, kind: FailureKind, count: u64) {
        self.kinds.add(kind, count);
    }

    /// Adds what a later or another entry has.
    pub(crate) fn add(&mut self, other: &Self) {
        for (times, more) in
            [(&mut self.succeeded, &other.succeeded), (&mut self.failed, &other.failed)]
        {
            if let Some(more) = more {
                *times = Some(match times.take() {
                    Some(before) => Arc::new(before.merge(more)),
                    None => Arc::clone(more),
                });
            }
        }
        self.kinds += &other.kinds;
        self.connections += other.connections;
        self.redirects += other.redirects;
        self.cached += other.cached;
    }

    /// Times of successes and of failures.
    pub(crate) fn times(&self) -> impl Iterator<Item = &Arc<Sparse>> {
        [&self.succeeded, &self.failed].into_iter().flatten()
    }

    pub(crate) fn requests(&self) -> u64 {
        self.times().map(|times| times.len()).sum()
    }

    pub(crate) fn failures(&self) -> u64 {
        self.failed.as_ref().map_or(0, |times| times.len())
    }

    /// About the bytes of memory that it takes.
    pub(super) fn weight(&self) -> usize {
        let times =
            |times: &Arc<Sparse>| times.weight() + size_of::<Sparse>() + 2 * size_of::<usize>();
        size_of::<(u32, Self)>() + self.kinds.weight() + self.times().map(times).sum::<usize>()
    }
}
