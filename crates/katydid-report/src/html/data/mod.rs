//! What the charts of a page are drawn from: plain numbers in one JSON text.
//!
//! Response times are histograms per step (`times.rs`), so that whoever looks at a stretch of the
//! run gets the percentiles of exactly that stretch: buckets are added up, percentiles never
//! averaged. Everything is bounded: 300 steps, 40 names of 100 points, 30 more charts. Lists only,
//! so that the same run always gives the same text.

mod feed;
mod marks;
mod names;
mod run;
mod series;
mod steps;
mod tail;
mod times;

use std::time::Duration;

use katydid_core::{Snapshot, Verdict};
use serde::Serialize;

use crate::text::{clean, shorten};

pub use feed::Feed;
pub(super) use marks::flags;
pub use names::name_series;
pub(super) use names::{MOST_ROWS, filters};
use names::{NameLine, NameRow, name_lines, name_rows};
use run::{Beside, RunData};
pub(super) use series::has_side_charts;
use steps::Steps;

/// Letters of a foreign text in a chart.
const LONGEST: usize = 120;

/// Everything that the script of a report knows.
#[derive(Debug, Serialize)]
struct Data<'a> {
    #[serde(flatten)]
    run: RunData<'a>,
    /// What the rows of the tables are, in their order.
    rows: Vec<NameRow>,
    /// Series of the busiest names, over the same points for all.
    points: Vec<f64>,
    names: Vec<NameLine>,
}

/// The data of a run as it can stand in a page.
pub(super) fn json(snapshot: &Snapshot, verdict: &Verdict) -> String {
    let mut steps = Steps::default();
    steps.refresh(snapshot.history());
    let level = times::level(0, steps.iter().map(|step| &step.times));
    let (points, names) = name_lines(snapshot);
    let rows = name_rows(snapshot, verdict);
    let beside = Beside::of(snapshot, &steps, level);
    let data = Data { run: RunData::of(&beside, &steps, level), rows, points, names };
    let text = serde_json::to_string(&data).expect("numbers and texts alone");
    // Inside of a script nothing may look like its end, nor like a comment.
    text.replace('<', "\\u003c")
}

/// A text of the suite or the target as it may stand in a chart.
fn foreign(text: &str) -> String {
    shorten(&clean(text), LONGEST).into_owned()
}

fn seconds(time: Duration) -> f64 {
    round(time.as_secs_f64(), 3)
}

fn millis(time: Duration) -> f64 {
    round(crate::number::millis(time), 3)
}

fn round(value: f64, digits: i32) -> f64 {
    let unit = 10f64.powi(digits);
    (value * unit).round() / unit
}
