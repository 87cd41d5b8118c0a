//! A monitor with all that it has seen.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::event::{MonitorEvent, MonitorKind, MonitorMark};
use super::series::Series;

/// Monitors of a run.
const MOST_MONITORS: usize = 100;
/// Series of a monitor.
const MOST_SERIES: usize = 256;
/// Marks of a monitor that are kept: the first ones.
const MOST_MARKS: usize = 200;

/// A monitor with all that it has seen in a run, in bounded memory.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Monitored {
    /// As the plan calls it.
    pub name: Arc<str>,
    /// What it looks at.
    pub kind: MonitorKind,
    /// Its numbers.
    pub series: Vec<Series>,
    /// What else happened, in order of time; the first 200.
    pub marks: Vec<MonitorMark>,
    /// Marks that were not kept.
    pub more_marks: u64,
}

impl Monitored {
    /// The most series that a monitor may have; a source with more keeps the first.
    pub const MOST_SERIES: usize = MOST_SERIES;
    /// The most monitors that a run may have.
    pub const MOST: usize = MOST_MONITORS;

    /// Nothing seen yet.
    pub fn new(name: &str, kind: MonitorKind) -> Self {
        Self { name: Arc::from(name), kind, series: Vec::new(), marks: Vec::new(), more_marks: 0 }
    }

    /// Takes in an event into the list of all monitors. What belongs to no monitor or series that
    /// was named before is left out: a file may be broken.
    pub fn note_all(all: &mut Vec<Self>, event: &MonitorEvent) {
        match event {
            MonitorEvent::Monitor { monitor, name, kind } => {
                if *monitor == all.len() && *monitor < MOST_MONITORS {
                    all.push(Self::new(name, *kind));
                }
            }
            event => {
                if let Some(monitored) = all.get_mut(event.monitor()) {
                    monitored.note(event);
                }
            }
        }
    }

    /// Takes in an event of this monitor.
    pub fn note(&mut self, event: &MonitorEvent) {
        match event {
            MonitorEvent::Monitor { .. } => {}
            MonitorEvent::Series { series, name, unit, .. } => {
                if *series == self.series.len() && *series < MOST_SERIES {
                    self.series.push(Series::new(name, *unit));
                }
            }
            MonitorEvent::Sample(sample) => {
                if let Some(series) = self.series.get_mut(sample.series) {
                    series.note(sample.at, sample.value);
                }
            }
            MonitorEvent::Mark { mark, .. } => self.mark(mark.clone()),
        }
    }

    /// The series of this name.
    pub fn find(&self, name: &str) -> Option<&Series> {
        self.series.iter().find(|series| &*series.name == name)
    }

    /// Whether it has any number.
    pub fn has_data(&self) -> bool {
        self.series.iter().any(|series| series.count() > 0)
    }

    /// When something was marked first.
    pub fn first_mark(&self) -> Option<Duration> {
        self.marks.iter().map(|mark| mark.at).min()
    }

    fn mark(&mut self, mark: MonitorMark) {
        if self.marks.len() < MOST_MARKS {
            self.marks.push(mark);
        } else {
            self.more_marks += 1;
        }
    }
}
