//! Locust's log lines, and the way of everything else to the screen.

use std::collections::VecDeque;
use std::fs::File;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Zoned;
use owo_colors::OwoColorize as _;

use super::writer::{LastLine, Piece, Writer};
use crate::args::LogLevel;
use crate::error::CliError;

/// Warnings kept for the report at the end.
const MOST_WARNINGS: usize = 100;
/// Lines kept for the live page.
const MOST_KEPT: usize = 500;

/// What is logged, and where to.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct LogSetup<'a> {
    /// From this level up.
    pub(crate) level: LogLevel,
    /// The file that gets the log instead of stderr; it grows.
    pub(crate) file: Option<&'a Path>,
    /// Nothing is shown but why the command ends, if it fails to run.
    pub(crate) silent: bool,
}

/// The last lines of the log, and the number of the first line that will come after them.
#[derive(Debug, Default)]
struct Kept {
    lines: VecDeque<String>,
    next: u64,
}

/// The log and the screen. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Console {
    level: LogLevel,
    silent: bool,
    to_file: bool,
    host: Arc<str>,
    warnings: Arc<Mutex<Vec<String>>>,
    /// Lines that the file of the run does not have yet.
    recent: Arc<Mutex<Vec<String>>>,
    /// The last lines.
    kept: Arc<Mutex<Kept>>,
    writer: Arc<Writer>,
}

impl Console {
    /// Opens the log.
    ///
    /// # Errors
    /// The log file cannot be opened.
    pub(crate) fn open(setup: LogSetup<'_>) -> Result<Self, CliError> {
        let file = setup.file.map(open_log).transpose()?;
        let host = gethostname::gethostname().to_string_lossy().into_owned();
        let thread = |fault| CliError::Output { what: "the log", fault };
        Ok(Self {
            level: setup.level,
            silent: setup.silent,
            to_file: file.is_some(),
            host: host.split('.').next().unwrap_or("localhost").into(),
            warnings: Arc::default(),
            recent: Arc::default(),
            kept: Arc::default(),
            writer: Arc::new(Writer::start(file).map_err(thread)?),
        })
    }

    /// A console that logs from `level` up.
    #[cfg(test)]
    pub(crate) fn new(level: LogLevel) -> Self {
        Self::open(LogSetup { level, ..LogSetup::default() }).expect("no log file, no fault")
    }

    /// How the settings came out, and the like.
    pub(crate) fn debug(&self, text: &str) {
        self.log(LogLevel::Debug, text);
    }

    /// The course of the run.
    pub(crate) fn info(&self, text: &str) {
        self.log(LogLevel::Info, text);
    }

    /// Something that the reader must know; kept for the report.
    pub(crate) fn warning(&self, text: &str) {
        self.log(LogLevel::Warning, text);
        let mut warnings = self.warnings.lock().unwrap_or_else(PoisonError::into_inner);
        if warnings.len() < MOST_WARNINGS {
            warnings.push(text.to_owned());
        }
    }

    /// A warning that the report has in a place of its own.
    pub(crate) fn caution(&self, text: &str) {
        self.log(LogLevel::Warning, text);
    }

    /// Why the command ends: on the screen in any case, and in the log.
    pub(crate) fn error(&self, text: &str) {
        if self.to_file || self.silent {
            let line = format!("{} {text}\n", "error:".red().bold());
            self.writer.push(Piece::Text(line));
        }
        self.log(LogLevel::Error, text);
    }

