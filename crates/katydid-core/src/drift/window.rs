//! The time over which drift is judged, and its equal blocks.

use std::ops::Range;
use std::time::Duration;

use super::slope::FEWEST;
use crate::{RunPhase, Snapshot};

/// The share of a phase that is left out at its beginning: caches fill and allocators grow then.
const LEFT_OUT: f64 = 0.25;
/// Blocks into which the rest is cut, if each of them then has what it needs.
const BLOCKS: usize = 30;
/// No block is shorter: a second more or less, at which ticks come, must not matter.
const SHORTEST: Duration = Duration::from_secs(5);

/// The longest phase of a run without its first quarter.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Window {
    /// The name of the phase, if the run has any.
    pub(super) phase: Option<String>,
    /// When the phase begins.
    pub(super) begin: Duration,
    /// From when on it is judged.
    pub(super) from: Duration,
    /// Until when.
    pub(super) until: Duration,
}

impl Window {
    /// The window of a run that has ended.
    pub(super) fn of(snapshot: &Snapshot) -> Self {
        let end = snapshot.sending.unwrap_or(snapshot.elapsed);
        Self::within(snapshot.history().phases(), snapshot.since..end)
    }

    /// The window of a run of these phases that is measured in this time.
    pub(super) fn within(phases: &[RunPhase], measured: Range<Duration>) -> Self {
        let Range { start, end } = measured;
        let measured = |phase: &RunPhase| {
            let until = phase.until.map_or(end, |until| until.min(end));
            (phase.from.max(start), until)
        };
        let each = phases.iter().map(|phase| (Some(phase.name.clone()), measured(phase)));
        let (phase, (begin, until)) = each
            .max_by_key(|(_, (from, until))| until.saturating_sub(*from))
            .unwrap_or((None, (start, end)));
        let left_out = until.saturating_sub(begin).mul_f64(LEFT_OUT);
        Self { phase, begin, from: begin + left_out, until: until.max(begin) }
    }

    /// Its length.
    pub(super) fn length(&self) -> Duration {
        self.until.saturating_sub(self.from)
    }

    /// The longest row of equal blocks, 30 at most, of each of which `value` knows something.
    pub(super) fn blocks(
        &self,
        value: impl Fn(&Range<Duration>) -> Option<f64>,
    ) -> Option<Vec<f64>> {
        (FEWEST..=BLOCKS).rev().step_by(5).find_map(|count| {
            let length = self.length() / count as u32;
            let block = |index: u32| self.from + length * index..self.from + length * (index + 1);
            if length < SHORTEST {
                return None;
            }
            (0..count as u32).map(|index| value(&block(index))).collect()
        })
    }

    /// How long a run like this one must be for blocks of `block`.
    pub(super) fn needed(&self, block: Duration) -> Duration {
        self.run_of(block.max(SHORTEST) * FEWEST as u32)
    }

    /// How long a run like this one is that judges `length` of it.
    pub(super) fn run_of(&self, length: Duration) -> Duration {
        self.begin.saturating_add(length.mul_f64(1.0 / (1.0 - LEFT_OUT)))
    }
}
