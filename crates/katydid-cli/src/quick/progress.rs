//! One line that follows the run, where somebody watches it.

use std::io::{IsTerminal as _, Write as _};

use katydid_core::Snapshot;

/// A line on stderr, rewritten once a second; nothing without a terminal.
#[derive(Debug)]
pub(crate) struct Progress {
    shown: bool,
    terminal: bool,
}

impl Progress {
    /// Nothing shown yet.
    pub(crate) fn new() -> Self {
        Self { shown: false, terminal: std::io::stderr().is_terminal() }
    }

    /// Shows the state of the run.
    pub(crate) fn show(&mut self, snapshot: &Snapshot) {
        if !self.terminal {
            return;
        }
        let (requests, failed) = (snapshot.requests(), snapshot.failed());
        let (rate, _) = snapshot.aggregated().current_rates();
        let (seconds, users) = (snapshot.elapsed.as_secs(), snapshot.user_count());
        let line = format!(
            "{seconds:>4} s  {users} users  {requests} requests  {failed} failed  {rate:.0}/s"
        );
        let _ = write!(std::io::stderr().lock(), "\r{line:<78}");
        self.shown = true;
    }

    /// Takes the line away.
    pub(crate) fn clear(&mut self) {
        if self.shown {
            let _ = write!(std::io::stderr().lock(), "\r{:<78}\r", "");
            self.shown = false;
        }
    }
}
