//! The state of a run: the sum of all intervals of all threads. Tables, files, pages and the
//! verdict read this and nothing else.

mod questions;
mod waited;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::CHECKED;
use crate::Latency;
use crate::arrivals::{ArrivalCounts, Lateness};
use crate::exemplars::Gallery;
use crate::failure::{FailureKind, OTHER_FAILURES};
use crate::generator::Generator;
use crate::guard::Held;
use crate::history::{History, RunPhase, StepLoad};
use crate::interval::{FailureCount, Interval};
use crate::mark::{Mark, Marks};
use crate::monitored::Monitored;
use crate::recorder::{RowKey, RowKind};
use crate::row::{Row, TaskRow};
use crate::standstill::{Standstill, Standstills};
use crate::target::Aborted;
use crate::tasks::{TaskCounts, TaskId, TaskInfo};
use crate::watched::Watched;

use waited::Waited;

/// Distinct failure rows kept over a whole run.
const MOST_FAILURE_ROWS: usize = 1_000;
/// Distinct exception rows kept over a whole run.
const MOST_EXCEPTION_ROWS: usize = 500;
/// A shape may ask for something else every second.
const MOST_UNMET: usize = 10;

/// The whole run up to now.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Time since the start of the run.
    pub elapsed: Duration,
    /// Classes and the number of their users running now.
    pub users: Vec<(Arc<str>, u32)>,
    /// The number of users that should run now, by the ramps asked for. More run while removed
    /// ones finish, fewer when some have stopped by themselves or a thread is late.
    pub planned_users: u32,
    /// When the statistics began, since the start of the run: 0, or their last reset.
    pub since: Duration,
    /// The most users that ran at one time.
    pub peak_users: u32,
    /// The most users that were planned at one time.
    pub peak_planned_users: u32,
    /// Requests given up because the run ended or their user was removed.
    pub cut_requests: u64,
    /// How long requests and transactions had waited that were given up.
    pub(crate) cut: Waited,
    /// The same of requests alone, by what cut them off: the end of their user, or of the run.
    pub(crate) cut_with: BTreeMap<RowKey, [Latency; 2]>,
    /// Failures of requests whose rows were [taken away](Self::keep_rows).
    pub(crate) failed_elsewhere: u64,
    /// Transactions given up because the run ended.
    pub cut_transactions: u64,
    /// Requests begun, whatever became of them.
    pub sent_requests: u64,
    /// Those of them that were begun after the end of the run, by users who finish: all at one time,
    /// which the load before was not.
    pub after_end: u64,
    /// Time of all users together that was planned up to now (closed model).
    pub planned_time: Duration,
    /// What of it is missing because threads were late with starting users.
    pub missed_time: Duration,
    /// Requests that a rate cap has held back.
    pub held: Held,
    /// What requests have cost, in the suite's units, resets of the statistics or not.
    pub spent: u64,
    /// When the last of what is counted could be sent, once that is over: in the open model, where
    /// answers may come later, and in a run whose statistics end before its users do.
    pub sending: Option<Duration>,
    /// For how long the run was paused by hand up to now, all pauses together.
    pub paused: Duration,
    /// How often somebody has changed the load by hand, or begun the statistics anew.
    pub steered: u32,
    /// What of the planned load could not be, each a sentence; the first ten.
    pub unmet: Vec<String>,
    /// The target that ended the run, if one did.
    pub aborted: Option<Aborted>,
    lateness: Lateness,
    arrivals: Option<ArrivalCounts>,
    thread_open: Vec<u64>,
    /// How the threads and the machine that made the load fared.
    pub generator: Generator,
    /// Local processes that were watched beside the load; put here when the run has ended.
    pub watched: Vec<Watched>,
    /// What the plan's monitors have seen ([`Monitored::note_all`]); put here when the run has ended.
    pub monitors: Vec<Monitored>,
    pub(crate) rows: BTreeMap<RowKey, Row>,
    pub(crate) transactions: BTreeMap<RowKey, Row>,
    pub(crate) failures: BTreeMap<FailureId, FailureCount>,
    pub(crate) failed_transactions: BTreeMap<FailureId, FailureCount>,
    exceptions: BTreeMap<(TaskId, String, String), u64>,
    pub(crate) exemplars: Gallery,
    pub(crate) tasks: Vec<TaskRow>,
    pub(crate) history: History,
    /// Of the step that the next tick ends.
    step: StepLoad,
    standstills: Standstills,
    pub(crate) marks: Marks,
    pub(crate) keys: Vec<Vec<RowKey>>,
    pub(crate) thread_users: Vec<Vec<u32>>,
    /// For how long each class had users, as ticks saw them.
    pub(crate) present: Vec<Duration>,
    thread_planned: Vec<u32>,
}

