//! The thread that writes: lines in their order, tables only while they are fresh, and the
//! progress line below them. While somebody else draws on the terminal, all of it waits.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, IsTerminal as _, Seek as _, Write as _};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anstream::ColorChoice;
use katydid_core::counted;
use tempfile::SpooledTempFile;

/// Lines that may wait before lines that nobody must read are left out.
const MOST_WAITING: usize = 10_000;
/// Bytes that wait in memory while nothing can be shown; more wait in a file without a name.
const MOST_HELD: usize = 1 << 20;
/// Back to the first column, and away with what stands there.
const CLEAR_LINE: &str = "\r\x1b[K";

/// Something to be written.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// A line of the log, without its end; goes to the log file if there is one.
    Log(String),
    /// A line of the log that may be left out where too many wait.
    Detail(String),
    /// Whole lines for the screen.
    Text(String),
    /// Whole lines that the next ones of their kind replace while they wait.
    Table(String),
}

/// What becomes of the line below everything else.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) enum LastLine {
    /// It stays.
    #[default]
    AsItIs,
    /// It goes.
    None,
    /// This takes its place.
    New(String),
}

/// A handle on the writing thread; the last one ends it.
#[derive(Debug)]
pub(crate) struct Writer {
    shared: Arc<Shared>,
    /// Whether anybody watches a progress line.
    live: bool,
}

impl Writer {
    /// Starts the thread; log lines go to `log` if there is one, and to stderr otherwise.
    pub(crate) fn start(log: Option<File>) -> io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let screen = Screen::new(log);
        let live = screen.live;
        let of_thread = Arc::clone(&shared);
        let write = move || write_all(&of_thread, screen);
        std::thread::Builder::new().name("katydid-console".to_owned()).spawn(write)?;
        Ok(Self { shared, live })
    }

    /// Whether stderr is a terminal that can rewrite a line.
    pub(crate) fn live(&self) -> bool {
        self.live
    }

    /// Puts something into the queue.
    pub(crate) fn push(&self, piece: Piece) {
        self.shared.lock().push(piece);
        self.shared.changed.notify_all();
    }

    /// Shows nothing from now on, or everything that has waited.
    pub(crate) fn hold(&self, hold: bool) {
        self.shared.lock().held.now = hold;
        self.shared.changed.notify_all();
    }

    /// Changes the line below everything else.
    pub(crate) fn progress(&self, change: LastLine) {
        if self.live {
            self.shared.lock().last_line = change;
            self.shared.changed.notify_all();
        }
    }

    /// Waits until everything is written, but not longer than `limit`.
    pub(crate) fn flush(&self, limit: Option<Duration>) {
        let end = limit.map(|limit| Instant::now() + limit);
        let mut queue = self.shared.lock();
        while !queue.idle() {
            let left = end.map(|end| end.saturating_duration_since(Instant::now()));
            if left.is_some_and(|left| left.is_zero()) {
                return;
            }
            let left = left.unwrap_or(Duration::from_mins(1));
            let waited = self.shared.changed.wait_timeout(queue, left);
            queue = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.shared.lock().closed = true;
        self.shared.changed.notify_all();
    }
}

