//! The statistics of one executor thread: no lock, no channel, no shared memory per request.

mod key;

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use hashbrown::HashMap;

use crate::CHECKED;
use crate::arrivals::ArrivalCounts;
use crate::exemplars::{Chooser, Exemplar, Rank};
use crate::failure::{FailureKind, normalise};
use crate::guard::Held;
use crate::interval::Interval;
use crate::mask::Mask;
use crate::sample::{Outcome, Sample};
use crate::server_timing::{Names, server_timings};
use crate::tasks::{TaskCounts, TaskId};
use crate::variety::Variety;

use key::KeyRef;
pub use key::{RowId, RowKey, RowKind, TRANSACTION};

/// The name of the row that takes requests once the table of names is full.
pub const OTHER_NAMES: &str = "(other names: the table of names is full)";

/// Bounds that keep memory flat whatever the target answers.
#[derive(Clone, Copy, Debug)]
pub struct RecorderLimits {
    /// Distinct rows per thread; further names share [`OTHER_NAMES`].
    pub names: usize,
    /// Distinct failure texts per thread and interval.
    pub failures: usize,
    /// Distinct exceptions per thread and interval.
    pub exceptions: usize,
}

impl Default for RecorderLimits {
    fn default() -> Self {
        Self { names: 300, failures: 200, exceptions: 100 }
    }
}

/// Collects what one thread measures. Plain memory, owned by that thread alone.
#[derive(Debug)]
pub struct Recorder {
    limits: RecorderLimits,
    /// Rows by what the suite calls them.
    ids: HashMap<RowKey, RowId>,
    /// What reports call them: without secrets.
    keys: Vec<RowKey>,
    mask: Arc<Mask>,
    chooser: Chooser,
    tasks: usize,
    variety: Vec<Variety>,
    /// Stages that answers have named.
    stages: Names,
    current: Box<Interval>,
    /// Requests begun and not ended.
    open: u64,
    resets: u32,
    /// The run has ended, when this interval had so many requests begun.
    ended: Option<u64>,
    /// Nothing counts any more.
    closed: bool,
    /// What was counted when that began, until it is taken.
    last: Option<Box<Interval>>,
}

impl Recorder {
    /// A recorder for a suite with `tasks` tasks.
    pub fn new(tasks: usize, limits: RecorderLimits) -> Self {
        let current = Interval { tasks: vec![TaskCounts::default(); tasks], ..Interval::default() };
        Self {
            limits,
            ids: HashMap::new(),
            keys: Vec::new(),
            mask: Arc::default(),
            chooser: Chooser::default(),
            tasks,
            variety: Vec::new(),
            stages: Names::default(),
            current: Box::new(current),
            open: 0,
            resets: 0,
            ended: None,
            closed: false,
            last: None,
        }
    }

    /// Masks what `mask` hides in every text, and chooses exemplars by lots from `seed`.
    #[must_use]
    pub fn masking(mut self, mask: &Arc<Mask>, seed: u64) -> Self {
        self.mask = Arc::clone(mask);
        self.chooser = Chooser::new(seed);
        self
    }

    /// What hides secrets.
    pub fn mask(&self) -> &Arc<Mask> {
        &self.mask
    }

    /// The row of these requests, made when new.
    #[inline]
    pub fn row(&mut self, method: &str, name: &str, tags: &Arc<[Arc<str>]>) -> RowId {
        match self.ids.get(&KeyRef { name, method, tags, kind: RowKind::Request }) {
            Some(id) => *id,
            None => self.new_row(RowKey::new(method, name, tags)),
        }
    }

    /// Notes what a request of a row asks for, and who asks. Costs some comparisons once the row has
    /// seen two addresses and two bodies.
    #[inline]
    pub fn asks(&mut self, row: RowId, user: u32, url: &str, body: &[u8]) {
        if CHECKED {
            self.variety[row.index()].note(user, url, body);
        }
    }

    /// The row of these transactions, made when new.
    pub fn transaction(&mut self, name: &str, tags: &Arc<[Arc<str>]>) -> RowId {
        let key = RowKey::transaction(name, tags);
        match self.ids.get(&key) {
            Some(id) => *id,
            None => self.new_row(key),
        }
    }