pub(crate) type FailureId = (Arc<str>, Arc<str>, FailureKind, Arc<str>);

impl Snapshot {
    /// The state before the first interval, for `threads` executor threads.
    pub fn new(classes: &[Arc<str>], tasks: &[TaskInfo], threads: usize) -> Self {
        let row = |info: &TaskInfo| TaskRow { info: info.clone(), counts: TaskCounts::default() };
        Self {
            elapsed: Duration::ZERO,
            users: classes.iter().map(|class| (Arc::clone(class), 0)).collect(),
            planned_users: 0,
            since: Duration::ZERO,
            peak_users: 0,
            peak_planned_users: 0,
            cut_requests: 0,
            cut: Waited::default(),
            cut_with: BTreeMap::new(),
            failed_elsewhere: 0,
            cut_transactions: 0,
            sent_requests: 0,
            after_end: 0,
            planned_time: Duration::ZERO,
            missed_time: Duration::ZERO,
            held: Held::default(),
            spent: 0,
            sending: None,
            paused: Duration::ZERO,
            steered: 0,
            unmet: Vec::new(),
            aborted: None,
            lateness: Lateness::default(),
            arrivals: None,
            thread_open: vec![0; threads],
            generator: Generator::new(threads),
            watched: Vec::new(),
            monitors: Vec::new(),
            rows: BTreeMap::new(),
            transactions: BTreeMap::new(),
            failures: BTreeMap::new(),
            failed_transactions: BTreeMap::new(),
            exceptions: BTreeMap::new(),
            exemplars: Gallery::default(),
            tasks: tasks.iter().map(row).collect(),
            history: History::default(),
            step: StepLoad::default(),
            standstills: Standstills::default(),
            marks: Marks::default(),
            keys: vec![Vec::new(); threads],
            thread_users: vec![Vec::new(); threads],
            present: vec![Duration::ZERO; classes.len()],
            thread_planned: vec![0; threads],
        }
    }

    /// Adds what `thread` measured. Every interval of a thread must come, in order.
    pub fn absorb(&mut self, thread: usize, interval: &Interval) {
        self.keys[thread].extend(interval.new_keys.iter().cloned());
        self.absorb_rows(thread, interval);
        for ((row, kind, text), count) in &interval.failures.0 {
            let key = &self.keys[thread][row.index()];
            let id = (Arc::clone(&key.name), Arc::clone(&key.method), *kind, Arc::clone(text));
            let (rows, failures) = match key.kind {
                RowKind::Request => (&mut self.rows, &mut self.failures),
                RowKind::Transaction => (&mut self.transactions, &mut self.failed_transactions),
            };
            if let Some(row) = rows.get_mut(key) {
                row.note_failures(*kind, count.count);
            }
            absorb_failure(failures, id, *count);
        }
        for (id, count) in &interval.exceptions {
            if self.exceptions.len() < MOST_EXCEPTION_ROWS || self.exceptions.contains_key(id) {
                *self.exceptions.entry(id.clone()).or_insert(0) += count;
            } else {
                let other = (id.0, "(other exceptions)".to_owned(), String::new());
                *self.exceptions.entry(other).or_insert(0) += count;
            }
        }
        self.exemplars.absorb(&interval.exemplars);
        for (row, counts) in self.tasks.iter_mut().zip(&interval.tasks) {
            row.counts += *counts;
        }
        self.cut_requests += interval.cut_requests;
        for (index, (row, waited_ns)) in interval.cut.iter().enumerate() {
            let key = &self.keys[thread][row.index()];
            self.cut.note(key, *waited_ns);
            if key.kind == RowKind::Request {
                let by_end = usize::from(index >= interval.cut_with_users);
                self.cut_with.entry(key.clone()).or_default()[by_end].record(*waited_ns);
            }
        }
        self.cut_transactions += interval.cut_transactions;
        self.sent_requests += interval.sent_requests;
        self.after_end += interval.after_end;
        self.planned_time += interval.planned_time;
        self.missed_time += interval.missed_time;
        self.held.add(interval.held);
        self.spent += interval.spent;
        self.thread_open[thread] = interval.open_requests;
        self.lateness.add(&interval.lateness);
        if let Some(arrivals) = interval.arrivals {
            *self.arrivals.get_or_insert_default() += arrivals;
            self.step.planned_starts += arrivals.planned;
            self.step.starts += arrivals.started;
        }
        self.step.late = self.step.late.max(interval.beats.late.max().unwrap_or_default());
        self.generator.absorb(thread, &interval.beats, interval.usage);
        self.thread_users[thread].clone_from(&interval.users);
        self.thread_planned[thread] = interval.planned_users;
    }

