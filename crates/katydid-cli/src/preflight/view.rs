//! What a suite can ask and knows of the run when it is asked for checks of its own.

use std::cell::RefCell;
use std::time::Duration;

use katydid_core::{Stages, TaskInfo};
use katydid_engine::{
    BoxError, Class, RehearsedRequest, RehearsedStep, RunSettings, Shared, TaskFn, try_once,
};

use crate::plan;

/// A question that takes longer has no answer.
const LIMIT: Duration = Duration::from_mins(1);

/// A run that is about to begin, for the suite's own checks ([`Suite::preflight`]).
///
/// [`Suite::preflight`]: crate::Suite::preflight
#[derive(Debug)]
pub struct Preflight<'a> {
    pub(super) run: &'a RunSettings,
    pub(super) classes: &'a [Class],
    pub(super) stages: Option<&'a Stages>,
    pub(super) tasks: &'a [TaskInfo],
    pub(super) shared: &'a Shared,
    pub(super) asked: RefCell<Vec<RehearsedRequest>>,
}

impl Preflight<'_> {
    /// The host of the run without a slash at its end; empty when every class names its own.
    pub fn host(&self) -> &str {
        self.run.host.as_deref().unwrap_or_default().trim_end_matches('/')
    }

    /// Users that will be started; in the open model the most tasks at work.
    pub fn users(&self) -> u32 {
        self.run.users
    }

    /// Length of the run, if bounded.
    pub fn run_time(&self) -> Option<Duration> {
        self.run.end()
    }

    /// The tasks that run.
    pub fn tasks(&self) -> &[TaskInfo] {
        self.tasks
    }

    /// What the suite prepared for all users.
    ///
    /// # Panics
    /// When nothing of this type was prepared.
    pub fn shared<T: Send + Sync + 'static>(&self) -> &T {
        self.shared.get()
    }

    /// How often the tasks that are `counted` will run at most: users × time ÷ waits × weights, as
    /// if answers took no time; in the open model, by its rate. `None` where that cannot be known:
    /// a shape of the suite's own, a run without end, a class without a wait.
    pub fn executions(&self, counted: impl Fn(&TaskInfo) -> bool) -> Option<f64> {
        let number = plan::executions(self.classes, self.run, self.stages, &counted)?;
        let all = |most: Option<u64>| most.map_or(f64::INFINITY, |most| most as f64);
        Some(number.min(all(self.run.iterations)).min(all(self.run.max_requests)))
    }

    /// Runs `code` once with a session of its own at the host of the run, and gives back what it
    /// made of `state`, with every request it sent. What fails in it is in the step.
    ///
    /// # Errors
    /// When the run has no host of its own.
    pub fn ask<S: 'static>(
        &self,
        state: S,
        code: TaskFn<S>,
    ) -> Result<(S, RehearsedStep), BoxError> {
        let (state, step) = try_once(self.run, self.shared, LIMIT, state, code)?;
        self.asked.borrow_mut().extend(step.requests.iter().cloned());
        Ok((state, step))
    }
}
