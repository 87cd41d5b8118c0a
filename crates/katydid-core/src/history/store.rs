//! The steps of a run in bounded memory.

use std::collections::BTreeMap;
use std::ops::Range;
use std::time::Duration;

use super::entry::Entry;
use super::part::Part;
use super::phase::RunPhase;
use crate::recorder::{RowKey, RowKind};

/// Steps kept; more are merged.
const MOST_STEPS: usize = 300;
/// About the most bytes that all steps take together, and how many more for each row.
const MOST_BYTES: usize = 512 << 10;
const MOST_BYTES_PER_ROW: usize = 96 << 10;

/// The whole run step by step.
///
/// A step is what came between two ticks of the dispatcher: one second, or what is left of it where
/// a phase begins. When there are too many, the two neighbours that are shortest together become
/// one, the oldest first; never across the border of a phase. So a long run has long steps, about as
/// long as each other. Nothing is lost: all steps together are the totals of the run.
#[derive(Clone, Debug, Default)]
pub struct History {
    phases: Vec<RunPhase>,
    rows: Vec<RowKey>,
    numbers: BTreeMap<RowKey, u32>,
    steps: Vec<Step>,
    weight: usize,
}

/// What came between two moments.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Step {
    /// Its beginning, since the start of the run.
    pub from: Duration,
    /// Its end.
    pub until: Duration,
    /// Users that ran at its end.
    pub users: u32,
    /// Users that should have run at its end.
    pub planned_users: u32,
    /// Task starts of the open model that were due in it.
    pub planned_starts: u64,
    /// Those that began in it.
    pub starts: u64,
    /// The most by which a thread that makes load was late with looking at its clock.
    pub late: Duration,
    /// The index of its phase in [`History::phases`]; 0 when there are none.
    pub phase: usize,
    /// What rows measured, by number of the row.
    entries: Vec<(u32, Entry)>,
}

/// What a step knows beside its requests; see [`Step`].
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct StepLoad {
    pub(crate) users: u32,
    pub(crate) planned_users: u32,
    pub(crate) planned_starts: u64,
    pub(crate) starts: u64,
    pub(crate) late: Duration,
}

impl Step {
    /// How long it is.
    pub fn length(&self) -> Duration {
        self.until.saturating_sub(self.from)
    }

    /// Whether no request ended in it.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// What rows measured, by number of the row.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (u32, &Entry)> {
        self.entries.iter().map(|(row, entry)| (*row, entry))
    }

    fn weight(&self) -> usize {
        size_of::<Self>() + self.entries.iter().map(|(_, entry)| entry.weight()).sum::<usize>()
    }

    /// Adds the step that follows.
    fn append(&mut self, next: Self) {
        let mut merged: BTreeMap<u32, Entry> =
            std::mem::take(&mut self.entries).into_iter().collect();
        for (row, entry) in next.entries {
            merged.entry(row).or_default().add(&entry);
        }
        self.entries = merged.into_iter().collect();
        (self.until, self.users, self.planned_users) = (next.until, next.users, next.planned_users);
        self.planned_starts += next.planned_starts;
        self.starts += next.starts;
        self.late = self.late.max(next.late);
    }
}

impl History {
    /// The phases of the run as planned, in order. Where a function decides the number of users
    /// there are none.
    pub fn phases(&self) -> &[RunPhase] {
        &self.phases
    }

    /// The phase of this name with its index.
    pub fn phase(&self, name: &str) -> Option<(usize, &RunPhase)> {
        self.phases.iter().enumerate().find(|(_, phase)| phase.name == name)
    }

    /// The steps in their order; each begins where the one before ended.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The steps of a phase, by their indices in [`steps`](Self::steps).
    pub fn steps_of(&self, phase: usize) -> Range<usize> {
        let before = |wanted| self.steps.partition_point(|step| step.phase < wanted);
        before(phase)..before(phase + 1)
    }

    /// What the rows of these keys measured in these steps, added up. Transactions are rows too:
    /// see [`requests`](Self::requests).
    pub fn part(&self, steps: Range<usize>, wanted: impl Fn(&RowKey) -> bool) -> Part {
        let wanted: Vec<bool> = self.rows.iter().map(wanted).collect();
        let mut part = Part::default();
        for (row, entry) in self.steps[steps].iter().flat_map(|step| &step.entries) {
            if wanted[*row as usize] {
                part.add(entry);
            }
        }
        part
    }