    fn absorb_rows(&mut self, thread: usize, interval: &Interval) {
        for (index, key) in self.keys[thread].iter().enumerate() {
            let rows = match key.kind {
                RowKind::Request => &mut self.rows,
                RowKind::Transaction => &mut self.transactions,
            };
            let row = interval.rows.get(index);
            let ended = row.filter(|row| row.requests() > 0 || row.forgotten);
            let total = match rows.get_mut(key) {
                Some(total) => total,
                // A row is shown once one of its requests has ended.
                None if ended.is_none() => continue,
                None => rows.entry(key.clone()).or_insert_with(|| Row::new(key.clone())),
            };
            if let Some(row) = ended {
                total.totals.add(row);
                total.recent.note(row);
            }
            // What was asked counts also in a second in which no answer came.
            total.variety.add(interval.variety.get(index).copied().unwrap_or_default());
        }
    }

    /// Ends a tick at `elapsed`: all threads have been absorbed, users and current rates follow.
    pub fn tick(&mut self, elapsed: Duration) {
        // What came between two ticks is counted in the second in which its middle lies.
        let second = (self.elapsed.saturating_add(elapsed) / 2).as_secs();
        let before = std::mem::replace(&mut self.elapsed, elapsed);
        let mut entries = Vec::new();
        for row in self.rows.values_mut().chain(self.transactions.values_mut()) {
            let entry = row.recent.close(elapsed);
            row.timeline.note(second, entry.requests(), entry.failures());
            if CHECKED && entry.requests() > 0 {
                entries.push((self.history.number(&row.key), entry));
            }
        }
        for (index, (_, count)) in self.users.iter_mut().enumerate() {
            *count = self.thread_users.iter().filter_map(|users| users.get(index)).sum();
            if *count > 0 {
                self.present[index] += elapsed.saturating_sub(before);
            }
        }
        self.planned_users = self.thread_planned.iter().sum();
        self.peak_users = self.peak_users.max(self.user_count());
        self.peak_planned_users = self.peak_planned_users.max(self.planned_users);
        let present = (self.user_count(), self.open_requests());
        self.standstills.note((before, elapsed), !entries.is_empty(), present);
        let step = StepLoad {
            users: self.user_count(),
            planned_users: self.planned_users,
            ..std::mem::take(&mut self.step)
        };
        self.history.push((self.since, elapsed), step, entries);
        self.cut.tick(self.history.steps().last().map_or(0, |step| step.phase));
    }

    /// Says how the run is divided by plan, before its first tick.
    pub fn plan_phases(&mut self, phases: Vec<RunPhase>) {
        self.history.plan(phases);
    }

    /// The run step by step, and its phases.
    pub fn history(&self) -> &History {
        &self.history
    }

    /// Everything that was watched, the local processes of [`watched`](Self::watched) first.
    pub fn all_monitored(&self) -> Vec<Monitored> {
        let processes = self.watched.iter().map(Watched::as_monitored);
        processes.chain(self.monitors.iter().cloned()).collect()
    }

    /// Times of three seconds and more in which requests were open and not one ended, at most the
    /// hundred longest.
    pub fn standstills(&self) -> impl Iterator<Item = &Standstill> {
        self.standstills.all()
    }

    /// Notes that something of the planned load cannot be, as a sentence.
    pub fn note_unmet(&mut self, text: String) {
        if self.unmet.len() < MOST_UNMET && !self.unmet.contains(&text) {
            self.unmet.push(text);
        }
    }

    /// Notes what happened at one moment. Marks stay when the statistics begin anew.
    pub fn mark(&mut self, mark: Mark) {
        self.marks.add(mark);
    }

    /// What happened at which moment, in the order in which it came.
    pub fn marks(&self) -> &[Mark] {
        self.marks.kept()
    }

    /// How many more marks there were than are kept (at most 100 of a kind).
    pub fn marks_left_out(&self) -> u64 {
        self.marks.left_out()
    }

