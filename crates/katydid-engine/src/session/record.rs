//! The one place where a request is counted, finished or cut: statistics, open transaction, hooks.

use std::rc::Rc;

use katydid_core::{CHECKED, Outcome, RowId, Sample};

use super::tally::Tally;
use super::transaction::Scope;
use super::user_session::Session;
use crate::error::RequestFailed;
use crate::hooks::{Answered, Told};
use crate::run::SharedRecorder;

/// Where a request is going to be counted.
pub(crate) struct Record {
    recorder: SharedRecorder,
    row: RowId,
    scope: Option<Rc<Scope>>,
    told: Option<Box<Told>>,
    /// It will be tried again, so the transaction it is in has not failed by it.
    retried: bool,
    tally: Rc<Tally>,
    closed: bool,
}

impl Record {
    /// A request that begins now, of `session`.
    pub(super) fn new(session: &Session, row: RowId, told: Option<Box<Told>>) -> Self {
        let recorder = Rc::clone(&session.setup.recorder);
        let (scope, tally) = (session.scope.clone(), Rc::clone(&session.tally));
        {
            let mut recorder = recorder.borrow_mut();
            recorder.request_begins();
            if CHECKED {
                tally.sent(recorder.resets());
            }
        }
        Self { recorder, row, scope, told, retried: false, tally, closed: false }
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
                self.tally.recorded(recorder.resets());
            }
        }
        match failed {
            None => self.recorder.borrow_mut().success(self.row, sample),
            Some(failed) => {
                sample.outcome = Outcome::Failure;
                let mut recorder = self.recorder.borrow_mut();
                recorder.failure(self.row, sample, failed.kind, &failed.text);
            }
        }
        if let Some(scope) = self.scope.take() {
            scope.note(sample, failed.filter(|_| !self.retried), self.row);
        }
        if let Some(told) = self.told.take() {
            told.tell(sample, failed, answer, &self.recorder);
        }
    }
}

impl Drop for Record {
    /// Counts a request that was given up before its end: its user had to stop.
    fn drop(&mut self) {
        if !self.closed {
            let mut recorder = self.recorder.borrow_mut();
            recorder.request_ends();
            recorder.cut_request();
            if CHECKED {
                self.tally.recorded(recorder.resets());
            }
        }
    }
}