    #[cold]
    fn new_row(&mut self, key: RowKey) -> RowId {
        if self.ids.len() >= self.limits.names {
            let other = RowKey { kind: key.kind, ..RowKey::new("", OTHER_NAMES, &Arc::from([])) };
            return match self.ids.get(&other) {
                Some(id) => *id,
                None => self.add_row(other),
            };
        }
        self.add_row(key)
    }

    fn add_row(&mut self, key: RowKey) -> RowId {
        let id = RowId(self.ids.len() as u32);
        let mut shown = key.clone();
        if let Cow::Owned(masked) = self.mask.name(&key.name) {
            shown.name = masked.into();
        }
        self.current.new_keys.push(shown.clone());
        self.keys.push(shown);
        self.chooser.add_row();
        self.ids.insert(key, id);
        self.variety.push(Variety::default());
        self.fit_rows();
        id
    }

    /// Gives the current interval a place for every row known.
    fn fit_rows(&mut self) {
        self.current.rows.resize_with(self.ids.len(), Default::default);
    }

    /// What the requests of a row have in common, without secrets.
    pub fn key(&self, row: RowId) -> &RowKey {
        &self.keys[row.index()]
    }

    /// A request begins.
    #[inline]
    pub fn request_begins(&mut self) {
        if CHECKED {
            self.current.sent_requests += 1;
            self.open += 1;
        }
    }

    /// A request has ended: it is counted in its row, or as cut.
    #[inline]
    pub fn request_ends(&mut self) {
        if CHECKED {
            self.open -= 1;
        }
    }

    /// A task begins `late_ns` after its schedule. `own`: the user was idle when it was due, so
    /// that nothing but the generator can be the reason.
    #[inline]
    pub fn lateness(&mut self, late_ns: u64, own: bool) {
        if CHECKED {
            self.current.lateness.record(late_ns, own);
        }
    }

    /// A rate cap has held a request back for so long.
    pub fn held(&mut self, time: Duration) {
        self.current.held.add(Held { requests: 1, total: time });
    }

    /// A request has cost so many of the suite's units.
    pub fn spent(&mut self, units: u64) {
        self.current.spent += units;
    }

    /// The starts of an open model, to be counted in.
    #[inline]
    pub fn arrivals(&mut self) -> &mut ArrivalCounts {
        self.current.arrivals.get_or_insert_default()
    }

    /// Counts one request that succeeded.
    #[inline]
    pub fn success(&mut self, row: RowId, sample: &Sample) {
        debug_assert_eq!(sample.outcome, Outcome::Success);
        self.current.rows[row.index()].record(sample);
    }

    /// Counts one request that failed, and why.
    pub fn failure(&mut self, row: RowId, sample: &Sample, kind: FailureKind, text: &str) {
        debug_assert_eq!(sample.outcome, Outcome::Failure);
        self.current.rows[row.index()].record(sample);
        let (text, limit) = (normalise(&self.mask.text(text)), self.limits.failures);
        self.current.failures.count(row, kind, &text, sample.last_byte_ns, limit);
    }