    /// For how long the statistics have been counted in a phase (by its index): from its beginning
    /// to its end, as far as the run has come. What rates over a phase divide by.
    pub fn measured_in(&self, phase: usize) -> Duration {
        let Some(planned) = self.history.phases().get(phase) else { return Duration::ZERO };
        let now = self.sending.unwrap_or(self.elapsed);
        let until = planned.until.map_or(now, |until| until.min(now));
        until.saturating_sub(planned.from.max(self.since))
    }

    /// Begins the statistics anew at `elapsed`: rows and tasks stay, with nothing counted; failure
    /// texts and exceptions go.
    pub fn reset(&mut self, elapsed: Duration) {
        for row in self.rows.values_mut().chain(self.transactions.values_mut()) {
            *row = Row::new(row.key.clone());
        }
        self.tasks.iter_mut().for_each(|row| row.counts = TaskCounts::default());
        self.failures.clear();
        self.failed_transactions.clear();
        self.exemplars.clear();
        self.exceptions.clear();
        (self.cut_requests, self.cut_transactions) = (0, 0);
        self.cut = Waited::default();
        self.cut_with.clear();
        (self.sent_requests, self.after_end) = (0, 0);
        (self.planned_time, self.missed_time) = (Duration::ZERO, Duration::ZERO);
        self.held = Held::default();
        self.arrivals = self.arrivals.map(|_| ArrivalCounts::default());
        self.lateness.clear();
        self.generator.reset();
        self.history.clear();
        self.step = StepLoad::default();
        self.standstills = Standstills::default();
        self.present.fill(Duration::ZERO);
        self.peak_users = self.user_count();
        self.peak_planned_users = self.planned_users;
        self.since = elapsed;
    }

    /// For how long the statistics have been counted: what rates over the whole run divide by. In
    /// the open model answers may come later than the last request, and they are no reason for a
    /// lower rate.
    pub fn measured(&self) -> Duration {
        self.sending.unwrap_or(self.elapsed).saturating_sub(self.since)
    }

    /// What became of the starts of an open model (`--arrival-rate`); `None` in a closed one.
    pub fn arrivals(&self) -> Option<&ArrivalCounts> {
        self.arrivals.as_ref()
    }

    /// How long after their schedule tasks began, of those that have one.
    pub fn lateness(&self) -> &Lateness {
        &self.lateness
    }

    /// What is not accounted for, as a sentence with the numbers; to be asked at the end of a run.
    /// Every request begun and every start planned must have exactly one fate.
    pub fn unaccounted(&self) -> Option<String> {
        let (sent, cut, open) = (self.sent_requests, self.cut_requests, self.open_requests());
        let done = self.requests();
        if sent != done + cut + open {
            return Some(format!(
                "{sent} requests were begun, but {done} ended, {cut} were cut and {open} were \
                 under way at the very end"
            ));
        }
        let arrivals = self.arrivals.filter(|arrivals| arrivals.planned != arrivals.settled())?;
        Some(format!(
            "{} task starts were planned, but {} are accounted for ({arrivals})",
            arrivals.planned,
            arrivals.settled()
        ))
    }

    /// This run as if every start under way came to its end now: for a verdict before the end, at
    /// which they are waited for.
    pub fn settled(&self) -> Cow<'_, Self> {
        match self.arrivals {
            Some(arrivals) if arrivals.under_way() > 0 => {
                let completed = arrivals.completed + arrivals.under_way();
                let arrivals = Some(ArrivalCounts { completed, ..arrivals });
                Cow::Owned(Self { arrivals, ..self.clone() })
            }
            _ => Cow::Borrowed(self),
        }
    }

    /// Requests that have begun and not ended.
    pub fn open_requests(&self) -> u64 {
        self.thread_open.iter().sum()
    }

    /// Users running now.
    pub fn user_count(&self) -> u32 {
        self.users.iter().map(|(_, count)| count).sum()
    }
}

fn absorb_failure(
    failures: &mut BTreeMap<FailureId, FailureCount>,
    mut id: FailureId,
    seen: FailureCount,
) {
    if failures.len() >= MOST_FAILURE_ROWS && !failures.contains_key(&id) {
        id.3 = OTHER_FAILURES.into();
    }
    let total = failures.entry(id).or_insert(FailureCount { count: 0, ..seen });
    total.count += seen.count;
    total.first_ns = total.first_ns.min(seen.first_ns);
    total.last_ns = total.last_ns.max(seen.last_ns);
}
