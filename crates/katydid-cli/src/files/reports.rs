//! The CSV files of a run, from its events.

use std::time::{Duration, Instant, SystemTime};

use katydid_core::{RunEvent, Snapshot};
use katydid_report::csv::{self, FileNames, HistoryRows};

use super::stamps::Stamps;
use super::writer::{Texts, Writer, Written};
use crate::console::Console;

/// A disk that is further behind is worth a word.
const BEHIND: Duration = Duration::from_secs(5);
/// Texts that took long to make are made less often: they get one part of this many of the time.
const SHARE: u32 = 100;

/// The CSV files of a run, kept up to date while it goes on.
///
/// Texts are made here, on the dispatcher's tick; the disk is the business of another thread.
#[derive(Debug)]
pub(crate) struct Reports {
    console: Console,
    writer: Option<Writer>,
    rows: HistoryRows,
    started: SystemTime,
    /// Second of the epoch of the last history lines.
    stamps: Stamps,
    /// When the replaced files are due, since the start of the run.
    due: Duration,
    /// How far behind the disk may be in silence.
    patience: Duration,
    behind: bool,
    whole: bool,
}

impl Reports {
    /// Nothing is written before the run has begun. Without a place that should have been, the
    /// reports are not whole whatever comes.
    pub(crate) fn new(
        prefix: Option<&str>,
        rows: HistoryRows,
        place_made: bool,
        console: &Console,
    ) -> Self {
        let mut reports = Self {
            console: console.clone(),
            writer: None,
            rows,
            started: SystemTime::now(),
            stamps: Stamps::new(SystemTime::now()),
            due: Duration::ZERO,
            patience: BEHIND,
            behind: false,
            whole: place_made,
        };
        match prefix.map(|prefix| Writer::start(&FileNames::for_prefix(prefix), console)) {
            Some(Ok(writer)) => reports.writer = Some(writer),
            Some(Err(fault)) => {
                console.warning(&format!("no reports, no thread to write them: {fault}"));
                reports.whole = false;
            }
            None => {}
        }
        reports
    }

    /// Writes what an event asks for.
    pub(crate) fn event(&mut self, event: &RunEvent<'_>) {
        match event {
            RunEvent::Started { .. } => self.begin(),
            RunEvent::Tick(snapshot) => self.tick(snapshot),
            _ => {}
        }
    }

    /// Writes the last state and waits until it is written.
    pub(crate) fn finish(mut self, snapshot: &Snapshot, started: SystemTime) -> Written {
        self.started = started;
        let Some(writer) = self.writer.take() else {
            return Written { whole: self.whole, ..Written::default() };
        };
        writer.hand_over(&[], Some(self.texts(snapshot)));
        let written = writer.finish(&self.console);
        Written { whole: written.whole && self.whole, ..written }
    }

    /// Replaces what an earlier run left under the same names, so that a fault shows at once.
    fn begin(&mut self) {
        let Some(writer) = &self.writer else { return };
        self.started = SystemTime::now();
        self.stamps = Stamps::new(self.started);
        let nothing = Snapshot::new(&[], &[], 1);
        let lines =
            [csv::history_header(), csv::history_rows(&nothing, self.stamps.first(), self.rows)]
                .concat();
        writer.hand_over(&lines, Some(self.texts(&nothing)));
    }

    fn tick(&mut self, snapshot: &Snapshot) {
        if self.writer.is_none() {
            return;
        }
        self.watch();
        let stamp = self.stamps.next(snapshot.elapsed);
        let lines = csv::history_rows(snapshot, stamp, self.rows);
        let texts = (snapshot.elapsed >= self.due).then(|| {
            let begun = Instant::now();
            let texts = self.texts(snapshot);
            self.due = snapshot.elapsed + begun.elapsed() * SHARE;
            texts
        });
        if let Some(writer) = &self.writer {
            writer.hand_over(&lines, texts);
        }
    }

    fn texts(&self, snapshot: &Snapshot) -> Texts {
        Texts {
            stats: csv::stats(snapshot),
            failures: csv::failures(snapshot, self.started),
            exceptions: csv::exceptions(snapshot),
        }
    }

    /// Says when the disk falls behind, and when it has caught up.
    fn watch(&mut self) {
        let Some(writer) = &self.writer else { return };
        let behind = writer.behind();
        if behind > self.patience && !self.behind {
            let seconds = behind.as_secs();
            self.console.warning(&format!(
                "the disk is {seconds} s behind with the report files; their lines wait, the run \
                 goes on"
            ));
            self.behind = true;
        } else if behind.is_zero() && self.behind {
            self.console.info("the report files are up to date again");
            self.behind = false;
        }
    }
}

#[cfg(test)]
impl Reports {
    /// Says at once that the disk is behind.
    pub(super) fn impatient(mut self) -> Self {
        self.patience = Duration::ZERO;
        self
    }
}
