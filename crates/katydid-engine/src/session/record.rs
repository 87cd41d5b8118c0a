//! The one place where a finished request is counted: statistics, open transaction, hooks.

use std::rc::Rc;

use katydid_core::{Outcome, RowId, Sample};

use super::transaction::Scope;
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
}

impl Record {
    pub(super) fn new(
        recorder: SharedRecorder,
        row: RowId,
        scope: Option<Rc<Scope>>,
        told: Option<Box<Told>>,
    ) -> Self {
        Self { recorder, row, scope, told, retried: false }
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
