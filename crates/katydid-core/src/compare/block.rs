//! A run as a row of blocks: what every row measured in each of them.

use std::sync::Arc;
use std::time::Duration;

use crate::history::{Entry, Sparse, lowest};
use crate::recorder::RowKey;
use crate::{History, Latency};

/// One run of a side: the stretches of it that are compared.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Run {
    /// The rows that its blocks count by.
    pub rows: Vec<RowKey>,
    /// Stretches of one kind of load each, with their blocks in the order of time. Blocks of a
    /// stretch are neighbours; those of two stretches are not.
    pub stretches: Vec<Vec<Block>>,
}

/// A short piece of a run, usually a second.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Block {
    /// How long it was.
    pub length: Duration,
    /// What rows measured in it, by their index in [`Run::rows`].
    pub rows: Vec<(u32, Times)>,
}

/// The response times of one row in one block, as exact as a [`Latency`] has them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Times {
    succeeded: Option<Arc<Sparse>>,
    failed: Option<Arc<Sparse>>,
}

impl Times {
    /// Those of successes and of failures.
    pub fn of(succeeded: &Latency, failed: &Latency) -> Self {
        let keep = |times| Sparse::of(times).map(Arc::new);
        Self { succeeded: keep(succeeded), failed: keep(failed) }
    }

    /// Requests, failures among them.
    pub fn requests(&self) -> u64 {
        self.parts().map(Sparse::len).sum()
    }

    /// Requests that failed.
    pub fn failures(&self) -> u64 {
        self.failed.as_ref().map_or(0, |times| times.len())
    }

    /// The histograms of successes and of failures again.
    pub fn latencies(&self) -> [Latency; 2] {
        [&self.succeeded, &self.failed].map(|times| {
            let mut all = Latency::default();
            if let Some(times) = times {
                times.add_to(&mut all);
            }
            all
        })
    }

    /// Successes, then failures, where there are any.
    pub(super) fn parts(&self) -> impl Iterator<Item = &Sparse> {
        [&self.succeeded, &self.failed].into_iter().flatten().map(|times| &**times)
    }
}

impl From<&Entry> for Times {
    fn from(entry: &Entry) -> Self {
        Self { succeeded: entry.succeeded.clone(), failed: entry.failed.clone() }
    }
}

impl Run {
    /// These steps of a history, each row of neighbours a stretch.
    pub(super) fn of_steps(history: &History, stretches: &[std::ops::Range<usize>]) -> Self {
        let block = |at: usize| {
            let step = &history.steps()[at];
            let rows = step.entries().map(|(row, entry)| (row, Times::from(entry))).collect();
            Block { length: step.length(), rows }
        };
        let stretches = stretches.iter().map(|range| range.clone().map(block).collect()).collect();
        Self { rows: history.rows().to_vec(), stretches }
    }

    /// How long all its blocks are together.
    pub fn length(&self) -> Duration {
        self.blocks().map(|block| block.length).sum()
    }

    /// Its blocks, stretch by stretch.
    pub fn blocks(&self) -> impl Iterator<Item = &Block> {
        self.stretches.iter().flatten()
    }
}

/// The longest time that is counted in a bucket, in ns.
pub(super) fn upper_ns(bucket: u64) -> f64 {
    (lowest(bucket + 1) - 1) as f64 * 1e3
}
