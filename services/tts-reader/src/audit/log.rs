//! The files of the log: appended to, rotated, sealed.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, BufRead, BufReader, BufWriter, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use super::{
    Level,
    chain::{Key, Place, split},
    line::format_line,
    seal::{Found, Seal},
};

/// Older files that are looked for at most.
pub(super) const MOST_FILES: u32 = 100;
/// More than the longest line takes.
const TAIL_BYTES: u64 = 64 * 1024;
/// How far the seal may be behind the log.
const SEAL_EVERY: Duration = Duration::from_secs(1);
/// The first line of a file that follows another one; the place of the line before comes next.
pub(super) const GOES_ON: &str = "The log goes on after line ";

/// How large the log may become.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Size at which a file is renamed to `….1` and a new one begun.
    pub(crate) file_bytes: u64,
    /// Older files that are kept, `….1` the youngest.
    pub(crate) older_files: u32,
}

#[derive(Debug)]
pub(super) struct Log {
    path: PathBuf,
    key: Key,
    limits: Limits,
    file: BufWriter<File>,
    bytes: u64,
    /// Number of the oldest line that is kept.
    first: u64,
    /// The last line's.
    place: Place,
    sealed: Option<Seal>,
    sealed_at: Instant,
    complained: bool,
}

impl Log {
    /// Opens the log to go on where it ended. With what does not fit its seal, if anything.
    ///
    /// # Errors
    /// When a file cannot be read or written.
    pub(super) fn open(
        path: &Path,
        key: Key,
        limits: Limits,
    ) -> io::Result<(Self, Option<String>)> {
        let (end, finished) = tail(path)?;
        let end = if end.is_some() { end } else { tail(&older(path, 1))?.0 };
        let found = Seal::read(path, &key)?;
        let trouble = compare(end, found);
        let end = end.unwrap_or(Place::START);
        let (first, place) = match found {
            // Of what is missing the seal knows more than the log.
            Found::Genuine(seal) if seal.last.number >= end.number => (seal.first, seal.last),
            Found::Genuine(seal) => (seal.first, end),
            Found::Broken | Found::Absent => (first_kept(path)?.unwrap_or(end.number + 1), end),
        };
        let mut file = append_to(path)?;
        if !finished {
            // The disk was full, or the power went: the next line must not be glued to that rest.
            file.write_all(b"\n")?;
        }
        let bytes = file.metadata()?.len();
        let file = BufWriter::new(file);
        let path = path.to_owned();
        let sealed_at = Instant::now();
        let (sealed, complained) = (None, false);
        let log =
            Self { path, key, limits, file, bytes, first, place, sealed, sealed_at, complained };
        Ok((log, trouble))
    }

    /// Adds a line, given without its end; false when the disk did not take it.
    pub(super) fn append(&mut self, text: &str) -> bool {
        if self.bytes >= self.limits.file_bytes {
            let rotated = self.rotate();
            self.note(rotated);
        }
        self.write(text)
    }

    /// Hands everything to the system, and renews the seal when it is time to.
    pub(super) fn flush(&mut self) {
        let result = self.file.flush();
        self.note(result);
        if self.sealed_at.elapsed() >= SEAL_EVERY {
            self.seal();
        }
    }

    /// Renews the seal, after everything was handed to the system.
    pub(super) fn seal(&mut self) {
        let seal = Seal { first: self.first, last: self.place };
        if self.sealed == Some(seal) {
            return;
        }
        let result = self.file.flush().and_then(|()| seal.write(&self.path, &self.key));
        if result.is_ok() {
            self.sealed = Some(seal);
        }
        self.sealed_at = Instant::now();
        self.note(result);
    }

    fn write(&mut self, text: &str) -> bool {
        let place = self.place.next(&self.key, text);
        let line = place.mark(text);
        let result = self.file.write_all(line.as_bytes());
        let written = result.is_ok();
        if written {
            self.place = place;
            self.bytes += line.len() as u64;
        }
        self.note(result);
        written
    }

    fn rotate(&mut self) -> io::Result<()> {
        self.file.flush()?;
        for number in (1..self.limits.older_files).rev() {
            ignore_absent(fs::rename(older(&self.path, number), older(&self.path, number + 1)))?;
        }
        fs::rename(&self.path, older(&self.path, 1))?;
        self.file = BufWriter::new(append_to(&self.path)?);
        self.bytes = 0;
        // So that the first line of this file can be checked when the older ones are gone.
        let text = format_line(Level::Info, "app.audit", &format!("{GOES_ON}{}", self.place));
        self.write(&text);
        self.file.flush()?;
        self.first = first_kept(&self.path)?.unwrap_or(self.first);
        self.seal();
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

/// `tts_api_audit.log.1`
pub(super) fn older(path: &Path, number: u32) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{number}"));
    PathBuf::from(name)
}

/// What the end of a log and its seal say of each other.
fn compare(end: Option<Place>, found: Found) -> Option<String> {
    let last = end.unwrap_or(Place::START);
    match found {
        Found::Genuine(seal) if seal.last.number > last.number => {
            let (from, to) = (last.number + 1, seal.last.number);
            Some(format!("its end is cut off: lines {from} to {to} are missing"))
        }
        Found::Genuine(seal) if seal.last.number == last.number && seal.last != last => {
            Some(format!("its last line, {}, was changed", last.number))
        }
        Found::Broken => Some("its seal was changed, or made with another key".to_owned()),
        Found::Absent if end.is_some() => Some("its seal is missing".to_owned()),
        Found::Genuine(_) | Found::Absent => None,
    }
}

/// The place of a file's last line, and whether that line has its end. An absent file is empty.
fn tail(path: &Path) -> io::Result<(Option<Place>, bool)> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok((None, true)),
        Err(error) => return Err(error),
    };
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(TAIL_BYTES)))?;
    let mut bytes = Vec::new();
    file.take(TAIL_BYTES).read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    let place = text.lines().rev().find_map(|line| Some(split(line)?.1));
    Ok((place, text.is_empty() || text.ends_with('\n')))
}

/// The number of the oldest line there is.
fn first_kept(path: &Path) -> io::Result<Option<u64>> {
    let files = (1..=MOST_FILES).rev().map(|number| older(path, number));
    for file in files.chain([path.to_owned()]) {
        let file = match File::open(file) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        let mut lines = BufReader::new(file).lines().map_while(Result::ok);
        if let Some(number) = lines.find_map(|line| Some(split(&line)?.1.number)) {
            return Ok(Some(number));
        }
    }
    Ok(None)
}

fn append_to(path: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).append(true).open(path)
}

fn ignore_absent(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}
