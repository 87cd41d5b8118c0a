//! The data of the charts again and again while a run goes on.

use katydid_core::Snapshot;
use serde::Serialize;

use super::run::{About, Beside, RunData};
use super::series::{Chart, Points};
use super::steps::{Columns, StepData, Steps};
use super::tail::Tail;
use super::{marks::Flag, times};

/// The data of the charts of **one** run while it goes on: whole for whoever comes new, and what is
/// new in each moment, which is a few kB. A step is looked at once, so a second of a long run costs
/// no more than one of a short one.
///
/// Each message fits whatever came before it, whole data or messages; `Charts.grown` of
/// [`chart_script`](super::super::chart_script) puts them together, and says when it misses one.
#[derive(Debug, Default)]
pub struct Feed {
    steps: Steps,
    level: u32,
    last: Beside,
}

impl Feed {
    /// Of a run of which nothing is known yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes what was measured up to now; the answer is what is new, as one line of JSON. It is the
    /// whole data the first time, and when all of it has changed.
    pub fn advance(&mut self, snapshot: &Snapshot) -> String {
        let first = self.steps.iter().len() == 0;
        let fresh = self.steps.refresh(snapshot.history());
        let level = times::level(self.level, self.steps.iter().map(|step| &step.times));
        let earlier = std::mem::replace(&mut self.last, Beside::of(snapshot, &self.steps, level));
        if first || std::mem::replace(&mut self.level, level) != level {
            return self.whole();
        }
        let all: Vec<&StepData> = self.steps.iter().collect();
        let new: Vec<&StepData> = fresh.iter().map(|index| all[*index]).collect();
        let grown = Grown {
            whole: false,
            steps: Columns::of(self.last.about.open, self.steps.edges(), &new, level),
            fresh,
            about: &self.last.about,
            marks: Tail::of(&earlier.marks, &self.last.marks),
            charts: self
                .last
                .charts
                .iter()
                .enumerate()
                .map(|(at, chart)| ChartGrown::of(earlier.charts.get(at), chart))
                .collect(),
        };
        text(&grown)
    }

    /// All of it up to the last [`advance`](Self::advance), as one line of JSON.
    pub fn whole(&self) -> String {
        text(&RunData::of(&self.last, &self.steps, self.level))
    }
}

/// What is new.
#[derive(Debug, Serialize)]
struct Grown<'a> {
    whole: bool,
    /// Steps that are new, by their index; `steps` has columns of these alone, and all edges.
    fresh: Vec<usize>,
    #[serde(flatten)]
    about: &'a About,
    marks: Tail<'a, Flag>,
    steps: Columns,
    charts: Vec<ChartGrown<'a>>,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum ChartGrown<'a> {
    Whole(&'a Chart),
    /// For each line.
    Tails {
        from: Vec<LineTail<'a>>,
    },
}

#[derive(Debug, Serialize)]
struct LineTail<'a> {
    at: Tail<'a, f64>,
    value: Tail<'a, f64>,
}

impl<'a> ChartGrown<'a> {
    fn of(earlier: Option<&Chart>, later: &'a Chart) -> Self {
        match earlier.filter(|it| it.is_like(later)) {
            None => Self::Whole(later),
            Some(earlier) => {
                let pairs = earlier.lines.iter().zip(&later.lines);
                Self::Tails { from: pairs.map(|(one, other)| tail(one, other)).collect() }
            }
        }
    }
}

fn tail<'a>(earlier: &Points, later: &'a Points) -> LineTail<'a> {
    LineTail { at: Tail::of(&earlier.at, &later.at), value: Tail::of(&earlier.value, &later.value) }
}

fn text(data: &impl Serialize) -> String {
    serde_json::to_string(data).expect("numbers and texts alone")
}
