//! `P_stats.csv`, and the cells that it shares with the history.

use std::borrow::Cow;
use std::time::Duration;

use katydid_core::{Latency, Row, Snapshot};

use super::cell::{File, float, text};
use crate::number::{cut, millis, nearest, per_second};
use crate::{PERCENTILES, rows_and_transactions};

const STATS: [&str; 11] = [
    "Type",
    "Name",
    "Request Count",
    "Failure Count",
    "Median Response Time",
    "Average Response Time",
    "Min Response Time",
    "Max Response Time",
    "Average Content Size",
    "Requests/s",
    "Failures/s",
];

/// `P_stats.csv`: one row per method and name, sorted by name; then transactions, whose Type is
/// `TRANSACTION`; then `Aggregated`, which is the sum of the requests alone.
///
/// Times are in ms. Averages, minima and maxima are exact; percentiles are whole ms to the
/// nearest, but never above the maximum, and `N/A` without requests. The median is whole ms too,
/// unless that would lie outside minimum and maximum; then it is given with its fraction. Rates
/// are requests ÷ time measured (the length of the run, or of what came after `--reset-stats`);
/// content sizes are decoded bodies in bytes.
pub fn stats(snapshot: &Snapshot) -> Vec<u8> {
    let mut file = File::with_header(&[&STATS[..], &percentile_names()].concat());
    let mut rows = rows_and_transactions(snapshot);
    rows.push(Cow::Owned(snapshot.aggregated()));
    for row in &rows {
        file.record(stats_record(row, snapshot.measured()));
    }
    file.into_bytes()
}

/// Headings of the percentile columns.
pub(super) fn percentile_names() -> Vec<&'static str> {
    PERCENTILES.iter().map(|(name, _)| *name).collect()
}

fn stats_record(row: &Row, measured: Duration) -> Vec<String> {
    let times = row.response();
    let mut cells = vec![text(&row.key.method).into_owned(), text(&row.key.name).into_owned()];
    cells.extend(totals(row, &times));
    cells.push(float(per_second(row.requests(), measured)));
    cells.push(float(per_second(row.failures(), measured)));
    cells.extend(percentile_cells(times.max(), |at| times.quantile(at)));
    cells
}

/// Request count to content size: the same seven in both files.
pub(super) fn totals(row: &Row, times: &Latency) -> [String; 7] {
    let exact = |time: Option<Duration>, none: &str| {
        time.map_or_else(|| none.to_owned(), |time| float(millis(time)))
    };
    let content = match row.requests() {
        0 => "0".to_owned(),
        requests => float(row.bytes().body as f64 / requests as f64),
    };
    [
        row.requests().to_string(),
        row.failures().to_string(),
        median(times),
        exact(times.mean(), "0.0"),
        exact(times.min(), "0"),
        exact(times.max(), "0"),
        content,
    ]
}

/// Locust's rule, with the true median where Locust would put the minimum or maximum.
fn median(times: &Latency) -> String {
    let (Some(median), Some(min), Some(max)) = (times.quantile(0.5), times.min(), times.max())
    else {
        return "0".to_owned();
    };
    let whole = nearest(median);
    let inside = (millis(min)..=millis(max)).contains(&(whole as f64));
    if inside { whole.to_string() } else { float(millis(median)) }
}

/// Percentile cells in whole ms; `N/A` where there is no data.
pub(super) fn percentile_cells(
    max: Option<Duration>,
    quantile: impl Fn(f64) -> Option<Duration>,
) -> Vec<String> {
    // The maximum stands beside them with its fraction: 22 next to 21.8 would be a contradiction.
    let highest = max.map_or(0, cut);
    let cell = |time: Option<Duration>| {
        time.map_or_else(|| "N/A".to_owned(), |time| nearest(time).min(highest).to_string())
    };
    PERCENTILES.iter().map(|(_, at)| cell(quantile(*at))).collect()
}