    /// Lines of the log since this was asked before, without details; at most a bounded number.
    pub(crate) fn take_log(&self) -> Vec<String> {
        std::mem::take(&mut *self.recent.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The last lines of the log, without details, from the one after `number` on; numbers begin
    /// with 1.
    pub(crate) fn log_after(&self, number: u64) -> Vec<(u64, String)> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let first = kept.next + 1 - kept.lines.len() as u64;
        let numbered = (first..).zip(&kept.lines).filter(|(line, _)| *line > number);
        numbered.map(|(line, text)| (line, text.clone())).collect()
    }

    /// A run begins: warnings and lines for its file are its own from now on.
    pub(crate) fn begin_run(&self) {
        self.take_log();
        self.warnings.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// The warnings up to now.
    pub(crate) fn warnings(&self) -> Vec<String> {
        self.warnings.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A block of text with an empty line after it; nothing for an empty block.
    pub(crate) fn block(&self, text: &str) {
        if !text.is_empty() {
            self.show(Piece::Text(format!("{}\n\n", text.trim_end())));
        }
    }

    /// As [`Console::block`], but the next table takes its place if it is not yet on the screen.
    pub(crate) fn table(&self, text: &str) {
        self.show(Piece::Table(format!("{}\n\n", text.trim_end())));
    }

    /// The verdict; its last line is the last line of all.
    pub(crate) fn verdict(&self, text: &str) {
        self.conclusion(text, last_line(text).starts_with("VERDICT: PASS"));
    }

    /// A text whose last line is the last of all, good or bad.
    pub(crate) fn conclusion(&self, text: &str, good: bool) {
        let last = last_line(text);
        let before = text.trim_end().strip_suffix(last).unwrap_or_default().trim_end();
        let coloured =
            if good { last.green().bold().to_string() } else { last.red().bold().to_string() };
        let before = before.lines().map(|line| match line {
            line if line.starts_with("RUN: DISTURBED") => line.yellow().bold().to_string(),
            line if line.starts_with("RUN: INVALID") => line.red().bold().to_string(),
            line => line.to_owned(),
        });
        let before = before.collect::<Vec<_>>().join("\n");
        let gap = if before.is_empty() { "" } else { "\n" };
        self.show(Piece::Text(format!("{before}{gap}{coloured}\n")));
    }

    /// The line below everything else, cut to the terminal; `None` takes it away.
    pub(crate) fn progress(&self, line: Option<&str>) {
        if !self.silent && self.writer.live() {
            let columns = width().unwrap_or(80).saturating_sub(1);
            self.writer.progress(line.map_or(LastLine::None, |line| {
                LastLine::New(line.chars().take(columns).collect())
            }));
        }
    }

    /// While somebody else draws on the terminal, what was to be shown waits; it comes after.
    pub(crate) fn hold(&self, hold: bool) {
        self.writer.hold(hold);
    }

    /// Waits until everything is written, but not longer than `limit`.
    pub(crate) fn flush(&self, limit: Option<Duration>) {
        self.writer.flush(limit);
    }

    fn show(&self, piece: Piece) {
        if !self.silent {
            self.writer.push(piece);
        }
    }

    fn log(&self, level: LogLevel, text: &str) {
        // Locust's CRITICAL shows no errors; a command that ends without a word is no use.
        if self.silent || level < self.level && level < LogLevel::Error {
            return;
        }
        let time = Zoned::now().strftime("%Y-%m-%d %H:%M:%S,%3f");
        let line = format!("[{time}] {}/{}/katydid.main: {text}", self.host, level.word());
        if level > LogLevel::Debug {
            let mut log = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
            if log.len() < MOST_WARNINGS {
                log.push(line.clone());
            }
            drop(log);
            self.keep(&line);
        }
        self.writer.push(match level {
            LogLevel::Debug => Piece::Detail(line),
            LogLevel::Info => Piece::Log(line),
            LogLevel::Warning => Piece::Log(line.yellow().to_string()),
            LogLevel::Error | LogLevel::Critical => Piece::Log(line.red().to_string()),
        });
    }
}

impl Console {
    fn keep(&self, line: &str) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.lines.len() == MOST_KEPT {
            kept.lines.pop_front();
        }
        kept.lines.push_back(line.to_owned());
        kept.next += 1;
    }
}

/// Columns of the terminal at this moment; `None` when stderr is no terminal.
pub(crate) fn width() -> Option<usize> {
    terminal_size::terminal_size_of(std::io::stderr())
        .map(|(terminal_size::Width(width), _)| usize::from(width))
}

fn open_log(path: &Path) -> Result<File, CliError> {
    if let Some(parent) = path.parent() {
        // The reason, if there is one, comes with the file.
        let _ = std::fs::create_dir_all(parent);
    }
    let opened = File::options().append(true).create(true).open(path);
    let path = path.to_owned();
    opened.map_err(|fault| CliError::File { what: "log file", path, fault })
}

fn last_line(text: &str) -> &str {
    text.trim_end().lines().last().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_lines_are_kept_and_numbered_on() {
        let console = Console::new(LogLevel::Info);
        assert!(console.log_after(0).is_empty());
        console.debug("no detail");
        (0..MOST_KEPT + 20).for_each(|line| console.info(&format!("line {line}")));
        let all = console.log_after(0);
        assert_eq!((all.len(), all[0].0, all[MOST_KEPT - 1].0), (MOST_KEPT, 21, 520));
        assert!(all[0].1.ends_with("line 20") && all[MOST_KEPT - 1].1.ends_with("line 519"));
        assert_eq!(console.log_after(519), all[MOST_KEPT - 1..]);
        assert!(console.log_after(520).is_empty());
    }
}
