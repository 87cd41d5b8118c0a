//! Stages of many answers, added up by name.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::OTHER_STAGES;

/// Most names of a row, [`OTHER_STAGES`] not among them.
const MOST_OF_A_ROW: usize = 16;
/// Most names that a thread knows.
const MOST_OF_A_THREAD: usize = 64;

/// What the answers of a row say of the time that they took, by name. Adding two is exact; only a
/// row with more names than it has room for counts some of them together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerTimings(Vec<StageTimes>);

/// One stage of many answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageTimes {
    name: Arc<str>,
    answers: u64,
    timed: u64,
    sum_ns: u64,
    max_ns: u64,
}

impl StageTimes {
    fn new(name: &Arc<str>) -> Self {
        Self { name: Arc::clone(name), answers: 0, timed: 0, sum_ns: 0, max_ns: 0 }
    }

    fn add(&mut self, other: &Self) {
        self.answers += other.answers;
        self.timed += other.timed;
        self.sum_ns = self.sum_ns.saturating_add(other.sum_ns);
        self.max_ns = self.max_ns.max(other.max_ns);
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How often answers have named it.
    pub fn answers(&self) -> u64 {
        self.answers
    }

    /// How often with a time.
    pub fn timed(&self) -> u64 {
        self.timed
    }

    /// All its times added up.
    pub fn sum(&self) -> Duration {
        Duration::from_nanos(self.sum_ns)
    }

    /// The mean of its times; `None` without any.
    pub fn mean(&self) -> Option<Duration> {
        (self.timed > 0).then(|| Duration::from_nanos(self.sum_ns / self.timed))
    }

    /// The longest of its times; `None` without any.
    pub fn max(&self) -> Option<Duration> {
        (self.timed > 0).then(|| Duration::from_nanos(self.max_ns))
    }
}

impl ServerTimings {
    /// The stages by name.
    pub fn iter(&self) -> impl Iterator<Item = &StageTimes> {
        self.0.iter()
    }

    /// Whether no answer has named one.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// An answer names a stage.
    pub(crate) fn note(&mut self, name: &Arc<str>, time: Option<Duration>) {
        let ns = time.map_or(0, |time| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX));
        let once = StageTimes {
            answers: 1,
            timed: u64::from(time.is_some()),
            sum_ns: ns,
            max_ns: ns,
            ..StageTimes::new(name)
        };
        self.add_stage(&once);
    }

    /// Adds all that `other` has.
    pub(crate) fn add(&mut self, other: &Self) {
        other.0.iter().for_each(|stage| self.add_stage(stage));
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    fn add_stage(&mut self, stage: &StageTimes) {
        let known = self.0.binary_search_by(|known| known.name.cmp(&stage.name));
        match known {
            Ok(at) => self.0[at].add(stage),
            Err(at) if self.has_room() || &*stage.name == OTHER_STAGES => {
                self.0.insert(at, stage.clone());
            }
            Err(_) => {
                let name = Arc::from(OTHER_STAGES);
                self.add_stage(&StageTimes { name, ..stage.clone() });
            }
        }
    }

    fn has_room(&self) -> bool {
        self.0.iter().filter(|stage| &*stage.name != OTHER_STAGES).count() < MOST_OF_A_ROW
    }
}

/// The names that a thread has heard: each in memory once, and not too many.
#[derive(Debug, Default)]
pub(crate) struct Names(Vec<Arc<str>>);

impl Names {
    /// The name as it is counted.
    pub(crate) fn known(&mut self, name: &str) -> Arc<str> {
        match self.0.binary_search_by(|known| (**known).cmp(name)) {
            Ok(at) => Arc::clone(&self.0[at]),
            Err(at) if self.0.len() < MOST_OF_A_THREAD || name == OTHER_STAGES => {
                let name = Arc::from(name);
                self.0.insert(at, Arc::clone(&name));
                name
            }
            Err(_) => self.known(OTHER_STAGES),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    fn noted(stages: &[(&str, Option<u64>)]) -> ServerTimings {
        let mut timings = ServerTimings::default();
        for (name, time) in stages {
            timings.note(&Arc::from(*name), time.map(ms));
        }
        timings
    }

    #[test]
    fn stages_are_added_up_and_a_stage_without_a_time_is_no_zero() {
        let mut all = noted(&[("sql", Some(10)), ("sql", Some(30)), ("hit", None)]);
        all.add(&noted(&[("sql", Some(5)), ("sql", None), ("speech", Some(1))]));
        let lines: Vec<_> = all
            .iter()
            .map(|it| (it.name(), it.answers(), it.timed(), it.mean(), it.max(), it.sum()))
            .collect();
        let expected = [
            ("hit", 1, 0, None, None, ms(0)),
            ("speech", 1, 1, Some(ms(1)), Some(ms(1)), ms(1)),
            ("sql", 4, 3, Some(ms(15)), Some(ms(30)), ms(45)),
        ];
        assert_eq!(lines, expected);
    }

    #[test]
    fn a_target_that_invents_names_fills_no_memory_and_loses_nothing() {
        let (mut names, mut timings) = (Names::default(), ServerTimings::default());
        for number in 0..10_000 {
            let name = names.known(&format!("stage-{number}"));
            timings.note(&name, Some(ms(1)));
        }
        assert_eq!(names.0.len(), MOST_OF_A_THREAD + 1);
        assert_eq!(timings.iter().count(), MOST_OF_A_ROW + 1);
        assert_eq!(timings.iter().map(StageTimes::answers).sum::<u64>(), 10_000);
        let other = timings.iter().find(|stage| stage.name() == OTHER_STAGES);
        assert_eq!(other.map(StageTimes::answers), Some(10_000 - MOST_OF_A_ROW as u64));
        let twice =
            [timings.clone(), timings].iter().fold(ServerTimings::default(), |mut all, it| {
                all.add(it);
                all
            });
        assert_eq!(twice.iter().map(StageTimes::sum).sum::<Duration>(), ms(20_000));
    }
}