#[derive(Debug, Default)]
struct Shared {
    queue: Mutex<Queue>,
    /// Something came, was written, or ended.
    changed: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for work; `None` at the end of all.
    fn take(&self) -> Option<Batch> {
        let mut queue = self.lock();
        queue.writing = false;
        self.changed.notify_all();
        loop {
            if !queue.idle() {
                queue.writing = true;
                return Some(queue.take());
            }
            if queue.closed {
                return None;
            }
            queue = self.changed.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

#[derive(Debug, Default)]
struct Queue {
    pieces: VecDeque<Piece>,
    last_line: LastLine,
    /// Details that found no room since the last writing.
    left_out: u64,
    held: Held,
    writing: bool,
    closed: bool,
}

/// Whether nothing may be shown.
#[derive(Debug, Default)]
struct Held {
    now: bool,
    /// As the screen knows it.
    known: bool,
}

#[derive(Debug, PartialEq, Eq)]
struct Batch {
    pieces: VecDeque<Piece>,
    last_line: LastLine,
    left_out: u64,
    held: bool,
}

impl Queue {
    fn push(&mut self, piece: Piece) {
        match piece {
            Piece::Detail(_) if self.pieces.len() >= MOST_WAITING => {
                self.left_out += 1;
                return;
            }
            Piece::Table(_) => self.pieces.retain(|piece| !matches!(piece, Piece::Table(_))),
            _ => {}
        }
        self.pieces.push_back(piece);
    }

    fn take(&mut self) -> Batch {
        self.held.known = self.held.now;
        Batch {
            held: self.held.now,
            pieces: std::mem::take(&mut self.pieces),
            last_line: std::mem::take(&mut self.last_line),
            left_out: std::mem::take(&mut self.left_out),
        }
    }

    fn idle(&self) -> bool {
        let nothing = self.pieces.is_empty() && self.last_line == LastLine::AsItIs;
        nothing && self.held.now == self.held.known && !self.writing
    }
}

fn write_all(shared: &Shared, mut screen: Screen) {
    while let Some(batch) = shared.take() {
        screen.write(batch);
    }
}

/// stderr, the log file, and the line that stands at the bottom.
///
/// A stderr or a disk that takes nothing ends nothing: the run is worth more than its log.
struct Screen {
    log: Option<File>,
    colour: bool,
    live: bool,
    /// What stands below everything else; it has no end of line.
    last_line: String,
    /// What waits until something may be shown again.
    waiting: Option<Waiting>,
}

/// What waits while somebody else draws on the terminal.
struct Waiting {
    text: SpooledTempFile,
    last_line: LastLine,
    /// Bytes for which there was no room.
    lost: usize,
}

impl Default for Waiting {
    fn default() -> Self {
        let text = SpooledTempFile::new(MOST_HELD);
        Self { text, last_line: LastLine::AsItIs, lost: 0 }
    }
}

impl Waiting {
    fn add(&mut self, text: &str, last_line: LastLine) {
        if self.text.write_all(text.as_bytes()).is_err() {
            self.lost += text.len();
        }
        if last_line != LastLine::AsItIs {
            self.last_line = last_line;
        }
    }
}

impl Screen {
    fn new(log: Option<File>) -> Self {
        let stderr = io::stderr();
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        Self {
            log,
            // As the environment wants it: NO_COLOR, CLICOLOR_FORCE, or whether it is a terminal.
            colour: anstream::AutoStream::choice(&stderr) != ColorChoice::Never,
            live: stderr.is_terminal() && !dumb,
            last_line: String::new(),
            waiting: None,
        }
    }

    fn write(&mut self, batch: Batch) {
        let (mut screen, mut file) = (String::new(), String::new());
        for piece in batch.pieces {
            match piece {
                Piece::Log(line) | Piece::Detail(line) if self.log.is_some() => {
                    file += &format!("{}\n", anstream::adapter::strip_str(&line));
                }
                Piece::Log(line) | Piece::Detail(line) => screen += &format!("{line}\n"),
                Piece::Text(text) | Piece::Table(text) => screen += &text,
            }
        }
        if batch.left_out > 0 {
            let text = format!(
                "({} of detail left out: too many came)\n",
                counted(batch.left_out, "line")
            );
            if self.log.is_some() { file += &text } else { screen += &text }
        }
        if let Some(log) = &mut self.log {
            let _ = log.write_all(file.as_bytes());
        }
        if !self.colour {
            screen = anstream::adapter::strip_str(&screen).to_string();
        }
        if batch.held {
            return self.waiting.get_or_insert_default().add(&screen, batch.last_line);
        }
        if let Some(waiting) = self.waiting.take() {
            self.show_all(waiting);
        }
        self.show(screen, batch.last_line);
    }

    /// Shows what has waited, as long as it is.
    fn show_all(&mut self, waiting: Waiting) {
        let Waiting { mut text, last_line, lost } = waiting;
        // The line that stands there goes, the new one comes after the text.
        self.show(String::new(), LastLine::None);
        let mut note = String::new();
        match text.rewind() {
            Ok(()) => drop(io::copy(&mut text, &mut io::stderr().lock())),
            Err(fault) => note += &format!("(what waited to be shown is lost: {fault})\n"),
        }
        if lost > 0 {
            note += &format!("({} lost: there was no room to wait)\n", counted(lost, "byte"));
        }
        self.show(note, last_line);
    }

    fn show(&mut self, mut text: String, last_line: LastLine) {
        if text.is_empty() && last_line == LastLine::AsItIs {
            return;
        }
        if !self.last_line.is_empty() {
            text.insert_str(0, CLEAR_LINE);
        }
        match last_line {
            LastLine::AsItIs => {}
            LastLine::None => self.last_line.clear(),
            LastLine::New(line) => self.last_line = line,
        }
        text += &self.last_line;
        let _ = io::stderr().lock().write_all(text.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_last_of_the_waiting_tables_is_written() {
        let mut queue = Queue::default();
        for piece in [
            Piece::Table("old".into()),
            Piece::Log("line".into()),
            Piece::Table("new".into()),
            Piece::Text("end".into()),
        ] {
            queue.push(piece);
        }
        let left =
            [Piece::Log("line".into()), Piece::Table("new".into()), Piece::Text("end".into())];
        assert_eq!(queue.take().pieces, left);
        assert!(queue.idle());
    }

    #[test]
    fn a_hold_is_known_before_a_flush_is_over() {
        let mut queue = Queue::default();
        queue.held.now = true;
        assert!(!queue.idle());
        assert!(queue.take().held && queue.idle());
        queue.held.now = false;
        assert!(!queue.idle() && !queue.take().held);
    }

    #[test]
    fn what_waits_is_kept_whole_however_long_it_is() {
        let mut waiting = Waiting::default();
        let line = format!("{}\n", "x".repeat(1_023));
        for _ in 0..3 * (MOST_HELD >> 10) {
            waiting.add(&line, LastLine::New("1s".into()));
        }
        waiting.add("end\n", LastLine::AsItIs);
        assert!(waiting.text.is_rolled() && waiting.lost == 0);
        waiting.text.rewind().unwrap();
        let text = io::read_to_string(&mut waiting.text).unwrap();
        assert_eq!((text.len(), text.ends_with("x\nend\n")), (3 * MOST_HELD + 4, true));
        assert_eq!(waiting.last_line, LastLine::New("1s".into()));
    }

    #[test]
    fn details_are_left_out_and_counted_but_no_line_of_the_log_is() {
        let mut queue = Queue::default();
        for _ in 0..MOST_WAITING + 5 {
            queue.push(Piece::Detail(String::new()));
        }
        queue.push(Piece::Log("kept".into()));
        let batch = queue.take();
        assert_eq!((batch.left_out, batch.pieces.len()), (5, MOST_WAITING + 1));
    }
}
