//! What only the end of a run knows, and a snapshot that is made again from a saved one.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::mark::Marks;
use crate::snapshot::FailureId;
use crate::{Aborted, Generator, Interval, Monitored, Row, RowKey, Snapshot, Watched};

/// What a snapshot has beside the sum of its intervals.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Closing {
    sending: Option<Duration>,
    aborted: Option<Aborted>,
    generator: Generator,
    watched: Vec<Watched>,
    monitors: Vec<Monitored>,
    marks: Marks,
    /// Not in files of before there were pauses.
    #[serde(default)]
    paused: Duration,
    /// Nor was this known.
    #[serde(default)]
    steered: u32,
    #[serde(default)]
    unmet: Vec<String>,
}

impl Snapshot {
    /// What only the end knows; [`close`](Self::close) puts it into a snapshot made of the same
    /// intervals.
    pub fn closing(&self) -> Closing {
        Closing {
            sending: self.sending,
            aborted: self.aborted.clone(),
            generator: self.generator.clone(),
            watched: self.watched.clone(),
            monitors: self.monitors.clone(),
            marks: self.marks.clone(),
            paused: self.paused,
            steered: self.steered,
            unmet: self.unmet.clone(),
        }
    }

    /// Ends a snapshot that was made again.
    pub fn close(&mut self, closing: Closing) {
        let Closing {
            sending,
            aborted,
            generator,
            watched,
            monitors,
            marks,
            paused,
            steered,
            unmet,
        } = closing;
        (self.steered, self.unmet) = (steered, unmet);
        (self.sending, self.aborted, self.generator) = (sending, aborted, generator);
        self.paused = paused;
        (self.watched, self.monitors, self.marks) = (watched, monitors, marks);
    }

    /// Whether an interval can be of this run: threads, rows and tasks that it names are known.
    /// Those that come from a running engine always are.
    pub fn knows(&self, thread: usize, interval: &Interval) -> bool {
        let rows = self.keys.get(thread).map(Vec::len);
        rows.is_some_and(|rows| interval.fits(rows, self.tasks.len()))
            && interval.users.len() <= self.users.len()
    }

    /// Begins the statistics at `elapsed`, as a report does that leaves out what came before. What
    /// is under way counts.
    pub fn cut_before(&mut self, elapsed: Duration) {
        self.reset(elapsed);
        self.sent_requests = self.open_requests();
    }

    /// What the rows have in common, those of transactions too.
    pub fn keys(&self) -> impl Iterator<Item = &RowKey> + Clone {
        self.rows.keys().chain(self.transactions.keys())
    }

    /// Takes away rows that are not wanted. What became of requests that ended is still known,
    /// what of those that did not is no longer said of any row.
    pub fn keep_rows(&mut self, wanted: impl Fn(&RowKey) -> bool) {
        let failed = self.failed();
        self.rows.retain(|key, _| wanted(key));
        self.failed_elsewhere += failed - self.failed();
        self.transactions.retain(|key, _| wanted(key));
        let named = |rows: &[&Row], id: &FailureId| {
            rows.iter().any(|row| row.key.name == id.0 && row.key.method == id.1)
        };
        let rows: Vec<&Row> = self.rows.values().collect();
        self.failures.retain(|id, _| named(&rows, id));
        let rows: Vec<&Row> = self.transactions.values().collect();
        self.failed_transactions.retain(|id, _| named(&rows, id));
        self.cut.keep_rows(&wanted);
        self.cut_with.retain(|key, _| wanted(key));
        self.exemplars.retain(|it| wanted(&RowKey::new(&it.method, &it.name, &it.tags)));
        self.history.keep_rows(wanted);
    }
}
