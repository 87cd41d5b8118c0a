//! What monitors saw beside the load.

use katydid_core as core;
use schemars::JsonSchema;
use serde::Serialize;

/// A monitor of the plan with what it has seen.
#[derive(Serialize, JsonSchema)]
pub(super) struct Monitor<'a> {
    /// As the plan calls it.
    name: &'a str,
    /// What it looks at.
    #[schemars(with = "String")]
    kind: core::MonitorKind,
    series: Vec<Series<'a>>,
    /// What else happened: faults, new errors in a log, restarts.
    marks: Vec<Mark<'a>>,
    /// Marks that were not kept.
    more_marks: u64,
}

/// A series of numbers over the run; null where nothing was seen.
#[derive(Serialize, JsonSchema)]
struct Series<'a> {
    name: &'a str,
    /// What the numbers mean: `share` (0 to 1), `bytes`, `count`, `per-second`, `seconds`, `cores`,
    /// `flag` (0 or 1) and the like.
    #[schemars(with = "String")]
    unit: core::Unit,
    /// Numbers seen.
    count: u32,
    min: Option<f64>,
    mean: Option<f64>,
    max: Option<f64>,
    last: Option<f64>,
}

/// Something that happened at one moment.
#[derive(Serialize, JsonSchema)]
struct Mark<'a> {
    /// Since the start of the run.
    at_s: f64,
    text: &'a str,
}

impl<'a> Monitor<'a> {
    pub(super) fn of(monitored: &'a core::Monitored) -> Self {
        let mark =
            |mark: &'a core::MonitorMark| Mark { at_s: mark.at.as_secs_f64(), text: &mark.text };
        Self {
            name: &monitored.name,
            kind: monitored.kind,
            series: monitored.series.iter().map(Series::of).collect(),
            marks: monitored.marks.iter().map(mark).collect(),
            more_marks: monitored.more_marks,
        }
    }
}

impl<'a> Series<'a> {
    fn of(series: &'a core::Series) -> Self {
        Self {
            name: &series.name,
            unit: series.unit,
            count: series.count(),
            min: series.min(),
            mean: series.mean(),
            max: series.max(),
            last: series.last(),
        }
    }
}
