//! `P_stats_history.csv`: the run second by second.

use katydid_core::{Row, Snapshot};

use super::cell::{File, text};
use super::stats::{percentile_cells, percentile_names, totals};
use crate::rows_and_transactions;

const BEFORE: [&str; 6] = ["Timestamp", "User Count", "Type", "Name", "Requests/s", "Failures/s"];

const TOTALS: [&str; 7] = [
    "Total Request Count",
    "Total Failure Count",
    "Total Median Response Time",
    "Total Average Response Time",
    "Total Min Response Time",
    "Total Max Response Time",
    "Total Average Content Size",
];

/// Which rows a second gets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HistoryRows {
    /// Only `Aggregated`; its percentiles are those since the start.
    #[default]
    Aggregated,
    /// One for each method and name, then `Aggregated`; percentiles are those of the last ten
    /// seconds, `N/A` when these had no request (`--csv-full-history`).
    EveryName,
}

/// The header line of `P_stats_history.csv`.
pub fn history_header() -> Vec<u8> {
    File::with_header(&[&BEFORE[..], &percentile_names(), &TOTALS].concat()).into_bytes()
}

/// What is appended to `P_stats_history.csv` for the second `stamp` of the epoch: whole lines.
///
/// Requests/s and Failures/s are current rates (last ten seconds), totals those since the start.
pub fn history_rows(snapshot: &Snapshot, stamp: u64, rows: HistoryRows) -> Vec<u8> {
    let mut file = File::new();
    if rows == HistoryRows::EveryName {
        for row in rows_and_transactions(snapshot) {
            file.record(record(&row, snapshot, stamp, rows));
        }
    }
    file.record(record(&snapshot.aggregated(), snapshot, stamp, rows));
    file.into_bytes()
}

fn record(row: &Row, snapshot: &Snapshot, stamp: u64, rows: HistoryRows) -> Vec<String> {
    let times = row.response();
    let (requests, failures) = row.current_rates();
    let mut cells = vec![stamp.to_string(), snapshot.user_count().to_string()];
    cells.extend([text(&row.key.method).into_owned(), text(&row.key.name).into_owned()]);
    cells.extend([format!("{requests:.6}"), format!("{failures:.6}")]);
    cells.extend(match rows {
        HistoryRows::Aggregated => percentile_cells(times.max(), |at| times.quantile(at)),
        HistoryRows::EveryName => {
            let recent = row.current_response();
            percentile_cells(times.max(), |at| recent.quantile(at))
        }
    });
    cells.extend(totals(row, &times));
    cells
}
