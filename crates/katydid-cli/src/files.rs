//! Report files: written whole or not at all, and never a reason to end a run.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use katydid_core::{RunEvent, Snapshot};
use katydid_report::csv::{self, FileNames};

use crate::console::Console;

/// Between two rewrites of the files that are replaced as a whole.
const REWRITE_EVERY: Duration = Duration::from_secs(5);

/// Where the files of a run go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Place {
    /// Prefix of the CSV files.
    pub(crate) prefix: Option<String>,
    /// The folder of a scenario's run.
    pub(crate) folder: Option<PathBuf>,
}

impl Place {
    /// A folder made for this run: `base/<UTC time>-<scenario>`, with the guide's file names.
    ///
    /// # Errors
    /// The folder cannot be made.
    pub(crate) fn folder(base: &Path, scenario: &str, now: Timestamp) -> io::Result<Self> {
        fs::create_dir_all(base)?;
        let name = format!("{}-{scenario}", now.strftime("%Y%m%dT%H%M%SZ"));
        // Runs of the same second get numbers.
        for number in 1u32.. {
            let suffix = if number == 1 { String::new() } else { format!("-{number}") };
            let folder = base.join(format!("{name}{suffix}"));
            match fs::create_dir(&folder) {
                Ok(()) => {
                    let prefix = folder.join("load_test_stats");
                    let prefix = Some(prefix.to_string_lossy().into_owned());
                    return Ok(Self { prefix, folder: Some(folder) });
                }
                Err(fault) if fault.kind() == io::ErrorKind::AlreadyExists => {}
                Err(fault) => return Err(fault),
            }
        }
        unreachable!("some number of 32 bits is free")
    }

    /// Where the embedded backend's stderr goes.
    pub(crate) fn backend_log(&self) -> Option<PathBuf> {
        match (&self.folder, &self.prefix) {
            (Some(folder), _) => Some(folder.join("backend.log")),
            (None, Some(prefix)) => Some(PathBuf::from(format!("{prefix}_backend.log"))),
            (None, None) => None,
        }
    }
}

/// What became of the CSV files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Written {
    /// Files that hold what they should.
    pub(crate) paths: Vec<PathBuf>,
    /// Files of which a write failed.
    pub(crate) faulty: Vec<PathBuf>,
    /// Nothing failed, not even the making of a folder.
    pub(crate) whole: bool,
}

/// The CSV files of a run, kept up to date while it goes on.
#[derive(Debug)]
pub(crate) struct Reports {
    console: Console,
    names: Option<FileNames>,
    history: Option<History>,
    started: SystemTime,
    rewritten: Option<Duration>,
    faulty: Vec<PathBuf>,
    whole: bool,
}

impl Reports {
    /// Nothing is written before the run has begun. Without a place that should have been, the
    /// reports are not whole whatever comes.
    pub(crate) fn new(prefix: Option<&str>, place_made: bool, console: &Console) -> Self {
        Self {
            whole: place_made,
            console: console.clone(),
            names: prefix.map(FileNames::for_prefix),
            history: None,
            started: SystemTime::now(),
            rewritten: None,
            faulty: Vec::new(),
        }
    }

    /// Writes what an event asks for.
    pub(crate) fn event(&mut self, event: &RunEvent<'_>) {
        match event {
            RunEvent::Started { .. } => self.begin(),
            RunEvent::Tick(snapshot) => self.tick(snapshot),
            _ => {}
        }
    }

    /// Writes the last state.
    pub(crate) fn finish(mut self, snapshot: &Snapshot, started: SystemTime) -> Written {
        self.started = started;
        self.rewrite(snapshot);
        let (whole, faulty) = (self.whole, self.faulty);
        let all = self.names.as_ref().map(FileNames::all).into_iter().flatten();
        let paths = all.map(Path::to_owned).filter(|path| !faulty.contains(path)).collect();
        Written { paths, faulty, whole }
    }

    /// Replaces what an earlier run left under the same names, so that a fault shows at once.
    fn begin(&mut self) {
        let Some(names) = self.names.clone() else { return };
        self.started = SystemTime::now();
        if let Some(parent) = names.stats.parent() {
            // The reason, if there is one, is told by the first file that cannot be written.
            let _ = fs::create_dir_all(parent);
        }
        let history = History::create(&names.history);
        self.history = self.note(&names.history, history);
        self.rewrite(&Snapshot::new(&[], &[], 1));
        self.rewritten = None;
    }

    fn tick(&mut self, snapshot: &Snapshot) {
        if self.names.is_none() {
            return;
        }
        if let Some(mut history) = self.history.take() {
            let lines = csv::history_rows(snapshot, SystemTime::now());
            let appended = history.append(&lines);
            self.note(&history.path, appended);
            self.history = Some(history);
        }
        let due = |last: Duration| snapshot.elapsed.saturating_sub(last) >= REWRITE_EVERY;
        if self.rewritten.is_none_or(due) {
            self.rewrite(snapshot);
            self.rewritten = Some(snapshot.elapsed);
        }
    }

    fn rewrite(&mut self, snapshot: &Snapshot) {
        let Some(names) = self.names.clone() else { return };
        let files = [
            (&names.stats, csv::stats(snapshot)),
            (&names.failures, csv::failures(snapshot, self.started)),
            (&names.exceptions, csv::exceptions(snapshot)),
        ];
        for (path, bytes) in files {
            let written = write_whole(path, &bytes);
            self.note(path, written);
        }
    }

    /// Warns of a file's first fault; the run and the other files go on.
    fn note<T>(&mut self, path: &Path, result: io::Result<T>) -> Option<T> {
        let fault = match result {
            Ok(value) => return Some(value),
            Err(fault) => fault,
        };
        self.whole = false;
        if !self.faulty.iter().any(|faulty| faulty == path) {
            self.faulty.push(path.to_owned());
            let path = path.display();
            self.console
                .warning(&format!("report {path} is not written: {fault}; the run goes on"));
        }
        None
    }
}

/// Writes a file so that readers see the old text or the new one, never a part.
///
/// # Errors
/// It cannot be written; the old text is still there.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    let beside = PathBuf::from(beside);
    let written = File::create(&beside)
        .and_then(|mut file| file.write_all(bytes))
        .and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written
}

/// A file that grows by whole lines.
#[derive(Debug)]
struct History {
    path: PathBuf,
    file: File,
    length: u64,
}

impl History {
    fn create(path: &Path) -> io::Result<Self> {
        let mut history = Self { path: path.to_owned(), file: File::create(path)?, length: 0 };
        history.append(&csv::history_header())?;
        Ok(history)
    }

    fn append(&mut self, lines: &[u8]) -> io::Result<()> {
        use std::io::Seek as _;
        let appended = self.file.write_all(lines);
        match appended {
            Ok(()) => self.length += lines.len() as u64,
            Err(_) => {
                // What a full disk took of a line goes again.
                let _ = self.file.set_len(self.length);
                let _ = self.file.seek(io::SeekFrom::Start(self.length));
            }
        }
        appended
    }
}

#[cfg(test)]
mod tests;
