//! The thread that writes: a slow disk must not hold up the run.
//!
//! Files that are replaced as a whole are handed over latest-wins; lines are queued, none is lost.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvError, RecvTimeoutError, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use katydid_report::csv::FileNames;

use super::whole::{Growing, MOST_PENDING, survive_file_limits, write_whole};
use crate::console::Console;

/// How long the end of a run waits before it says what it waits for.
const PATIENCE: Duration = Duration::from_secs(3);

/// What became of the files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Written {
    /// Files that hold what they should.
    pub(crate) paths: Vec<PathBuf>,
    /// Files that do not.
    pub(crate) faulty: Vec<PathBuf>,
    /// Nothing is missing, not even a folder for them.
    pub(crate) whole: bool,
}

impl Written {
    /// Notes what became of one more report, and says a fault.
    pub(crate) fn note(&mut self, path: PathBuf, result: io::Result<()>, console: &Console) {
        match result {
            Ok(()) => self.paths.push(path),
            Err(fault) => {
                console.warning(&format!("report {} is not written: {fault}", path.display()));
                self.faulty.push(path);
                self.whole = false;
            }
        }
    }
}

/// The writing thread, seen by who hands over.
#[derive(Debug)]
pub(super) struct Writer {
    desk: Arc<Desk>,
    done: Receiver<Vec<FileState>>,
}

impl Writer {
    /// Starts the thread; it touches no file before there is work.
    ///
    /// # Errors
    /// The system gives no thread.
    pub(super) fn start(names: &FileNames, console: &Console) -> io::Result<Self> {
        survive_file_limits();
        let desk = Arc::new(Desk::default());
        let (tell, done) = channel();
        let state = |path: &Path| FileState { path: path.to_owned(), faulty: false };
        let mut clerk = Clerk {
            desk: Arc::clone(&desk),
            console: console.clone(),
            states: names.all().map(state).into(),
            history: Growing::new(names.history.clone()),
        };
        std::thread::Builder::new().name("katydid-files".to_owned()).spawn(move || {
            clerk.work();
            // Nobody waits after a second Ctrl-C.
            let _ = tell.send(clerk.states);
        })?;
        Ok(Self { desk, done })
    }

    /// Hands over lines for the history, and new texts of the files that are replaced.
    pub(super) fn hand_over(&self, lines: &[u8], texts: Option<Texts>) {
        let mut work = self.desk.lock();
        if work.lines.len() + lines.len() > MOST_PENDING {
            work.gap = true;
        } else {
            work.lines.extend_from_slice(lines);
        }
        work.texts = texts.or(work.texts.take());
        work.since.get_or_insert_with(Instant::now);
        self.desk.changed.notify_one();
    }

    /// How long the oldest work has been waiting or is being written; zero when all is done.
    pub(super) fn behind(&self) -> Duration {
        let work = self.desk.lock();
        work.writing.or(work.since).map_or(Duration::ZERO, |since| since.elapsed())
    }

    /// Waits until everything is written.
    pub(super) fn finish(self, console: &Console) -> Written {
        self.desk.lock().closing = true;
        self.desk.changed.notify_one();
        let states = match self.done.recv_timeout(PATIENCE) {
            Err(RecvTimeoutError::Timeout) => {
                console.warning("waiting for the disk to take the reports; Ctrl-C leaves at once");
                self.done.recv()
            }
            Err(RecvTimeoutError::Disconnected) => Err(RecvError),
            Ok(states) => Ok(states),
        };
        // Only a panic ends the thread without a word.
        let states = states.expect("the thread tells what became of the files");
        let (faulty, whole): (Vec<_>, Vec<_>) = states.into_iter().partition(|state| state.faulty);
        let paths = |states: Vec<FileState>| states.into_iter().map(|state| state.path).collect();
        Written { whole: faulty.is_empty(), paths: paths(whole), faulty: paths(faulty) }
    }
}

/// What the files hold that are replaced as a whole.
#[derive(Debug)]
pub(super) struct Texts {
    pub(super) stats: Vec<u8>,
    pub(super) failures: Vec<u8>,
    pub(super) exceptions: Vec<u8>,
}

/// Where work lies until the thread takes it.
#[derive(Debug, Default)]
struct Desk {
    work: Mutex<Work>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Work {
    lines: Vec<u8>,
    /// There was no room for more lines.
    gap: bool,
    texts: Option<Texts>,
    /// Since when this waits.
    since: Option<Instant>,
    /// Since when that has waited which is being written.
    writing: Option<Instant>,
    closing: bool,
}

impl Desk {
    fn lock(&self) -> MutexGuard<'_, Work> {
        self.work.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for work, and takes it. `None` when there is none and none will come.
    fn take(&self) -> Option<Work> {
        let mut work = self.lock();
        work.writing = None;
        while work.since.is_none() {
            if work.closing {
                return None;
            }
            work = self.changed.wait(work).unwrap_or_else(PoisonError::into_inner);
        }
        let taken = std::mem::take(&mut *work);
        (work.writing, work.closing) = (taken.since, taken.closing);
        Some(taken)
    }
}

/// A file and whether it lacks something.
#[derive(Debug)]
struct FileState {
    path: PathBuf,
    faulty: bool,
}

/// The thread's own side.
struct Clerk {
    desk: Arc<Desk>,
    console: Console,
    /// In the order of [`FileNames::all`].
    states: Vec<FileState>,
    history: Growing,
}

impl Clerk {
    fn work(&mut self) {
        while let Some(work) = self.desk.take() {
            if work.gap {
                self.history.give_up();
            }
            let appended = self.history.append(&work.lines);
            self.note(1, appended);
            if let Some(texts) = work.texts {
                for (at, text) in [(0, texts.stats), (2, texts.failures), (3, texts.exceptions)] {
                    let written = write_whole(&self.states[at].path, &text);
                    self.note(at, written);
                }
            }
        }
    }

    /// Says when a file begins to fail and when it is whole again; the others go on.
    fn note(&mut self, at: usize, result: io::Result<()>) {
        let state = &mut self.states[at];
        let before = std::mem::replace(&mut state.faulty, result.is_err());
        let path = state.path.display();
        match result {
            Err(fault) if !before => self
                .console
                .warning(&format!("report {path} is not written: {fault}; the run goes on")),
            Ok(()) if before => {
                self.console.info(&format!("report {path} is written again, nothing is missing"));
            }
            _ => {}
        }
    }
}
