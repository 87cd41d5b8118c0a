//! The writing end.
//!
//! Lines go through a bounded channel to one writing thread: a slow disk never slows a request.
//! When the channel is full, lines are dropped, and the log says how many.

use std::{
    io,
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
        mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel},
    },
    thread::JoinHandle,
    time::Duration,
};

use super::{Key, Level, Limits, line::format_line, log::Log};

/// Lines that may wait for the disk.
const CHANNEL_LINES: usize = 8_192;

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
    /// Whether the log did not fit its seal when it was opened.
    tampered: bool,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Audit {
    /// Opens the log for appending and starts its thread.
    ///
    /// # Errors
    /// When the file cannot be opened or no thread can be had.
    pub(crate) fn open(path: &Path, key: Key, limits: Limits) -> io::Result<Self> {
        let (mut log, trouble) = Log::open(path, key, limits)?;
        if let Some(trouble) = &trouble {
            tracing::error!(path = %path.display(), trouble, "the audit log is not as it was left");
            let text = format!("The log is not as it was left: {trouble}");
            log.append(&format_line(Level::Error, "app.audit", &text));
        }
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
                tampered: trouble.is_some(),
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

    /// Lines lost because the disk was too slow or full, since start.
    pub(crate) fn dropped(&self) -> u64 {
        self.shared.dropped.load(Ordering::Relaxed)
    }

    /// Whether the log was not as it had been left when the service started.
    pub(crate) fn tampered(&self) -> bool {
        self.shared.tampered
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
        if !log.append(&line) {
            dropped.fetch_add(1, Ordering::Relaxed);
        }
        let lost = dropped.load(Ordering::Relaxed);
        if lost > told {
            let text = format!("{} lines were lost: the disk was too slow or full", lost - told);
            if log.append(&format_line(Level::Warning, "app.audit", &text)) {
                told = lost;
            }
        }
    }
    log.seal();
}
