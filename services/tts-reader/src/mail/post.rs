//! The post: a bounded queue of letters and one thread that takes them out of the service.
//!
//! No request ever waits for it. When the mail server is away, letters wait while the breaker is
//! open; when the queue is full or a letter has failed three times, it is dropped, counted and
//! logged: every letter can be asked for again.

use std::{
    io,
    path::PathBuf,
    sync::{
        Arc, Condvar, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread::JoinHandle,
    time::Duration,
};

use lettre::message::Mailbox;

use super::{
    letter::Letter,
    outbox::{self, Files, Outbox, Server},
};
use crate::{
    breaker::{Breaker, Condition},
    settings::{Email, Settings},
};

/// Letters that may wait.
const QUEUE: usize = 1_000;
/// How often a letter is tried.
const TRIES: u32 = 3;
/// Pause before a letter is tried again.
const AGAIN: Duration = Duration::from_secs(2);
/// Failures in a row after which a mail server is left alone, and for how long.
const FAILURES: u32 = 3;
const REST: Duration = Duration::from_secs(30);
/// How long letters in files are kept.
const KEPT: Duration = Duration::from_hours(7 * 24);

/// The post of a service.
#[derive(Debug)]
pub(crate) struct Post {
    /// Of letters as files; swept even when letters go to a server now.
    files: PathBuf,
    shared: Arc<Shared>,
    /// `None` when e-mail is off, or closed. The other end is the posting thread.
    letters: Mutex<Option<SyncSender<Letter>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Debug, Default)]
struct Shared {
    off: bool,
    waiting: AtomicUsize,
    sent: AtomicU64,
    failed: AtomicU64,
    suppressed: AtomicU64,
    broken: AtomicBool,
    /// Set at the end; wakes a thread that waits for a mail server.
    closed: Mutex<bool>,
    wake: Condvar,
}

/// What `/metrics` and health tell of the post.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Figures {
    pub(crate) waiting: usize,
    pub(crate) sent: u64,
    /// Dropped: the queue was full, or every try failed.
    pub(crate) failed: u64,
    /// Not written, because e-mail is off.
    pub(crate) suppressed: u64,
    /// The breaker is open: the mail server fails.
    pub(crate) broken: bool,
    pub(crate) off: bool,
}

impl Post {
    /// Starts the thread.
    ///
    /// # Errors
    /// When the sender is no address, a directory cannot be made, or no thread can be had.
    pub(crate) fn open(settings: &Settings) -> io::Result<Self> {
        let files = settings.data_dir.join("outbox");
        let outbox: Option<Box<dyn Outbox>> = match &settings.email {
            Email::Off => None,
            Email::Files => Some(Box::new(Files::in_directory(files.clone())?)),
            Email::Smtp(smtp) => Some(Box::new(Server::new(smtp).map_err(io::Error::other)?)),
        };
        let shared = Arc::new(Shared { off: outbox.is_none(), ..Shared::default() });
        let (letters, thread) = match outbox {
            None => (None, None),
            Some(outbox) => {
                let from = settings.email_from.parse().map_err(io::Error::other)?;
                let (letters, waiting) = sync_channel(QUEUE);
                let postman = Postman {
                    from,
                    outbox,
                    breaker: Breaker::new(FAILURES, REST),
                    shared: Arc::clone(&shared),
                };
                let thread = std::thread::Builder::new()
                    .name("post".to_owned())
                    .spawn(move || postman.work(&waiting))?;
                (Some(letters), Some(thread))
            }
        };
        Ok(Self { files, shared, letters: Mutex::new(letters), thread: Mutex::new(thread) })
    }

    /// Whether letters are only counted.
    pub(crate) fn is_off(&self) -> bool {
        self.shared.off
    }

    /// Counts a letter that is not written because e-mail is off.
    pub(crate) fn suppress(&self) {
        self.shared.suppressed.fetch_add(1, Ordering::Relaxed);
    }

