//! A log file that others write: new lines counted, kinds of errors kept.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;

use katydid_core::{MarkKind, Unit, normalise};
use regex::bytes::Regex;

use super::{Limit, Looked, Probe};

/// Bytes read at one look; what is more waits for the next.
const MOST_BYTES: u64 = 4 << 20;
/// What a log may be ahead before its middle is left out.
const MOST_BEHIND: u64 = 64 << 20;
/// Bytes of a line; the rest of a longer one counts as lines of its own.
const MOST_LINE: usize = 64 << 10;
/// Kinds of lines that are kept.
const MOST_KINDS: usize = 50;
/// Characters of a kept line.
const MOST_CHARS: usize = 300;

/// Reads what is added to a file.
#[derive(Debug)]
pub(crate) struct LogProbe {
    path: PathBuf,
    errors: Regex,
    open: Option<Open>,
    /// The first look starts at the end, later files are new from their beginning.
    began: bool,
    kinds: BTreeSet<String>,
    lines: u64,
    found: u64,
}

/// The file as it was opened.
#[derive(Debug)]
struct Open {
    file: File,
    inode: (u64, u64),
    at: u64,
    /// The beginning of a line that is not yet complete.
    rest: Vec<u8>,
}

impl LogProbe {
    pub(crate) fn new(path: PathBuf, errors: Regex) -> Self {
        let kinds = BTreeSet::new();
        Self { path, errors, open: None, began: false, kinds, lines: 0, found: 0 }
    }

    fn open(&self) -> io::Result<Open> {
        let file = File::open(&self.path)?;
        let about = file.metadata()?;
        if !about.is_file() {
            return Err(io::Error::other("it is no file"));
        }
        let at = if self.began { 0 } else { about.len() };
        Ok(Open { inode: (about.dev(), about.ino()), file, at, rest: Vec::new() })
    }

    /// Whether the name stands for another file now.
    fn moved(&self, open: &Open) -> bool {
        let now = std::fs::metadata(&self.path).map(|about| (about.dev(), about.ino()));
        now.is_ok_and(|inode| inode != open.inode)
    }

    fn read(&mut self, open: &mut Open, looked: &mut Looked) -> io::Result<()> {
        let length = open.file.metadata()?.len();
        if length < open.at {
            looked.mark(MarkKind::Note, "the file was cut and is read from its beginning");
            (open.at, open.rest) = (0, Vec::new());
        }
        if length - open.at > MOST_BEHIND {
            let skipped = length - open.at - MOST_BYTES;
            let bytes = Unit::Bytes.show(skipped as f64);
            looked.mark(MarkKind::Fault, format!("it grows too fast: {bytes} were not read"));
            (open.at, open.rest) = (open.at + skipped, Vec::new());
        }
        open.file.seek(SeekFrom::Start(open.at))?;
        let mut bytes = std::mem::take(&mut open.rest);
        open.at += (&open.file).take(MOST_BYTES).read_to_end(&mut bytes)? as u64;
        let mut begin = 0;
        while begin < bytes.len() {
            let window = &bytes[begin..bytes.len().min(begin + MOST_LINE)];
            let end = match window.iter().position(|byte| *byte == b'\n') {
                Some(end) => end,
                None if window.len() == MOST_LINE => MOST_LINE,
                None => break,
            };
            self.line(&window[..end], looked);
            begin += end + usize::from(end < MOST_LINE);
        }
        open.rest = bytes.split_off(begin);
        Ok(())
    }

    fn line(&mut self, line: &[u8], looked: &mut Looked) {
        self.lines += 1;
        if !self.errors.is_match(line) {
            return;
        }
        self.found += 1;
        let text = String::from_utf8_lossy(line);
        let plain: String =
            text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(MOST_CHARS).collect();
        let plain = plain.trim();
        if self.kinds.len() < MOST_KINDS && self.kinds.insert(normalise(plain)) {
            looked.mark(MarkKind::Line, plain);
        }
    }
}

impl Probe for LogProbe {
    fn look(&mut self, _limit: &Limit) -> Result<Looked, String> {
        let mut looked = Looked::default();
        let path = self.path.display().to_string();
        let fault = |fault: io::Error| match fault.kind() {
            io::ErrorKind::NotFound => format!("there is no file {path}"),
            _ => format!("{path} cannot be read: {fault}"),
        };
        if let Some(mut open) = self.open.take() {
            let moved = self.moved(&open);
            self.read(&mut open, &mut looked).map_err(&fault)?;
            if !moved {
                self.open = Some(open);
            }
        }
        if self.open.is_none() {
            let opened = self.open();
            // A file that appears later is all new.
            self.began = true;
            let mut open = opened.map_err(&fault)?;
            self.read(&mut open, &mut looked).map_err(&fault)?;
            self.open = Some(open);
        }
        looked.counter("errors", Unit::PerSecond, self.found as f64);
        looked.counter("lines", Unit::PerSecond, self.lines as f64);
        looked.gauge("errors_total", Unit::Count, self.found as f64);
        Ok(looked)
    }
}
