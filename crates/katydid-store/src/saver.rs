//! Writes a run while it goes on, from a thread of its own.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use katydid_core::{MonitorEvent, RunEvent, Snapshot, Usage};

use crate::frame::{encode, head, pack};
use crate::header::{Ending, Header};
use crate::record::{Measured, Record};

/// Bytes that may wait for a disk that stands still: minutes of the fullest run.
const MOST_WAITING: usize = 64 << 20;

/// Saves one run.
///
/// Every second is one frame, written as soon as it is over, so that a killed process loses no more
/// than the second it was in. Whoever tells events never waits: a disk that stands still costs
/// memory up to a limit, and then the rest of the file.
#[derive(Debug)]
pub struct Saver {
    path: PathBuf,
    /// Records of the frame that is next.
    records: Vec<u8>,
    /// Marks of the snapshot that are in the file already.
    marks: usize,
    frames: Option<Sender<Vec<u8>>>,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

/// Why the rest of a run is not in its file. What is there can be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SaveFault {
    /// The disk.
    #[error("{0}")]
    Disk(String),
    /// It stands still.
    #[error("the disk does not keep up")]
    Slow,
    /// What should be written cannot be said in the format.
    #[error("{0}")]
    Form(String),
}

#[derive(Debug, Default)]
struct Shared {
    /// Bytes handed over and not written.
    waiting: AtomicUsize,
    fault: Mutex<Option<SaveFault>>,
}

impl Shared {
    fn fail(&self, fault: SaveFault) {
        self.fault.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(fault);
    }

    fn fault(&self) -> Option<SaveFault> {
        self.fault.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Saver {
    /// Makes the file, with what is known of the run; what stood there is replaced.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn create(path: &Path, header: Header) -> io::Result<Self> {
        let mut file = File::create(path)?;
        let first = encode(&Record::Header(Box::new(header))).map_err(io::Error::other)?;
        let begin = [&head()[..], &pack(&first)].concat();
        file.write_all(&begin)?;
        let shared = Arc::new(Shared::default());
        let (frames, received) = channel();
        let of_thread = Arc::clone(&shared);
        let length = begin.len() as u64;
        let write = move || write_all(file, length, &received, &of_thread);
        let thread = std::thread::Builder::new().name("katydid-save".to_owned()).spawn(write)?;
        Ok(Self {
            path: path.to_owned(),
            records: Vec::new(),
            marks: 0,
            frames: Some(frames),
            shared,
            thread: Some(thread),
        })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Why nothing is written any more, if that is so.
    pub fn fault(&self) -> Option<SaveFault> {
        self.shared.fault()
    }

    /// Keeps what an event tells.
    pub fn event(&mut self, event: &RunEvent<'_>) {
        match event {
            RunEvent::Measured { thread, interval } => {
                let interval = Measured::Live(interval);
                self.note(&Record::Measured { thread: *thread, interval });
            }
            RunEvent::StepEnded { at } => self.note(&Record::Step(*at)),
            RunEvent::StatsReset { at } => self.note(&Record::Reset(*at)),
            RunEvent::Tick(snapshot) => {
                self.note(&Record::Tick);
                self.marks(snapshot);
                self.hand_over();
            }
            _ => {}
        }
    }

    /// Keeps what a monitor has seen.
    pub fn monitor(&mut self, event: &MonitorEvent) {
        self.note(&Record::Monitor(Cow::Borrowed(event)));
    }

    /// Keeps a look at a process: when, since the start of the run, and what it used by then.
    pub fn process(&mut self, pid: u32, name: &str, cores: u32, look: (Duration, Usage)) {
        let (at, usage) = look;
        self.note(&Record::Process { pid, name: Cow::Borrowed(name), cores, at, usage });
    }

    /// Keeps a line of the log.
    pub fn log(&mut self, line: String) {
        self.note(&Record::Log(line));
    }

    /// Ends the file and waits until it is on the disk.
    ///
    /// # Errors
    /// Why its end is missing.
    pub fn finish(mut self, ending: Ending) -> Result<(), SaveFault> {
        self.note(&Record::Ending(Box::new(ending)));
        self.hand_over();
        self.join();
        self.shared.fault().map_or(Ok(()), Err)
    }

    fn marks(&mut self, snapshot: &Snapshot) {
        let marks = snapshot.marks();
        for mark in marks.get(self.marks..).unwrap_or_default() {
            self.note(&Record::Mark(Cow::Borrowed(mark)));
        }
        self.marks = marks.len();
    }

    fn note(&mut self, record: &Record<'_>) {
        match encode(record) {
            Ok(bytes) => self.records.extend(bytes),
            // A file with a hole would be another run.
            Err(fault) => self.shared.fail(SaveFault::Form(fault.to_string())),
        }
    }

    fn hand_over(&mut self) {
        let records = std::mem::take(&mut self.records);
        let Some(frames) = self.frames.as_ref().filter(|_| !records.is_empty()) else { return };
        let length = records.len();
        if self.shared.waiting.fetch_add(length, Ordering::Relaxed) + length > MOST_WAITING {
            self.shared.fail(SaveFault::Slow);
        }
        if self.shared.fault().is_none() {
            // Its reader goes only together with this end.
            let _ = frames.send(records);
        }
    }

    fn join(&mut self) {
        self.frames = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            self.shared.fail(SaveFault::Disk("the thread that writes has panicked".to_owned()));
        }
    }
}

impl Drop for Saver {
    fn drop(&mut self) {
        self.join();
    }
}

/// Writes frames until nobody has more. What a full disk took of a frame goes again, so that the
/// file ends with a whole one.
fn write_all(mut file: File, mut length: u64, frames: &Receiver<Vec<u8>>, shared: &Shared) {
    for records in frames {
        shared.waiting.fetch_sub(records.len(), Ordering::Relaxed);
        if shared.fault().is_some() {
            continue;
        }
        let frame = pack(&records);
        match file.write_all(&frame) {
            Ok(()) => length += frame.len() as u64,
            Err(fault) => {
                let _ = file.set_len(length);
                shared.fail(SaveFault::Disk(fault.to_string()));
            }
        }
    }
    if let Err(fault) = file.sync_all() {
        shared.fail(SaveFault::Disk(fault.to_string()));
    }
}
