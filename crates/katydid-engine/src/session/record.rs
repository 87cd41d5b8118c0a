//! The one place where a request is counted, finished or cut: statistics, open transaction, hooks.

use std::rc::Rc;

use katydid_core::{CHECKED, Outcome, Rank, RowId, Sample};

use super::asked::Asked;
use super::cached::is_from_a_cache;
use super::meter::Clock;
use super::transaction::Scope;
use super::work::Work;
use crate::error::RequestFailed;
use crate::hooks::{Answered, Told};
use crate::run::SharedRecorder;

/// Where a target says what its time went into.
pub(super) const SERVER_TIMING: &str = "server-timing";

/// Where a request is going to be counted.
pub(crate) struct Record {
    recorder: SharedRecorder,
    row: RowId,
    scope: Option<Rc<Scope>>,
    told: Option<Box<Told>>,
    /// What was sent, once that is over.
    asked: Option<Asked>,
    /// It will be tried again, so the transaction it is in has not failed by it.
    retried: bool,
    work: Rc<Work>,
    /// When it was due, if the time that it takes is the target's.
    due: Option<(Clock, u64)>,
    closed: bool,
}

impl Record {
    /// A request that begins now, of a user who is at `work`.
    pub(super) fn new(
        recorder: &SharedRecorder,
        work: &Rc<Work>,
        row: RowId,
        told: Option<Box<Told>>,
    ) -> Self {
        let recorder = Rc::clone(recorder);
        let (scope, work) = (work.scope(), Rc::clone(work));
        {
            let mut recorder = recorder.borrow_mut();
            recorder.request_begins();
            if CHECKED {
                work.tally.sent(recorder.resets());
            }
        }
        let (asked, due) = (None, None);
        Self { recorder, row, scope, told, asked, retried: false, work, due, closed: false }
    }

    /// Counts it in another row than the one that it began for.
    pub(super) fn set_row(&mut self, row: RowId) {
        self.row = row;
    }

    /// A text of the answer without secrets.
    pub(super) fn masked(&self, text: &str) -> String {
        self.recorder.borrow().mask().text(text).into_owned()
    }

    /// Notes what was sent.
    pub(super) fn asked(&mut self, asked: Asked) {
        self.asked = Some(asked);
    }

    /// Says when it was due: should it be cut off, that tells how long it had waited. What users
    /// begin after the end of the run, all at one time, says nothing.
    pub(super) fn set_due(&mut self, clock: Clock, due_ns: u64) {
        if !self.recorder.borrow().has_ended() {
            self.due = Some((clock, due_ns));
        }
    }

    /// Says that another attempt follows.
    pub(super) fn set_retried(&mut self) {
        self.retried = true;
    }

    /// Counts the request. To be called once.
    pub(super) fn close(
        &mut self,
        sample: &mut Sample,
        failed: Option<&RequestFailed>,
        answer: Option<Answered<'_>>,
    ) {
        self.closed = true;
        {
            let mut recorder = self.recorder.borrow_mut();
            recorder.request_ends();
            if CHECKED {
                self.work.tally.recorded(recorder.resets());
            }
        }
        if let Some(headers) = answer.and_then(|answer| answer.headers) {
            sample.cached = is_from_a_cache(headers);
            if headers.may_have(SERVER_TIMING) {
                let values = headers.get_all(SERVER_TIMING);
                self.recorder.borrow_mut().server_timings(self.row, values);
            }
        }
        match failed {
            None => {
                let mut recorder = self.recorder.borrow_mut();
                recorder.success(self.row, sample);
                if recorder.wants_slow(self.row, sample.response_ns()) {
                    drop(recorder);
                    self.keep_slow(sample, answer);
                }
            }
            Some(failed) => {
                sample.outcome = Outcome::Failure;
                let mut recorder = self.recorder.borrow_mut();
                recorder.failure(self.row, sample, failed.kind, &failed.text);
                drop(recorder);
                self.keep_failure(sample, failed, answer);
            }
        }
        if let Some(scope) = self.scope.take() {
            scope.note(sample, failed.filter(|_| !self.retried), self.row);
        }
        if let Some(told) = self.told.take() {
            told.tell(sample, failed, answer, &self.recorder);
        }
    }

    /// Keeps a success that was slow enough.
    #[cold]
    fn keep_slow(&self, sample: &Sample, answer: Option<Answered<'_>>) {
        let Some(asked) = &self.asked else { return };
        let mut recorder = self.recorder.borrow_mut();
        let (key, mask) = (recorder.key(self.row), recorder.mask());
        let exemplar = asked.exemplar(key, mask, sample, None, answer);
        recorder.keep(self.row, Rank::SLOW, exemplar);
    }

    /// Keeps a failure or logs it, if one of the two wants it.
    #[cold]
    fn keep_failure(&self, sample: &Sample, failed: &RequestFailed, answer: Option<Answered<'_>>) {
        let Some(asked) = &self.asked else { return };
        let mut recorder = self.recorder.borrow_mut();
        let rank = recorder.wants_failure(self.row, failed.kind);
        let log = asked.log().filter(|log| log.admits(sample.last_byte_ns));
        if rank.is_none() && log.is_none() {
            return;
        }
        let (key, mask) = (recorder.key(self.row), recorder.mask());
        let exemplar = asked.exemplar(key, mask, sample, Some(failed), answer);
        if let Some(log) = log {
            log.tell(exemplar.clone());
        }
        if let Some(rank) = rank {
            recorder.keep(self.row, rank, exemplar);
        }
    }
}

impl Drop for Record {
    /// Counts a request that was given up before its end: its user had to stop.
    fn drop(&mut self) {
        if !self.closed {
            let mut recorder = self.recorder.borrow_mut();
            recorder.request_ends();
            let waited = self.due.map(|(clock, due_ns)| clock.now_ns().saturating_sub(due_ns));
            recorder.cut_request(self.row, waited);
            if CHECKED {
                self.work.tally.recorded(recorder.resets());
            }
        }
    }
}
