//! Notes while a load runs. Its threads only queue a line; another one writes.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use super::{FILE, Head, Line, Registered};
use crate::accounts::Account;

/// Lines that may wait for a slow disk; more are counted as lost.
const QUEUE: usize = 20_000;
/// Bytes that may wait for a full one.
const MOST_PENDING: usize = 4 << 20;

/// The notes of the run under way.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    /// `None` when the run leaves no folder. The writer holds the other end, which closes with this.
    queue: Option<SyncSender<Line>>,
    lost: Arc<AtomicU64>,
    writer: Mutex<Option<JoinHandle<()>>>,
}

impl Journal {
    /// Begins, or goes on with, the notes in this folder.
    ///
    /// # Errors
    /// They cannot be written.
    pub(crate) fn begin(folder: &Path, head: Head) -> io::Result<Self> {
        let mut notes = Growing { file: open(&folder.join(FILE))?, pending: Vec::new(), length: 0 };
        notes.length = notes.file.metadata()?.len();
        notes.append(&Line::Run(head))?;
        let (queue, lines) = sync_channel(QUEUE);
        let lost = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&lost);
        let writer = std::thread::Builder::new()
            .name("created".to_owned())
            .spawn(move || notes.take(&lines, &counter))?;
        Ok(Self { queue: Some(queue), lost, writer: Mutex::new(Some(writer)) })
    }

    /// This account will be registered next. Said before, so that no end of this process can come
    /// between an account and its note.
    pub(crate) fn registered(&self, account: &Account) {
        let Account { username, password } = account.clone();
        self.note(Line::Registered(Registered { username, password }));
    }

    /// This account is gone.
    pub(crate) fn deleted(&self, username: &str) {
        self.note(Line::Deleted(username.to_owned()));
    }

    fn note(&self, line: Line) {
        if let Some(queue) = &self.queue
            && queue.try_send(line).is_err()
        {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        drop(self.queue.take());
        if let Ok(mut writer) = self.writer.lock()
            && let Some(writer) = writer.take()
        {
            let _ = writer.join();
        }
    }
}

/// Adds lines to notes, for instance what was deleted after the run.
///
/// # Errors
/// They cannot be written.
pub(super) fn append(folder: &Path, lines: impl Iterator<Item = Line>) -> io::Result<()> {
    let bytes: Vec<u8> = lines.flat_map(|line| line.bytes()).collect();
    open(&folder.join(FILE))?.write_all(&bytes)
}

fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// A file of whole lines. Those that it does not take are kept and tried again.
#[derive(Debug)]
struct Growing {
    file: File,
    pending: Vec<u8>,
    /// Bytes of whole lines in the file.
    length: u64,
}

impl Growing {
    fn take(mut self, lines: &Receiver<Line>, lost: &AtomicU64) {
        while let Ok(line) = lines.recv() {
            if self.pending.len() > MOST_PENDING && self.write().is_err() {
                lost.fetch_add(1, Ordering::Relaxed);
            } else if self.append(&line).is_ok() {
                self.own_up(lost);
            }
        }
        if self.write().is_ok() {
            self.own_up(lost);
        }
    }

    /// Notes that lines are missing.
    fn own_up(&mut self, lost: &AtomicU64) {
        let missing = lost.swap(0, Ordering::Relaxed);
        if missing > 0 {
            // Kept like every other line if it is not taken.
            let _ = self.append(&Line::Lost(missing));
        }
    }

    fn append(&mut self, line: &Line) -> io::Result<()> {
        self.pending.extend(line.bytes());
        self.write()
    }

    fn write(&mut self) -> io::Result<()> {
        if let Err(fault) = self.file.write_all(&self.pending) {
            // What a full disk took of a line goes again.
            let _ = self.file.set_len(self.length);
            return Err(fault);
        }
        self.length += self.pending.len() as u64;
        self.pending.clear();
        Ok(())
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    /// `/dev/full` is a disk that takes nothing.
    #[test]
    fn a_full_disk_delays_notes_and_those_that_are_lost_are_counted() {
        let dir = tempfile::tempdir().unwrap();
        let full = OpenOptions::new().append(true).open("/dev/full").unwrap();
        let mut notes = Growing { file: full, pending: Vec::new(), length: 0 };
        assert!(notes.append(&Line::Deleted("early".to_owned())).is_err());
        let lost = AtomicU64::new(3);
        notes.file = open(&dir.path().join(FILE)).unwrap();
        let (queue, lines) = sync_channel(1);
        queue.send(Line::Deleted("late".to_owned())).unwrap();
        drop(queue);
        notes.take(&lines, &lost);
        let text = std::fs::read_to_string(dir.path().join(FILE)).unwrap();
        assert_eq!(text, "{\"deleted\":\"early\"}\n{\"deleted\":\"late\"}\n{\"lost\":3}\n");
    }
}
