//! What can be downloaded of a run: reports made of it now, and the files in its folder.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use katydid_core::or_nearest;
use katydid_report::csv;
use schemars::JsonSchema;
use serde::Serialize;

use crate::api::ApiError;
use crate::board::Run;
use crate::director::Director;

/// Bytes of a file that is handed out; larger ones are fetched from the folder.
const MOST_BYTES: u64 = 256 << 20;

/// What can be downloaded of a run.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ShownFiles {
    files: Vec<ShownFile>,
}

/// Something that can be downloaded.
#[derive(Debug, Serialize, JsonSchema)]
struct ShownFile {
    /// The last part of its address.
    name: String,
    /// What it is.
    title: String,
    /// `null` for what is made when it is asked for.
    bytes: Option<u64>,
}

/// A file with its kind.
pub(crate) struct File {
    pub(crate) name: String,
    pub(crate) kind: &'static str,
    pub(crate) bytes: Vec<u8>,
}

/// What is made when it is asked for.
const MADE: [(&str, &str); 4] = [
    ("report.html", "The report as a page"),
    ("requests.csv", "Requests by name"),
    ("failures.csv", "Failures by text"),
    ("exceptions.csv", "Errors of the suite's own code"),
];

impl ShownFiles {
    pub(crate) fn of(run: &Run) -> Self {
        let made = MADE.map(|(name, title)| ShownFile {
            name: name.to_owned(),
            title: title.to_owned(),
            bytes: None,
        });
        let lying = lying(run).into_iter().map(|(name, bytes)| ShownFile {
            title: title(&name).to_owned(),
            name,
            bytes: Some(bytes),
        });
        Self { files: made.into_iter().chain(lying).collect() }
    }
}

impl File {
    /// The file of this name: made now, or read from the folder of the run.
    pub(crate) fn of(
        run: &Run,
        name: &str,
        director: &Arc<dyn Director>,
    ) -> Result<Self, ApiError> {
        let started = run.ending.as_ref().map_or(run.header.started, |it| it.started);
        let snapshot = &run.snapshot;
        let made = match name {
            "report.html" => Some(director.report(run)),
            "requests.csv" => Some(csv::stats(snapshot)),
            "failures.csv" => Some(csv::failures(snapshot, started)),
            "exceptions.csv" => Some(csv::exceptions(snapshot)),
            _ => None,
        };
        let bytes = match made {
            Some(bytes) => bytes,
            None => read(run, name)?,
        };
        Ok(Self { name: name.to_owned(), kind: kind(name), bytes })
    }
}

/// The files that lie in the folder of a run, by name: no folders, nothing that leads elsewhere, and
/// nothing that has the name of something that is made.
fn lying(run: &Run) -> Vec<(String, u64)> {
    let Some(folder) = &run.folder else { return Vec::new() };
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<(String, u64)> = entries
        .filter_map(|entry| {
            let about = entry.path().symlink_metadata().ok().filter(fs::Metadata::is_file)?;
            Some((entry.file_name().into_string().ok()?, about.len()))
        })
        .filter(|(name, _)| MADE.iter().all(|(made, _)| made != name))
        .collect();
    files.sort();
    files
}

fn read(run: &Run, name: &str) -> Result<Vec<u8>, ApiError> {
    let files = lying(run);
    let Some((known, bytes)) = files.iter().find(|(known, _)| known == name) else {
        let all = MADE.iter().map(|(made, _)| *made);
        let hint = or_nearest(name, all.chain(files.iter().map(|(known, _)| known.as_str())));
        return Err(ApiError::missing(format!("the run has no file `{name}`; {hint}")));
    };
    if *bytes > MOST_BYTES {
        let text = format!("{name} has {bytes} bytes; fetch it from the folder of the run");
        return Err(ApiError::broken(text));
    }
    let folder = run.folder.as_deref().unwrap_or(Path::new(""));
    fs::read(folder.join(known)).map_err(|fault| ApiError::broken(format!("{name}: {fault}")))
}

/// What lies in a folder, by the end of its name, the first that fits. A suite may leave other files
/// beside it, which are called by their names.
const LYING: [(&str, &str); 9] = [
    (katydid_store::FILE_NAME, "The run itself, for the commands report and compare"),
    ("run.txt", "What was said at its end"),
    ("stats_history.csv", "The run second by second"),
    ("stats_stats.csv", "Requests by name, as they were written"),
    ("stats_failures.csv", "Failures by text, as they were written"),
    ("stats_exceptions.csv", "Errors of the suite's own code, as they were written"),
    ("probes.csv", "The probes of the search"),
    ("at-capacity.toml", "A plan that checks the load that was found"),
    ("backend.log", "What the embedded backend logged"),
];

fn title(name: &str) -> &str {
    let known = LYING.iter().find(|(end, _)| name.ends_with(end));
    known.map_or(name, |(_, title)| title)
}

fn kind(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("html") => "text/html; charset=utf-8",
        Some("csv") => "text/csv; charset=utf-8",
        Some("json" | "jsonl") => "application/json",
        Some("xml") => "application/xml",
        Some("txt" | "md" | "log") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
