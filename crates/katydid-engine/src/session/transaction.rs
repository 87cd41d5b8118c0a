//! Transactions: several requests under one timer, with a row of their own.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use katydid_core::{FailureKind, Outcome, RowId, Sample};

use super::meter::Clock;
use super::user_session::Session;
use crate::error::{RequestFailed, TaskError, TaskResult};
use crate::run::SharedRecorder;

/// Why a transaction that sent nothing fails: its 0 ms would only flatter the others.
const EMPTY: &str = "it sent no request";

impl Session {
    /// Runs `work` as a transaction: several requests under one timer, counted in a row of its own
    /// under `name`.
    ///
    /// Its time goes from the moment its first request was due to the last byte of its last one,
    /// the pauses between them included. It fails when one of its requests failed (a
    /// [retried](crate::RequestBuilder::retry) one only if the last attempt did) or when `work`
    /// ends in an error or a panic; [`LeaveFlow`](TaskError::LeaveFlow) and
    /// [`StopUser`](TaskError::StopUser) are no errors. One that ends well and sent nothing fails
    /// too. A transaction that the end of the run cuts is counted as cut.
    ///
    /// The requests are counted in their own rows as ever; transactions are in no total, so the sum
    /// over all rows of requests stays the number of requests sent. Transactions may be nested.
    ///
    /// ```
    /// use katydid_engine::{Session, TaskResult};
    ///
    /// async fn listen(session: &mut Session) -> TaskResult {
    ///     session
    ///         .transaction("listen to an article", async |session| {
    ///             let link = session.post("/synthesize").send().await?.text().into_owned();
    ///             session.get(link).name("/audio").send().await?.expect_status(200)?;
    ///             Ok(())
    ///         })
    ///         .await
    /// }
    /// ```
    ///
    /// # Errors
    /// Those of `work`.
    pub async fn transaction<T>(
        &mut self,
        name: &str,
        work: impl AsyncFnOnce(&mut Self) -> TaskResult<T>,
    ) -> TaskResult<T> {
        let open = Open::begin(self, name);
        let done = work(&mut *open.session).await;
        open.end(done.as_ref().err());
        done
    }
}

/// A transaction at work. Dropped before its end it was cut, or its code panicked.
struct Open<'s> {
    session: &'s mut Session,
    scope: Rc<Scope>,
}

impl<'s> Open<'s> {
    fn begin(session: &'s mut Session, name: &str) -> Self {
        let recorder = Rc::clone(&session.setup.recorder);
        let row = recorder.borrow_mut().transaction(name, &session.tags);
        let after_end = recorder.borrow().has_ended();
        let scope = Rc::new(Scope {
            recorder,
            clock: session.setup.clock,
            began_ns: session.setup.clock.now_ns(),
            after_end,
            row,
            parent: session.work.scope.take(),
            state: Cell::new(State::Open),
            sample: Cell::new(None),
            failure: RefCell::default(),
        });
        drop(session.work.scope.replace(Some(Rc::clone(&scope))));
        Self { session, scope }
    }

    fn end(self, error: Option<&TaskError>) {
        let state = match error {
            None => State::Done,
            Some(
                TaskError::LeaveFlow
                | TaskError::LeaveFlowNow
                | TaskError::SkipWait
                | TaskError::StopUser,
            ) => State::Left,
            Some(TaskError::Request(failed)) => {
                self.scope.fail(|| failed.to_string());
                State::Done
            }
            Some(TaskError::Exception(error)) => {
                self.scope.fail(|| format!("exception: {error}"));
                State::Done
            }
        };
        self.scope.state.set(state);
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        drop(self.session.work.scope.replace(self.scope.parent.clone()));
        if self.scope.state.get() == State::Open && std::thread::panicking() {
            self.scope.fail(|| "its code panicked".to_owned());
            self.scope.state.set(State::Done);
        }
    }
}

/// How far a transaction has come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// At work; what stays so was cut.
    Open,
    /// Its code has ended.
    Done,
    /// Its code left on purpose.
    Left,
}

/// What is known of a transaction. It is counted when the last one lets go of it: an answer that
/// its code returned is judged only later.
pub(crate) struct Scope {
    recorder: SharedRecorder,
    clock: Clock,
    began_ns: u64,
    /// The run had ended when it began, so how long it waits says nothing of the target.
    after_end: bool,
    row: RowId,
    parent: Option<Rc<Scope>>,
    state: Cell<State>,
    /// All its requests as one.
    sample: Cell<Option<Sample>>,
    failure: RefCell<Option<String>>,
}

impl Scope {
    /// Adds a request that was counted, to the transactions around this one too.
    pub(super) fn note(&self, sample: &Sample, failed: Option<&RequestFailed>, row: RowId) {
        self.sample.set(Some(self.sample.get().map_or(*sample, |known| joined(known, sample))));
        if let Some(failed) = failed {
            self.fail(|| {
                let recorder = self.recorder.borrow();
                let key = recorder.key(row);
                format!("{} {}: {}", key.method, key.name, failed.text)
            });
        }
        if let Some(parent) = &self.parent {
            parent.note(sample, failed, row);
        }
    }

    /// A failed transaction that sent nothing took as long as its code.
    fn without_request(&self) -> Sample {
        let (due_ns, now_ns) = (self.began_ns, self.clock.now_ns());
        let (first_byte_ns, last_byte_ns) = (now_ns, now_ns);
        Sample { due_ns, sent_ns: due_ns, first_byte_ns, last_byte_ns, ..Sample::default() }
    }

    /// The first reason is the one that counts.
    fn fail(&self, why: impl FnOnce() -> String) {
        let mut failure = self.failure.borrow_mut();
        if failure.is_none() {
            *failure = Some(why());
        }
    }
}

impl Drop for Scope {
    fn drop(&mut self) {
        let mut recorder = self.recorder.borrow_mut();
        let failure = self.failure.take();
        let sample = self.sample.get();
        let failure = match (self.state.get(), &sample, failure) {
            (State::Open, ..) => {
                let due_ns = sample.map_or(self.began_ns, |sample| sample.due_ns);
                let waited_ns = self.clock.now_ns().saturating_sub(due_ns);
                let waited_ns = (!self.after_end).then_some(waited_ns);
                return recorder.cut_transaction(self.row, waited_ns);
            }
            (State::Left, None, None) => return,
            (State::Done, None, None) => Some(EMPTY.to_owned()),
            (_, _, failure) => failure,
        };
        let outcome = if failure.is_some() { Outcome::Failure } else { Outcome::Success };
        let sample = Sample { outcome, ..sample.unwrap_or_else(|| self.without_request()) };
        match failure {
            None => recorder.success(self.row, &sample),
            Some(text) => recorder.failure(self.row, &sample, FailureKind::Transaction, &text),
        }
    }
}

/// Two samples as one, from the first due moment to the last byte.
fn joined(mut all: Sample, next: &Sample) -> Sample {
    if next.due_ns < all.due_ns {
        (all.due_ns, all.sent_ns, all.first_byte_ns) =
            (next.due_ns, next.sent_ns, next.first_byte_ns);
    }
    all.last_byte_ns = all.last_byte_ns.max(next.last_byte_ns);
    all.phases += next.phases;
    all.bytes += next.bytes;
    all.redirects += next.redirects;
    all.connections += next.connections;
    all.cached &= next.cached;
    all.retry |= next.retry;
    all
}
