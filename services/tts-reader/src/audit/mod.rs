//! `tts_api_audit.log`: what happened to accounts and which requests were refused, one line each.
//!
//! `2026-11-23 10:05:16,123 - app.auth - WARNING - [auth] Login failed - …`
//!
//! Lines go through a bounded channel to one writing thread: a slow disk never slows a request.
//! When the channel is full, lines are dropped, and the log says how many.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
        mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel},
    },
    thread::JoinHandle,
    time::Duration,
};

/// Lines that may wait for the disk.
const CHANNEL_LINES: usize = 8_192;
/// At this size the log is renamed to `….1` (replacing the one before) and started anew.
const ROTATE_BYTES: u64 = 64 * 1024 * 1024;
/// Longest text of one line; a caller must not be able to fill the disk with one name.
const LINE_CHARACTERS: usize = 1_000;

/// How much a line matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    Info,
    Warning,
    Error,
}

/// The writing end; clones are cheap.
#[derive(Debug, Clone)]
pub(crate) struct Audit {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    /// `None` once closed. The other end is the writing thread, which ends with the channel.
    lines: Mutex<Option<SyncSender<String>>>,
    dropped: Arc<AtomicU64>,
    accepted: AtomicU64,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Audit {
    /// Opens the log for appending and starts its thread.
    ///
    /// # Errors
    /// When the file cannot be opened or no thread can be had.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let log = Log::open(path)?;
        let (lines, waiting) = sync_channel(CHANNEL_LINES);
        let dropped = Arc::new(AtomicU64::new(0));
        let thread = std::thread::Builder::new().name("audit-log".to_owned()).spawn({
            let dropped = Arc::clone(&dropped);
            move || write_lines(log, &waiting, &dropped)
        })?;
        Ok(Self {
            shared: Arc::new(Shared {
                lines: Mutex::new(Some(lines)),
                dropped,
                accepted: AtomicU64::new(0),
                thread: Mutex::new(Some(thread)),
            }),
        })
    }

    /// Writes one line. `logger` is dotted (`app.auth`); its last part is the module.
    pub(crate) fn write(&self, level: Level, logger: &str, text: &str) {
        let line = format_line(level, logger, text);
        let lines = self.shared.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(lines) = lines.as_ref() else { return };
        let counter = match lines.try_send(line) {
            Ok(()) => &self.shared.accepted,
            Err(_) => &self.shared.dropped,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    /// Lines written since start.
    pub(crate) fn written(&self) -> u64 {
        self.shared.accepted.load(Ordering::Relaxed)
    }

    /// Lines lost because the disk was too slow, since start.
    pub(crate) fn dropped(&self) -> u64 {
        self.shared.dropped.load(Ordering::Relaxed)
    }

    /// Waits until every line is on its way to the disk.
    pub(crate) fn close(&self) {
        *self.shared.lines.lock().unwrap_or_else(PoisonError::into_inner) = None;
        let thread = self.shared.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread
            && thread.join().is_err()
        {
            tracing::error!("the audit log's thread died; its last lines may be missing");
        }
    }
}

#[derive(Debug)]
struct Log {
    path: PathBuf,
    file: io::BufWriter<File>,
    bytes: u64,
    complained: bool,
}

impl Log {
    fn open(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        let bytes = file.metadata()?.len();
        let file = io::BufWriter::new(file);
        Ok(Self { path: path.to_owned(), file, bytes, complained: false })
    }

    fn append(&mut self, line: &str) {
        let result = self.rotate_if_full().and_then(|()| self.file.write_all(line.as_bytes()));
        self.bytes += line.len() as u64;
        self.note(result);
    }

    fn flush(&mut self) {
        let result = self.file.flush();
        self.note(result);
    }

    fn rotate_if_full(&mut self) -> io::Result<()> {
        if self.bytes < ROTATE_BYTES {
            return Ok(());
        }
        self.file.flush()?;
        let mut old = self.path.clone().into_os_string();
        old.push(".1");
        std::fs::rename(&self.path, old)?;
        *self = Self::open(&self.path)?;
        Ok(())
    }

    /// Says once that the disk refuses, not once per line.
    fn note(&mut self, result: io::Result<()>) {
        match result {
            Ok(()) => self.complained = false,
            Err(error) if !self.complained => {
                tracing::error!(path = %self.path.display(), %error, "cannot write the audit log");
                self.complained = true;
            }
            Err(_) => {}
        }
    }
}

fn write_lines(mut log: Log, lines: &Receiver<String>, dropped: &AtomicU64) {
    let mut told = 0;
    loop {
        // Flushes when there is a pause, so that `tail -f` sees a line at once.
        let line = match lines.try_recv() {
            Ok(line) => line,
            Err(_) => {
                log.flush();
                match lines.recv_timeout(Duration::from_secs(1)) {
                    Ok(line) => line,
                    Err(RecvTimeoutError::Timeout) => continue,
                    Err(RecvTimeoutError::Disconnected) => break,
                }
            }
        };
        log.append(&line);
        let lost = dropped.load(Ordering::Relaxed);
        if lost > told {
            let text = format!("{} lines were lost: the disk was too slow", lost - told);
            log.append(&format_line(Level::Warning, "app.audit", &text));
            told = lost;
        }
    }
    log.flush();
}

fn format_line(level: Level, logger: &str, text: &str) -> String {
    let time = jiff::Zoned::now().strftime("%Y-%m-%d %H:%M:%S,%3f").to_string();
    let level = match level {
        Level::Info => "INFO",
        Level::Warning => "WARNING",
        Level::Error => "ERROR",
    };
    let module = logger.rsplit('.').next().unwrap_or(logger);
    let mut line = format!("{time} - {logger} - {level} - [{module}] ");
    // What callers sent may hold line ends; a log line must stay one line.
    for c in text.chars().take(LINE_CHARACTERS) {
        if c.is_control() {
            line.extend(c.escape_default());
        } else {
            line.push(c);
        }
    }
    line.push('\n');
    line
}

#[cfg(test)]
mod tests {
    use super::{Audit, Level};

    #[test]
    fn lines_have_the_documented_form_and_cannot_be_forged() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("tts_api_audit.log");
        let audit = Audit::open(&path).unwrap();
        let name = "eve\n2026-01-01 00:00:00,000 - app.auth - INFO - [auth] Login of root";
        audit.write(Level::Warning, "app.auth", &format!("Login failed for user: {name}"));
        audit.close();
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text.lines().count(), 1);
        let (time, rest) = text.split_at(23);
        assert!(
            time.chars()
                .zip("dddd-dd-dd dd:dd:dd,ddd".chars())
                .all(|(c, form)| { if form == 'd' { c.is_ascii_digit() } else { c == form } })
        );
        assert!(
            rest.starts_with(" - app.auth - WARNING - [auth] Login failed for user: eve\\n2026")
        );
    }
}