    /// How many requests the rows of these keys have in each step.
    pub fn counts(&self, wanted: impl Fn(&RowKey) -> bool) -> Vec<u64> {
        let wanted: Vec<bool> = self.rows.iter().map(wanted).collect();
        let of_step = |step: &Step| {
            let of_rows = step.entries.iter().filter(|(row, _)| wanted[*row as usize]);
            of_rows.map(|(_, entry)| entry.requests()).sum()
        };
        self.steps.iter().map(of_step).collect()
    }

    /// What all requests measured in these steps, added up.
    pub fn requests(&self, steps: Range<usize>) -> Part {
        self.part(steps, |key| key.kind == RowKind::Request)
    }

    /// Rows that measured something, in the order in which they appeared.
    pub fn rows(&self) -> &[RowKey] {
        &self.rows
    }

    pub(crate) fn plan(&mut self, phases: Vec<RunPhase>) {
        self.phases = phases;
    }

    /// The number of a row, for [`push`](Self::push).
    pub(crate) fn number(&mut self, key: &RowKey) -> u32 {
        if let Some(number) = self.numbers.get(key) {
            return *number;
        }
        let number = self.rows.len() as u32;
        self.rows.push(key.clone());
        self.numbers.insert(key.clone(), number);
        number
    }

    /// Adds a step that begins where the last one ended (or at `since`) and ends at `until`.
    pub(crate) fn push(
        &mut self,
        (since, until): (Duration, Duration),
        load: StepLoad,
        mut entries: Vec<(u32, Entry)>,
    ) {
        entries.sort_unstable_by_key(|(row, _)| *row);
        let from = self.steps.last().map_or(since, |step| step.until);
        let phase = self.phase_at((from + until) / 2);
        let StepLoad { users, planned_users, planned_starts, starts, late } = load;
        let step = Step {
            from,
            until,
            users,
            planned_users,
            planned_starts,
            starts,
            late,
            phase,
            entries,
        };
        self.weight += step.weight();
        self.steps.push(step);
        let most = MOST_BYTES + MOST_BYTES_PER_ROW * self.rows.len();
        while self.steps.len() > MOST_STEPS || self.weight > most {
            if !self.merge_two() {
                break;
            }
        }
    }

    /// Takes away what other rows measured.
    pub(crate) fn keep_rows(&mut self, wanted: impl Fn(&RowKey) -> bool) {
        let wanted: Vec<bool> = self.rows.iter().map(wanted).collect();
        for step in &mut self.steps {
            step.entries.retain(|(row, _)| wanted[*row as usize]);
        }
        self.weight = self.steps.iter().map(Step::weight).sum();
    }

    /// Forgets all steps; rows and phases stay.
    pub(crate) fn clear(&mut self) {
        self.steps.clear();
        self.weight = 0;
    }

    #[cfg(test)]
    pub(super) fn weight(&self) -> usize {
        self.weight
    }

    /// What came between two ticks belongs where its middle lies: a tick is a little late.
    fn phase_at(&self, time: Duration) -> usize {
        self.phases.partition_point(|phase| phase.from <= time).saturating_sub(1)
    }

    /// Makes one step of the two neighbours of one phase that are shortest together. `false`: every
    /// step is a phase of its own.
    fn merge_two(&mut self) -> bool {
        let pairs = self.steps.windows(2).enumerate();
        let of_one_phase = pairs.filter(|(_, pair)| pair[0].phase == pair[1].phase);
        // Ticks are not equally long to the millisecond; a tenth of a second tells 1 s from 2 s.
        let length =
            |pair: &[Step]| (pair[1].until.saturating_sub(pair[0].from).as_millis() + 50) / 100;
        let Some((at, _)) = of_one_phase.min_by_key(|(_, pair)| length(pair)) else { return false };
        let next = self.steps.remove(at + 1);
        self.weight -= self.steps[at].weight() + next.weight();
        self.steps[at].append(next);
        self.weight += self.steps[at].weight();
        true
    }
}
