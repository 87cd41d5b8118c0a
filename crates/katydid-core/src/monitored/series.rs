//! A series of numbers in bounded memory.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::unit::Unit;
use crate::grown::{Grown, Pack};

/// Steps kept; a longer run gets steps twice as long.
const MOST_STEPS: usize = 1_200;

/// A series of numbers over a run, in bounded memory: by the second for 20 minutes, then by two
/// seconds, by four, …. Least, most, mean and last are of all numbers, whatever the step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Series {
    /// As the source calls it.
    pub name: Arc<str>,
    /// What its numbers mean.
    pub unit: Unit,
    seconds: u32,
    steps: Grown<Sum>,
    all: Sum,
    last: Option<(Duration, f64)>,
}

/// What was seen in a step of time.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct SeriesStep {
    /// Its beginning, since the start of the run.
    pub from: Duration,
    /// Numbers seen, at least one.
    pub count: u32,
    /// The least of them.
    pub min: f64,
    /// Their mean.
    pub mean: f64,
    /// The most of them.
    pub max: f64,
}

/// Numbers, added up. The other fields mean nothing when there are none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Sum {
    count: u32,
    sum: f64,
    min: f64,
    max: f64,
}

impl Series {
    /// Nothing seen yet.
    pub fn new(name: &str, unit: Unit) -> Self {
        Self {
            name: Arc::from(name),
            unit,
            seconds: 1,
            steps: Grown::default(),
            all: Sum::default(),
            last: None,
        }
    }

    /// Adds what was seen `at` after the start of the run. What is no finite number is none.
    pub fn note(&mut self, at: Duration, value: f64) {
        if !value.is_finite() {
            return;
        }
        let one = Sum::single(value);
        self.place(at).add(one);
        self.all.add(one);
        if self.last.is_none_or(|(last, _)| last <= at) {
            self.last = Some((at, value));
        }
    }

    /// The middle of each step in which something was seen, and the mean of that.
    pub fn points(&self) -> impl Iterator<Item = (Duration, f64)> {
        self.steps().map(|step| (step.from + self.step() / 2, step.mean))
    }

    /// The steps in which something was seen.
    pub fn steps(&self) -> impl Iterator<Item = SeriesStep> {
        let seen = self.steps.iter().enumerate().filter(|(_, sum)| sum.count > 0);
        seen.map(|(index, sum)| SeriesStep {
            from: self.step() * index as u32,
            count: sum.count,
            min: sum.min,
            mean: sum.mean(),
            max: sum.max,
        })
    }

    /// Length of a step.
    pub fn step(&self) -> Duration {
        Duration::from_secs(u64::from(self.seconds))
    }

    /// The mean of what was seen in the steps whose middle lies in `window`.
    pub fn at(&self, window: &Range<Duration>) -> Option<f64> {
        let sum = self.sum(window);
        (sum.count > 0).then(|| sum.mean())
    }

    /// The mean of the step in which a moment lies.
    pub fn near(&self, at: Duration) -> Option<f64> {
        let step = self.steps.get((at.as_secs() / u64::from(self.seconds)) as usize)?;
        (step.count > 0).then(|| step.mean())
    }

    /// Least and most of what was seen in the steps whose middle lies in `window`.
    pub fn range(&self, window: &Range<Duration>) -> Option<(f64, f64)> {
        let sum = self.sum(window);
        (sum.count > 0).then_some((sum.min, sum.max))
    }

    /// Numbers seen.
    pub fn count(&self) -> u32 {
        self.all.count
    }

    /// The least of all.
    pub fn min(&self) -> Option<f64> {
        (self.all.count > 0).then_some(self.all.min)
    }

    /// The most of all.
    pub fn max(&self) -> Option<f64> {
        (self.all.count > 0).then_some(self.all.max)
    }

    /// The mean of all.
    pub fn mean(&self) -> Option<f64> {
        (self.all.count > 0).then(|| self.all.mean())
    }

    /// The last one.
    pub fn last(&self) -> Option<f64> {
        self.last.map(|(_, value)| value)
    }

    fn sum(&self, window: &Range<Duration>) -> Sum {
        let mut sum = Sum::default();
        for (index, step) in self.steps.iter().enumerate() {
            if window.contains(&(self.step() * index as u32 + self.step() / 2)) {
                sum.add(step);
            }
        }
        sum
    }

    fn place(&mut self, at: Duration) -> &mut Sum {
        let second = at.as_secs().min(u64::from(u32::MAX / 4)) as usize;
        while second / self.seconds as usize >= MOST_STEPS {
            self.seconds *= 2;
            self.steps.halve(Sum::add);
        }
        self.steps.at(second / self.seconds as usize)
    }
}

/// Mostly one number a step, or none.
#[derive(Clone, Debug)]
pub(crate) enum Sums {
    /// What is no number is none.
    Single(Arc<[f64]>),
    Several(Arc<[Sum]>),
}

impl Pack for Sum {
    type Packed = Sums;

    fn pack(row: &[Self]) -> Sums {
        let single = |sum: &Self| if sum.count == 1 { sum.sum } else { f64::NAN };
        if row.iter().all(|sum| sum.count <= 1) {
            Sums::Single(row.iter().map(single).collect())
        } else {
            Sums::Several(row.into())
        }
    }

    fn each(packed: &Sums, mut take: impl FnMut(Self)) {
        match packed {
            Sums::Single(row) => row.iter().for_each(|value| take(Self::single(*value))),
            Sums::Several(row) => row.iter().for_each(|sum| take(*sum)),
        }
    }
}

impl Sum {
    /// Of one number, or of none.
    fn single(value: f64) -> Self {
        if value.is_finite() {
            Self { count: 1, sum: value, min: value, max: value }
        } else {
            Self::default()
        }
    }

    fn add(&mut self, other: Self) {
        if self.count == 0 || other.count == 0 {
            *self = if self.count == 0 { other } else { *self };
            return;
        }
        self.count = self.count.saturating_add(other.count);
        self.sum += other.sum;
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
    }

    fn mean(&self) -> f64 {
        self.sum / f64::from(self.count)
    }
}
