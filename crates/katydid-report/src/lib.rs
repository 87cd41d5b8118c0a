//! Reports of a run: a [`Snapshot`] in, text or bytes out.
//!
//! Nothing here opens a file, asks a terminal for its width or reads a clock: the caller passes
//! what is needed, so every report can be tested and made again from saved data. No colours: the
//! command line adds them.
//!
//! - [`headline`]: the three sentences that a reader wants first.
//! - [`compare`]: two builds side by side, for a terminal, Markdown, HTML and machines.
//! - [`csv`]: Locust's four files, names and columns to the letter.
//! - [`html`]: the report, one page with charts that opens offline.
//! - [`json`]: Locust's `--json`, the summary for programs, and the outcome of a search.
//! - [`junit()`]: the verdict as test cases.
//! - [`markdown()`]: the end of a run for the summary of a CI job.
//! - [`metrics`]: the numbers of a moment, for Prometheus and OpenTelemetry.
//! - [`plan`]: a scenario that checks the load that a search has found.
//! - [`table`]: the live table and the tables at the end of a run.
//! - [`text`]: foreign text on a terminal.
//!
//! # Milliseconds
//! Locust's own columns are whole milliseconds and stay so: averages are cut off, minima rounded
//! down, maxima **up**, medians and percentiles to the nearest. A fast target therefore shows 0 in
//! them. Our added columns (p95, p99, phases) have two decimals below 10 ms and one below 100 ms.
//! Whatever the rounding, no percentile is ever shown above the maximum beside it.

mod bottleneck;
pub mod compare;
mod conclusion;
pub mod csv;
mod facts;
mod headline;
pub mod html;
pub mod json;
mod junit;
mod markdown;
pub mod metrics;
mod number;
pub mod plan;
mod slowest;
mod stages;
mod stated;
pub mod table;
pub mod text;

pub use facts::{Facts, MachineInfo, RunInfo};
pub use junit::junit;
pub use markdown::markdown;
pub use number::fine_millis;

use std::borrow::Cow;

use katydid_core::{Row, Snapshot};

pub use headline::headline;

/// Locust's percentile columns: heading and quantile.
const PERCENTILES: [(&str, f64); 11] = [
    ("50%", 0.5),
    ("66%", 0.66),
    ("75%", 0.75),
    ("80%", 0.8),
    ("90%", 0.9),
    ("95%", 0.95),
    ("98%", 0.98),
    ("99%", 0.99),
    ("99.9%", 0.999),
    ("99.99%", 0.9999),
    ("100%", 1.0),
];

/// Rows of requests by name, then those of transactions, which are in no total.
fn rows_and_transactions(snapshot: &Snapshot) -> Vec<Cow<'_, Row>> {
    let mut rows = snapshot.rows_by_name();
    rows.extend(snapshot.transactions().into_iter().map(Cow::Owned));
    rows
}
