//! The life of a user in the open model: one task whenever it is given one.

use std::rc::Rc;

use katydid_core::FailureKind;

use super::{Life, Next};
use crate::error::TaskError;
use crate::run::arrivals::{Fate, Turn};
use crate::run::course::Part;
use crate::run::panics::Panic;
use crate::run::phase::Phase;

impl Fate {
    /// From how the code of a task ended; `None` when the run cut it.
    pub(super) fn of(done: Option<&Result<Result<(), TaskError>, Panic>>) -> Self {
        match done {
            None => Self::Cut,
            Some(Ok(Err(TaskError::Request(failed)))) => match failed.kind() {
                FailureKind::Timeout => Self::TimedOut,
                _ => Self::Failed,
            },
            Some(Ok(Err(TaskError::Exception(_))) | Err(_)) => Self::Failed,
            Some(Ok(_)) => Self::Completed,
        }
    }
}

impl<S: 'static> Life<S> {
    /// `on_start`, then a task for each start that the user is given, then out of every flow.
    /// `false`: it could not start, and the start it came for has failed with it.
    pub(super) async fn attend(&mut self, turn: &Rc<Turn>) -> bool {
        let mut given = turn.given();
        // What on_start takes is the target's time and not the generator's.
        let mut ready = self.class.on_start.is_none();
        if let Some(on_start) = self.class.on_start
            && !matches!(self.hook(on_start, Phase::Stopping).await, Some(Ok(())))
        {
            return false;
        }
        while let Some(due_ns) = given {
            let next = self.step(due_ns, ready && !turn.was_queued()).await;
            if next != Next::StopUser {
                self.go_on(matches!(next, Next::LeaveFlow { .. })).await;
            }
            turn.over(self.fate, next != Next::StopUser);
            if next == Next::StopUser {
                break;
            }
            // A task that never waits would else keep the thread.
            tokio::task::coop::consume_budget().await;
            given = self.idle(turn.next()).await.or_else(|| turn.given());
            ready = true;
        }
        self.leave_all().await;
        true
    }

    /// One task, and the flows that must be entered for it. It is late by what has passed since
    /// `due_ns`, and the generator's `own` fault is that unless something else came before.
    async fn step(&mut self, due_ns: u64, mut own: bool) -> Next {
        loop {
            let place = self.place();
            match self.course.part(&place, &mut self.rng) {
                Part::Task(task) => {
                    self.late_ns = self.session.setup.clock.now_ns().saturating_sub(due_ns);
                    self.session.setup.recorder.borrow_mut().lateness(self.late_ns, own);
                    return self.execute(task).await;
                }
                Part::Flow(flow) => {
                    own &= self.course.stage(flow).on_start.is_none();
                    if let Some(refused) = self.enter(flow).await {
                        let cut = self.phase.get() == Phase::Cut;
                        self.fate = if cut { Fate::Cut } else { Fate::Failed };
                        return refused;
                    }
                }
            }
        }
    }
}