    /// Puts a letter into the queue; never waits.
    pub(crate) fn send(&self, letter: Letter) {
        let letters = self.letters.lock().unwrap_or_else(PoisonError::into_inner);
        self.shared.waiting.fetch_add(1, Ordering::Relaxed);
        if letters.as_ref().is_none_or(|letters| letters.try_send(letter).is_err()) {
            self.shared.waiting.fetch_sub(1, Ordering::Relaxed);
            self.shared.failed.fetch_add(1, Ordering::Relaxed);
            tracing::error!("a letter was dropped: too many wait for the mail server");
        }
    }

    pub(crate) fn figures(&self) -> Figures {
        let shared = &self.shared;
        Figures {
            waiting: shared.waiting.load(Ordering::Relaxed),
            sent: shared.sent.load(Ordering::Relaxed),
            failed: shared.failed.load(Ordering::Relaxed),
            suppressed: shared.suppressed.load(Ordering::Relaxed),
            broken: shared.broken.load(Ordering::Relaxed),
            off: shared.off,
        }
    }

    /// Removes old letters from the directory of files; returns how many.
    pub(crate) fn sweep(&self) -> io::Result<usize> {
        outbox::sweep(&self.files, KEPT)
    }

    /// Lets every waiting letter have one more try, and waits for that.
    pub(crate) fn close(&self) {
        *self.letters.lock().unwrap_or_else(PoisonError::into_inner) = None;
        *self.shared.closed.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.shared.wake.notify_all();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread
            && thread.join().is_err()
        {
            tracing::error!("the posting thread died; letters may be missing");
        }
    }
}

/// What the posting thread works with.
struct Postman {
    from: Mailbox,
    outbox: Box<dyn Outbox>,
    breaker: Breaker,
    shared: Arc<Shared>,
}

impl Postman {
    fn work(mut self, letters: &Receiver<Letter>) {
        while let Ok(letter) = letters.recv() {
            let sent = self.post(&letter);
            let counter = if sent { &self.shared.sent } else { &self.shared.failed };
            counter.fetch_add(1, Ordering::Relaxed);
            self.shared.waiting.fetch_sub(1, Ordering::Relaxed);
        }
    }

    /// Whether the letter is on its way.
    fn post(&mut self, letter: &Letter) -> bool {
        let message = match letter.message(&self.from) {
            Ok(message) => message,
            Err(error) => {
                tracing::error!(error, "a letter cannot be written");
                return false;
            }
        };
        for tries in 1..=TRIES {
            if tries > 1 {
                self.pause(AGAIN);
            }
            let leave = loop {
                match self.breaker.ask() {
                    Ok(leave) => break leave,
                    // At the end nobody waits for a server that is known to be away.
                    Err(left) if self.pause(left) => return false,
                    Err(_) => {}
                }
            };
            match self.outbox.deliver(&message) {
                Ok(()) => {
                    leave.answered();
                    self.note(None);
                    return true;
                }
                Err(error) => {
                    leave.failed();
                    self.note(Some(&error));
                }
            }
        }
        false
    }

    /// Waits, or less when the post closes; whether it does.
    fn pause(&self, pause: Duration) -> bool {
        let closed = self.shared.closed.lock().unwrap_or_else(PoisonError::into_inner);
        let result = self.shared.wake.wait_timeout_while(closed, pause, |closed| !*closed);
        *result.unwrap_or_else(PoisonError::into_inner).0
    }

    /// Logs trouble when it begins and when it ends, not once per letter.
    fn note(&self, trouble: Option<&str>) {
        let open = self.breaker.condition() != Condition::Closed;
        let before = self.shared.broken.swap(open, Ordering::Relaxed);
        match trouble {
            Some(error) if open && !before => {
                tracing::error!(error, "letters cannot be sent; trying again now and then");
            }
            Some(error) if !open => tracing::warn!(error, "a letter was not taken; trying again"),
            None if before => tracing::info!("letters can be sent again"),
            _ => {}
        }
    }
}