    /// Counts what the answer to a request of this row says of its time: the values of its header
    /// `Server-Timing`.
    pub fn server_timings<'a>(&mut self, row: RowId, values: impl IntoIterator<Item = &'a [u8]>) {
        let timings = &mut self.current.rows[row.index()].server_timings;
        for stage in server_timings(values) {
            timings.note(&self.stages.known(stage.name), stage.time);
        }
    }

    /// Whether a success that took so long is to be kept: one comparison.
    #[inline]
    pub fn wants_slow(&self, row: RowId, response_ns: u64) -> bool {
        CHECKED && self.chooser.is_slow(row, response_ns)
    }

    /// Whether a failure is to be kept; asked once for each.
    pub fn wants_failure(&mut self, row: RowId, kind: FailureKind) -> Option<Rank> {
        if CHECKED { self.chooser.failure(row, kind) } else { None }
    }

    /// Keeps a request that was wanted.
    pub fn keep(&mut self, row: RowId, rank: Rank, exemplar: Exemplar) {
        if rank == Rank::SLOW {
            self.chooser.kept_slow(row, exemplar.response_time.as_nanos() as u64);
        }
        self.current.exemplars.add(rank, exemplar);
    }

    /// Counts one request of a row that was given up because its user had to end, so long after it
    /// was due. `None`: how long says nothing of the target.
    pub fn cut_request(&mut self, row: RowId, waited_ns: Option<u64>) {
        self.current.cut_requests += 1;
        self.cut(row, waited_ns);
    }

    /// Whether the run has ended, and users only finish.
    pub fn has_ended(&self) -> bool {
        self.ended.is_some()
    }

    /// The same of a transaction.
    pub fn cut_transaction(&mut self, row: RowId, waited_ns: Option<u64>) {
        self.current.cut_transactions += 1;
        self.cut(row, waited_ns);
    }

    fn cut(&mut self, row: RowId, waited_ns: Option<u64>) {
        let interval = self.last.as_mut().unwrap_or(&mut self.current);
        interval.cut.extend(waited_ns.map(|waited_ns| (row, waited_ns)));
    }

    /// Adds to the counts of a task.
    #[inline]
    pub fn task(&mut self, task: TaskId, counts: TaskCounts) {
        self.current.tasks[task.0 as usize] += counts;
    }

    /// Counts an error or a panic of the suite's own code: what it said and where.
    pub fn exception(&mut self, task: TaskId, message: &str, place: &str) {
        let exceptions = &mut self.current.exceptions;
        let mut key = (task, normalise(&self.mask.text(message)), place.to_owned());
        if exceptions.len() >= self.limits.exceptions && !exceptions.contains_key(&key) {
            key = (task, "(other exceptions: the table is full)".to_owned(), String::new());
        }
        *exceptions.entry(key).or_insert(0) += 1;
    }

    /// Forgets what this interval has counted up to now: the statistics begin anew. Rows keep their
    /// numbers.
    pub fn reset(&mut self) {
        self.current.forget();
        self.variety.fill(Variety::default());
        self.chooser.reset();
        // What is under way counts from now on.
        self.current.sent_requests = self.open;
        self.ended = self.ended.map(|_| self.open);
        self.resets += 1;
    }

    /// How often the statistics have begun anew.
    pub fn resets(&self) -> u32 {
        self.resets
    }

    /// The run has ended; users may still finish.
    pub fn end(&mut self) {
        if self.ended.is_none() {
            self.ended = Some(self.current.sent_requests);
            self.current.cut_with_users = self.current.cut.len();
        }
    }

    /// From now on nothing counts any more; what is under way counts as cut.
    pub fn close(&mut self) {
        if !self.closed {
            self.current.cut_requests += self.open;
            let mut last = self.exchange(None);
            last.open_requests = 0;
            (self.last, self.closed) = (Some(last), true);
        }
    }

    /// Ends the interval at `end_ns` with `users` running per class, and begins the next in the
    /// memory of `recycled`.
    pub fn take(
        &mut self,
        end_ns: u64,
        users: &[u32],
        recycled: Option<Box<Interval>>,
    ) -> Box<Interval> {
        let mut done = match self.last.take() {
            Some(last) => last,
            None => self.exchange(recycled),
        };
        done.end_ns = end_ns;
        done.users.extend_from_slice(users);
        done
    }

    /// Begins the next interval in the memory of `recycled`.
    fn exchange(&mut self, recycled: Option<Box<Interval>>) -> Box<Interval> {
        let mut next = recycled.unwrap_or_default();
        next.clear();
        next.tasks.resize(self.tasks, TaskCounts::default());
        let mut done = std::mem::replace(&mut self.current, next);
        self.fit_rows();
        if !self.closed {
            for (row, measured) in done.rows.iter().enumerate() {
                self.chooser.interval(row, &measured.succeeded);
            }
        }
        match &mut self.ended {
            Some(before) => done.after_end = done.sent_requests - std::mem::take(before),
            None => done.cut_with_users = done.cut.len(),
        }
        if self.closed {
            done.omit();
        } else {
            done.variety.clone_from(&self.variety);
            done.open_requests = self.open;
        }
        done
    }
}
