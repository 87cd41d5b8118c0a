//! `P_stats.csv` and `P_stats_history.csv`: the same numbers over the whole run and by second.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use katydid_core::{Latency, Row, Snapshot};

use super::cell::{File, float, text};
use crate::PERCENTILES;
use crate::number::{cut, millis, nearest, per_second};

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

const HISTORY: [&str; 6] = ["Timestamp", "User Count", "Type", "Name", "Requests/s", "Failures/s"];

const HISTORY_TOTALS: [&str; 7] = [
    "Total Request Count",
    "Total Failure Count",
    "Total Median Response Time",
    "Total Average Response Time",
    "Total Min Response Time",
    "Total Max Response Time",
    "Total Average Content Size",
];

/// `P_stats.csv`: one row per method and name, sorted by name, then `Aggregated`.
///
/// Times are in ms. Averages, minima and maxima are exact; percentiles are whole ms to the
/// nearest, but never above the maximum, and `N/A` without requests. The median is whole ms too,
/// unless that would lie outside minimum and maximum; then it is given with its fraction. Rates
/// are requests ÷ length of the run; content sizes are decoded bodies in bytes.
pub fn stats(snapshot: &Snapshot) -> Vec<u8> {
    let mut file = File::with_header(&[&STATS[..], &percentile_names()].concat());
    let rows = snapshot.rows_by_name();
    for row in rows.iter().chain([&snapshot.aggregated()]) {
        file.record(stats_record(row, snapshot.elapsed));
    }
    file.into_bytes()
}

/// The header line of `P_stats_history.csv`.
pub fn history_header() -> Vec<u8> {
    let header = [&HISTORY[..], &percentile_names(), &HISTORY_TOTALS].concat();
    File::with_header(&header).into_bytes()
}

/// What is appended to `P_stats_history.csv` for the moment `at`: whole lines, one for
/// `Aggregated`.
///
/// Requests/s and Failures/s are the current rates (last ten seconds); percentiles and totals
/// are those since the start, as Locust writes them without `--csv-full-history`.
pub fn history_rows(snapshot: &Snapshot, at: SystemTime) -> Vec<u8> {
    let row = snapshot.aggregated();
    let times = row.response();
    let seconds = at.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let (requests, failures) = row.current_rates();
    let mut cells = vec![seconds.to_string(), snapshot.user_count().to_string()];
    cells.extend([text(&row.key.method).into_owned(), text(&row.key.name).into_owned()]);
    cells.extend([format!("{requests:.6}"), format!("{failures:.6}")]);
    cells.extend(percentiles(&times));
    cells.extend(totals(&row, &times));
    let mut file = File::new();
    file.record(cells);
    file.into_bytes()
}

fn percentile_names() -> Vec<&'static str> {
    PERCENTILES.iter().map(|(name, _)| *name).collect()
}

fn stats_record(row: &Row, elapsed: Duration) -> Vec<String> {
    let times = row.response();
    let mut cells = vec![text(&row.key.method).into_owned(), text(&row.key.name).into_owned()];
    cells.extend(totals(row, &times));
    cells.push(float(per_second(row.requests(), elapsed)));
    cells.push(float(per_second(row.failures(), elapsed)));
    cells.extend(percentiles(&times));
    cells
}

/// Request count to content size: the same seven in both files.
fn totals(row: &Row, times: &Latency) -> [String; 7] {
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

fn percentiles(times: &Latency) -> impl Iterator<Item = String> {
    // The maximum stands beside them with its fraction: 22 next to 21.8 would be a contradiction.
    let highest = times.max().map_or(0, cut);
    PERCENTILES.iter().map(move |(_, quantile)| {
        let time = times.quantile(*quantile);
        time.map_or_else(|| "N/A".to_owned(), |time| nearest(time).min(highest).to_string())
    })
}
