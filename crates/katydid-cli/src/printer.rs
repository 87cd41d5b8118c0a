//! What people see while a run goes on: Locust's log lines and tables, on stderr.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Zoned;
use katydid_core::{RunEvent, Snapshot, StopReason};
use katydid_report::table;
use owo_colors::OwoColorize as _;

use crate::args::LogLevel;

/// Warnings kept for the report at the end.
const MOST_WARNINGS: usize = 100;

/// The log. Cheap to clone.
///
/// A stderr that is closed or full ends nothing: the run is worth more than its log.
#[derive(Clone, Debug)]
pub(crate) struct Console {
    level: LogLevel,
    host: Arc<str>,
    warnings: Arc<Mutex<Vec<String>>>,
}

impl Console {
    /// A console that logs from `level` up.
    pub(crate) fn new(level: LogLevel) -> Self {
        let host = gethostname::gethostname().to_string_lossy().into_owned();
        let host = host.split('.').next().unwrap_or("localhost").into();
        Self { level, host, warnings: Arc::default() }
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

    /// Why the command ends.
    pub(crate) fn error(&self, text: &str) {
        self.log(LogLevel::Error, text);
    }

    /// The warnings up to now.
    pub(crate) fn warnings(&self) -> Vec<String> {
        self.warnings.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn log(&self, level: LogLevel, text: &str) {
        // Locust's CRITICAL shows no errors; a command that ends without a word is no use.
        if level < self.level && level < LogLevel::Error {
            return;
        }
        let time = Zoned::now().strftime("%Y-%m-%d %H:%M:%S,%3f");
        let line = format!("[{time}] {}/{}/katydid.main: {text}", self.host, level.word());
        let mut out = anstream::stderr().lock();
        let _ = match level {
            LogLevel::Warning => writeln!(out, "{}", line.yellow()),
            LogLevel::Error | LogLevel::Critical => writeln!(out, "{}", line.red()),
            LogLevel::Debug | LogLevel::Info => writeln!(out, "{line}"),
        };
    }
}

/// A block of text with an empty line after it; nothing for an empty block.
pub(crate) fn block(text: &str) {
    if !text.is_empty() {
        let _ = writeln!(anstream::stderr().lock(), "{}\n", text.trim_end());
    }
}

/// The verdict; its last line is the last line of all.
pub(crate) fn verdict(text: &str) {
    let (before, last) = text.trim_end().rsplit_once('\n').unwrap_or(("", text.trim_end()));
    let coloured = if last.starts_with("VERDICT: PASS") {
        last.green().bold().to_string()
    } else {
        last.red().bold().to_string()
    };
    let gap = if before.is_empty() { "" } else { "\n" };
    let _ = writeln!(anstream::stderr().lock(), "{before}{gap}{coloured}");
}

/// Columns of the terminal; `None` when stderr is no terminal.
pub(crate) fn width() -> Option<usize> {
    terminal_size::terminal_size_of(std::io::stderr())
        .map(|(terminal_size::Width(width), _)| usize::from(width))
}

/// Tells the events of a run.
#[derive(Debug)]
pub(crate) struct Printer {
    console: Console,
    only_summary: bool,
    ticks: u64,
    stopping: bool,
}

impl Printer {
    /// A printer with a table every two seconds, unless only the summary is wanted.
    pub(crate) fn new(console: &Console, only_summary: bool) -> Self {
        Self { console: console.clone(), only_summary, ticks: 0, stopping: false }
    }

    /// Prints one event.
    pub(crate) fn event(&mut self, event: &RunEvent<'_>) {
        match event {
            RunEvent::Started { users, spawn_rate, run_time, .. } => {
                self.console.info(&run_time.map_or_else(
                    || "No run time limit set, use CTRL+C to interrupt".to_owned(),
                    |time| format!("Run time limit set to {} seconds", time.as_secs_f64()),
                ));
                self.console.info(&format!(
                    "Ramping to {users} users at a rate of {spawn_rate:.2} per second"
                ));
            }
            RunEvent::AllUsersStarted { users } => self.console.info(&all_spawned(users)),
            RunEvent::Tick(snapshot) => self.tick(snapshot),
            RunEvent::Stopping(reason) => {
                self.stopping = true;
                match reason {
                    StopReason::RunTime => {
                        self.console.info("--run-time limit reached, shutting down");
                    }
                    StopReason::NoUsersLeft => {
                        self.console.info("every user has stopped by itself, shutting down");
                    }
                    // Said when the signal came.
                    _ => {}
                }
            }
            RunEvent::UsersCut { users, after } if !after.is_zero() => {
                self.console.info(&format!(
                    "Not all users finished their tasks & terminated in {:?} seconds. Stopping \
                     {users} of them...",
                    after.as_secs_f64()
                ));
            }
            RunEvent::Warning(text) => self.console.warning(text),
            _ => {}
        }
    }

    fn tick(&mut self, snapshot: &Snapshot) {
        self.ticks += 1;
        if !self.only_summary && !self.stopping && self.ticks.is_multiple_of(2) {
            block(&table::periodic(snapshot, width()));
        }
    }
}

/// Locust's line, which people grep: JSON with the classes sorted by name.
fn all_spawned(users: &[(Arc<str>, u32)]) -> String {
    let total: u32 = users.iter().map(|(_, count)| count).sum();
    let sorted: BTreeMap<&str, u32> =
        users.iter().map(|(class, count)| (&**class, *count)).collect();
    let pairs: Vec<String> =
        sorted.iter().map(|(class, count)| format!("\"{class}\": {count}")).collect();
    format!("All users spawned: {{{}}} ({total} total users)", pairs.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spawned_users_are_told_as_locust_tells_them() {
        let users = [(Arc::from("B"), 1), (Arc::from("A"), 3)];
        assert_eq!(all_spawned(&users), "All users spawned: {\"A\": 3, \"B\": 1} (4 total users)");
    }
}
