//! `--json` and `--json-file`: Locust's shape of the statistics, and what a search has found;
//! `--summary-json`: everything that a run has come to; the lines of `--log-failures`.

mod failure;
mod search;
mod statistics;
mod summary;

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::PrettyFormatter;

pub use failure::{dropped, failure};
pub use search::search;
pub use statistics::statistics;
pub use summary::{summary, summary_schema};

/// Indented by four, with a line end, as Locust writes it.
fn indented(value: &impl Serialize) -> Vec<u8> {
    let mut out = Vec::new();
    let mut serializer =
        Serializer::with_formatter(&mut out, PrettyFormatter::with_indent(b"    "));
    value.serialize(&mut serializer).expect("memory takes everything, and keys are texts");
    out.push(b'\n');
    out
}
