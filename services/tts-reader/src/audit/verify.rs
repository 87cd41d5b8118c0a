//! Reading the log back: is every line there, as it was written, where it was written?

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read},
    path::{Path, PathBuf},
};

use super::{
    chain::{Key, Link, Place, split},
    log::{GOES_ON, MOST_FILES, older},
    seal::{self, Found, Seal},
};

/// Findings that are kept word by word; the rest is counted.
const MOST_FINDINGS: usize = 50;
/// Gaps that are remembered because what is missing there may stand elsewhere.
const MOST_GAPS: usize = 1_000;
/// No line of ours is longer.
const LINE_BYTES: u64 = 64 * 1024;

/// What a log was found to be.
#[derive(Debug, Default)]
pub(crate) struct Report {
    /// Oldest first.
    pub(crate) files: Vec<PathBuf>,
    /// Lines of the chain.
    pub(crate) lines: u64,
    /// Lowest and highest number.
    pub(crate) first: u64,
    pub(crate) last: u64,
    /// Lines of an earlier version, before the chain began. Nothing protects them.
    pub(crate) unprotected: u64,
    /// What is wrong, a sentence each; empty when the log is whole.
    pub(crate) findings: Vec<String>,
    /// Further ones.
    pub(crate) more: u64,
}

/// Reads a log with its older files and its seal.
///
/// # Errors
/// When a file cannot be read, or there is none.
pub(crate) fn verify(path: &Path, key: &Key) -> io::Result<Report> {
    // Before the log, so that a running service can only be ahead of it.
    let found = Seal::read(path, key)?;
    let older = (1..=MOST_FILES).rev().map(|number| older(path, number)).filter(|f| f.exists());
    let mut walk = Walk::new(key);
    let files: Vec<PathBuf> = older.chain([path.to_owned()]).collect();
    for file in &files {
        walk.read(file)?;
    }
    walk.tell_gaps();
    walk.compare(found, &seal::path(path));
    walk.report.files = files;
    Ok(walk.report)
}

/// The line with the highest number so far.
struct Last {
    number: u64,
    /// The link it has.
    claimed: Link,
    /// The link its text should have.
    computed: Link,
}

/// Numbers that are missing so far.
struct Gap {
    from: u64,
    to: u64,
    /// The line after them.
    before: String,
}

struct Walk<'k> {
    key: &'k Key,
    last: Option<Last>,
    gaps: Vec<Gap>,
    report: Report,
}

impl<'k> Walk<'k> {
    fn new(key: &'k Key) -> Self {
        Self { key, last: None, gaps: Vec::new(), report: Report::default() }
    }

    fn read(&mut self, path: &Path) -> io::Result<()> {
        let mut reader = BufReader::new(File::open(path)?);
        let mut bytes = Vec::new();
        for number in 1_u64.. {
            bytes.clear();
            if reader.by_ref().take(LINE_BYTES).read_until(b'\n', &mut bytes)? == 0 {
                break;
            }
            let at = format!("{}:{number}", path.display());
            let line = String::from_utf8_lossy(&bytes);
            match line.strip_suffix('\n').and_then(split) {
                Some((text, place)) => self.line(&at, text, place),
                None if self.last.is_none() => self.report.unprotected += 1,
                None => self.find(format!("{at} is no line of this log")),
            }
        }
        Ok(())
    }

    fn line(&mut self, at: &str, text: &str, place: Place) {
        self.report.lines += 1;
        let number = place.number;
        let Some(last) = &self.last else { return self.begin(at, text, place) };
        let expected = last.number.saturating_add(1);
        if number < expected {
            return self.behind(at, number, expected - 1);
        }
        if number > expected {
            self.gap(Gap { from: expected, to: number - 1, before: at.to_owned() });
            let fits = before(text).is_none_or(|before| before.next(self.key, text) == place);
            return self.go_on(at, place, fits, place.link);
        }
        let next = |link| Place { number: last.number, link }.next(self.key, text);
        let (by_claim, by_text) = (next(last.claimed), next(last.computed));
        self.go_on(at, place, by_claim == place || by_text == place, by_claim.link);
    }

    fn begin(&mut self, at: &str, text: &str, place: Place) {
        self.report.first = place.number;
        let start = (place.number == 1).then_some(Place::START);
        let fits = match start.or_else(|| before(text)) {
            Some(before) => before.next(self.key, text) == place,
            None => {
                let number = place.number;
                self.find(format!(
                    "{at}: line {number} cannot be checked, its predecessor is gone"
                ));
                true
            }
        };
        self.go_on(at, place, fits, place.link);
    }

    fn go_on(&mut self, at: &str, place: Place, fits: bool, computed: Link) {
        if !fits {
            self.find(format!("{at}: line {} was changed", place.number));
        }
        let computed = if fits { place.link } else { computed };
        self.last = Some(Last { number: place.number, claimed: place.link, computed });
        self.report.last = place.number;
    }

    /// A line with a number that was passed already.
    fn behind(&mut self, at: &str, number: u64, after: u64) {
        let gap = self.gaps.iter().position(|gap| (gap.from..=gap.to).contains(&number));
        let Some(gap) = gap.map(|at| self.gaps.swap_remove(at)) else {
            return self.find(format!("{at}: line {number} is there a second time"));
        };
        self.find(format!("{at}: line {number} was moved, it stands after line {after}"));
        for (from, to) in [(gap.from, number - 1), (number + 1, gap.to)] {
            if from <= to {
                self.gap(Gap { from, to, before: gap.before.clone() });
            }
        }
    }

    fn gap(&mut self, gap: Gap) {
        if self.gaps.len() < MOST_GAPS {
            self.gaps.push(gap);
        } else {
            self.find(missing(gap.from, gap.to, &format!("before {}", gap.before)));
        }
    }

    fn tell_gaps(&mut self) {
        let mut gaps = std::mem::take(&mut self.gaps);
        gaps.sort_by_key(|gap| gap.from);
        for gap in gaps {
            self.find(missing(gap.from, gap.to, &format!("before {}", gap.before)));
        }
    }

    fn compare(&mut self, found: Found, file: &Path) {
        let last = self.report.last;
        let file = file.display();
        match found {
            Found::Genuine(seal) => {
                if seal.last.number > last {
                    self.find(missing(last + 1, seal.last.number, "at the end"));
                }
                if seal.first < self.report.first {
                    self.find(missing(seal.first, self.report.first - 1, "at the beginning"));
                }
            }
            Found::Broken => {
                self.find(format!("{file} was changed, or made with another key"));
            }
            Found::Absent => {
                self.find(format!("{file} is missing: whether the end is whole cannot be told"));
            }
        }
    }

    fn find(&mut self, finding: String) {
        if self.report.findings.len() < MOST_FINDINGS {
            self.report.findings.push(finding);
        } else {
            self.report.more += 1;
        }
    }
}

/// The place before a line that says it.
fn before(text: &str) -> Option<Place> {
    text.split_once(GOES_ON)?.1.parse().ok()
}

fn missing(from: u64, to: u64, place: &str) -> String {
    if from == to {
        format!("line {from} is missing {place}")
    } else {
        format!("lines {from} to {to} are missing {place}")
    }
}
