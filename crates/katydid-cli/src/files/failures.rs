//! `--log-failures`: every failure as a line of JSON, written by a thread of its own.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, SystemTime};

use katydid_core::{Exemplar, counted};
use katydid_engine::FailureLog;
use katydid_report::json;

use super::Written;
use super::whole::{Growing, probe};
use crate::console::Console;
use crate::error::CliError;
use crate::settings::FailureLogging;

/// How long a failure waits for others before it is written.
const GATHER: Duration = Duration::from_millis(100);
/// Lines are written when there are so many bytes of them.
const ENOUGH: usize = 64 << 10;
/// How long the end of a run waits before it says what it waits for.
const PATIENCE: Duration = Duration::from_secs(3);

/// The file and the thread that writes it.
#[derive(Debug)]
pub(crate) struct FailureFile {
    path: PathBuf,
    per_second: u32,
    log: FailureLog,
    closing: Arc<AtomicBool>,
    /// What became of the file, told at its end.
    done: Receiver<io::Result<()>>,
}

impl FailureFile {
    /// Makes the file and starts its thread, if it is wanted.
    ///
    /// # Errors
    /// The file cannot be written, or the system gives no thread.
    pub(crate) fn start(
        wanted: Option<&FailureLogging>,
        console: &Console,
    ) -> Result<Option<Self>, CliError> {
        let Some(FailureLogging { path, per_second }) = wanted.cloned() else { return Ok(None) };
        let fault =
            |fault| CliError::Unwritable { what: "--log-failures", path: path.clone(), fault };
        probe(&path).map_err(fault)?;
        let (log, failures) = FailureLog::new(per_second);
        let closing = Arc::new(AtomicBool::new(false));
        let (tell, done) = channel();
        let mut clerk = Clerk {
            failures,
            closing: Arc::clone(&closing),
            log: log.clone(),
            file: Growing::new(path.clone()),
            console: console.clone(),
            faulty: false,
            shown: path.display().to_string(),
        };
        let thread = std::thread::Builder::new().name("katydid-failures".to_owned());
        thread.spawn(move || tell.send(clerk.work())).map_err(fault)?;
        Ok(Some(Self { path, per_second, log, closing, done }))
    }

    /// What the engine tells failures to.
    pub(crate) fn log(&self) -> FailureLog {
        self.log.clone()
    }

    /// Waits until everything is written, and says what is not.
    pub(crate) fn finish(self, console: &Console) -> (PathBuf, io::Result<()>) {
        self.closing.store(true, Ordering::Relaxed);
        let result = match self.done.recv_timeout(PATIENCE) {
            Err(RecvTimeoutError::Timeout) => {
                console.warning("waiting for the disk to take the failures; Ctrl-C leaves at once");
                self.done.recv()
            }
            other => other.map_err(|_| std::sync::mpsc::RecvError),
        };
        let dropped = self.log.dropped();
        if dropped > 0 {
            let are = if dropped == 1 { "is" } else { "are" };
            console.warning(&format!(
                "{} {are} not in {}: more than {} came in a second \
                 (--log-failures-rate), or more than the disk took",
                counted(dropped, "failure"),
                self.path.display(),
                self.per_second
            ));
        }
        // Only a panic ends the thread without a word.
        (self.path, result.expect("the thread tells what became of the file"))
    }
}

/// Notes the file among the reports.
pub(crate) fn note(
    failures: Option<(PathBuf, io::Result<()>)>,
    written: &mut Written,
    console: &Console,
) {
    if let Some((path, result)) = failures {
        written.note(path, result, console);
    }
}

/// The thread's own side.
struct Clerk {
    failures: Receiver<Exemplar>,
    closing: Arc<AtomicBool>,
    log: FailureLog,
    file: Growing,
    console: Console,
    faulty: bool,
    shown: String,
}

impl Clerk {
    /// Writes until told to end and nothing is left.
    fn work(&mut self) -> io::Result<()> {
        // An earlier run's failures are not this one's, even if there are none.
        let mut last = self.write(&[]);
        loop {
            // Asked before looking: what was told before the end is still taken.
            let closing = self.closing.load(Ordering::Relaxed);
            let mut lines = Vec::new();
            if let Ok(failure) = self.failures.recv_timeout(GATHER) {
                lines.extend(json::failure(&failure, SystemTime::now()));
                while lines.len() < ENOUGH
                    && let Ok(failure) = self.failures.try_recv()
                {
                    lines.extend(json::failure(&failure, SystemTime::now()));
                }
            } else if closing {
                break;
            }
            if !lines.is_empty() || self.faulty {
                last = self.write(&lines);
            }
        }
        match self.log.dropped() {
            0 => last,
            dropped => self.write(&json::dropped(dropped)),
        }
    }

    fn write(&mut self, lines: &[u8]) -> io::Result<()> {
        let result = self.file.append(lines);
        let before = std::mem::replace(&mut self.faulty, result.is_err());
        if let (Err(fault), false) = (&result, before) {
            let path = &self.shown;
            self.console.warning(&format!("{path} is not written: {fault}; the run goes on"));
        }
        result
    }
}
