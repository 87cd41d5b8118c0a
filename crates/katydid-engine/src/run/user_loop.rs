//! The life of one simulated user.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use katydid_core::{TaskCounts, TaskId};
use rand::SeedableRng as _;
use rand_xoshiro::Xoshiro256PlusPlus;

use super::arrivals::{Fate, Turn};
use super::course::{Course, Part, Place};
use super::newcomers::Newcomer;
use super::panics;
use super::phase::{Phase, PhaseCell};
use super::quota::{Quota, Ticket};
use super::standby::Standby;
use crate::error::TaskError;
use crate::session::{Session, SessionSetup};
use crate::task::{Hook, TaskFn};
use crate::user::{NewUser, UserClass};

mod attend;
mod rehearse;
mod rest;

pub(crate) use rehearse::rehearse_user;

/// The pause before a failed `on_start` is tried again, and in place of a wait that panics.
const RETRY: Duration = Duration::from_secs(1);

/// What a user needs of its thread.
pub(crate) struct UserContext {
    pub(crate) setup: SessionSetup,
    /// Fixes choices and waits; the session's seed fixes the data.
    pub(crate) schedule_seed: u64,
    pub(crate) phase: Rc<PhaseCell>,
    /// The thread's share of a limited number of task executions.
    pub(crate) quota: Option<Rc<Quota>>,
    /// Kept until its first task has ended; `None` where nobody asks.
    pub(crate) newcomer: Option<Newcomer>,
    /// Whether the run is paused.
    pub(crate) standby: Rc<Standby>,
    /// Its place in the open model; `None` in the closed one.
    pub(crate) turn: Option<Rc<Turn>>,
}

/// How the user goes on after a task.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Stay { wait: bool },
    LeaveFlow { wait: bool },
    StopUser,
}

impl Next {
    fn of(error: &TaskError) -> Self {
        match error {
            TaskError::Request(_) | TaskError::Exception(_) => Self::Stay { wait: true },
            TaskError::SkipWait => Self::Stay { wait: false },
            TaskError::LeaveFlow => Self::LeaveFlow { wait: true },
            TaskError::LeaveFlowNow => Self::LeaveFlow { wait: false },
            TaskError::StopUser => Self::StopUser,
        }
    }
}

/// Runs a user from `on_start` to `on_stop`.
pub(crate) async fn run_user<S: 'static>(
    class: Arc<UserClass<S>>,
    course: Arc<Course<S>>,
    mut context: UserContext,
) {
    context.phase.register().await;
    let turn = context.turn.take();
    let Ok(mut life) = Life::born(class, course, context).await else { return };
    let lived = match turn {
        Some(turn) => life.attend(&turn).await,
        None => {
            let started = life.come().await.is_some() && life.start().await;
            if started {
                life.work().await;
            }
            started
        }
    };
    if lived && let Some(on_stop) = life.class.on_stop {
        life.hook(on_stop, Phase::Cut).await;
    }
}

/// A user at work.
struct Life<S> {
    class: Arc<UserClass<S>>,
    course: Arc<Course<S>>,
    state: S,
    session: Session,
    phase: Rc<PhaseCell>,
    quota: Option<Rc<Quota>>,
    newcomer: Option<Newcomer>,
    standby: Rc<Standby>,
    rng: Xoshiro256PlusPlus,
    /// Where it stands in the class and in each flow that it is in, the innermost last.
    places: Vec<Place>,
    /// The number of the class's first task.
    first_task: u32,
    /// When the last wait was over, and by how much that was after the schedule.
    started_ns: u64,
    late_ns: u64,
    /// What became of the last task.
    fate: Fate,
}

impl<S: 'static> Life<S> {
    /// A user with its state; a panic of the code that makes it is counted.
    async fn born(
        class: Arc<UserClass<S>>,
        course: Arc<Course<S>>,
        context: UserContext,
    ) -> Result<Self, panics::Panic> {
        let (index, seat) = (context.setup.index, context.setup.seat);
        let new = NewUser { index, seat, shared: &context.setup.shared };
        let state = match panics::catch(async { (class.make)(&new) }).await {
            Ok(state) => state,
            Err(panic) => {
                let text = format!("making the user's state: {}", panic.message);
                context.setup.exception(None, &text, &panic.place);
                return Err(panic);
            }
        };
        Ok(Self {
            rng: Xoshiro256PlusPlus::seed_from_u64(context.schedule_seed),
            places: vec![course.begin(0)],
            first_task: context.setup.first_task.0,
            started_ns: 0,
            late_ns: 0,
            fate: Fate::Completed,
            session: Session::new(context.setup),
            phase: context.phase,
            quota: context.quota,
            newcomer: context.newcomer,
            standby: context.standby,
            state,
            class,
            course,
        })
    }

    /// Runs `on_start` until it succeeds. `false`: the run or the user ended before.
    async fn start(&mut self) -> bool {
        let Some(on_start) = self.class.on_start else { return true };
        loop {
            match self.hook(on_start, Phase::Stopping).await {
                Some(Ok(())) => return true,
                Some(Err(TaskError::StopUser)) | None => return false,
                Some(Err(_)) => {}
            }
            if self.pause(RETRY).await.is_none() || self.stand_by().await.is_none() {
                return false;
            }
        }
    }

    /// Task after task until the run ends; then out of every flow.
    async fn work(&mut self) {
        self.started_ns = self.session.setup.clock.now_ns();
        while self.phase.get() == Phase::Running {
            let place = self.place();
            let (next, flow) = match self.course.part(&place, &mut self.rng) {
                Part::Task(task) => (self.execute(task).await, place.flow),
                Part::Flow(flow) => match self.enter(flow).await {
                    Some(refused) => (refused, place.flow),
                    None => continue,
                },
            };
            let wait = match next {
                Next::Stay { wait } | Next::LeaveFlow { wait } => wait,
                Next::StopUser => break,
            };
            self.go_on(matches!(next, Next::LeaveFlow { .. })).await;
            let wait = wait.then(|| self.course.stage(flow).wait);
            if self.rest(wait).await.is_none() || self.stand_by().await.is_none() {
                break;
            }
        }
        self.leave_all().await;
    }

    async fn leave_all(&mut self) {
        while self.places.len() > 1 {
            self.leave().await;
        }
    }

    fn place(&self) -> Place {
        *self.places.last().expect("the class itself is never left")
    }

    /// Enters a flow, or says how to go on without it.
    async fn enter(&mut self, flow: usize) -> Option<Next> {
        if let Some(on_start) = self.course.stage(flow).on_start {
            match self.hook(on_start, Phase::Stopping).await {
                Some(Ok(())) => {}
                Some(Err(error)) => {
                    return Some(match Next::of(&error) {
                        // It is not in the flow yet.
                        Next::LeaveFlow { wait } => Next::Stay { wait },
                        next => next,
                    });
                }
                None => return Some(Next::Stay { wait: true }),
            }
        }
        self.places.push(self.course.begin(flow));
        None
    }

    /// Behind a task: to the next one of the flow, and out of every flow whose round is done.
    async fn go_on(&mut self, mut leave: bool) {
        while let [_, .., place] = &mut *self.places {
            if !std::mem::take(&mut leave) && self.course.advance(place, &mut self.rng) {
                return;
            }
            self.leave().await;
        }
    }

    async fn leave(&mut self) {
        let place = self.places.pop().expect("only called in a flow");
        if let Some(on_stop) = self.course.stage(place.flow).on_stop {
            self.hook(on_stop, Phase::Cut).await;
        }
    }

    /// Runs one task and counts it with the requests it made.
    async fn execute(&mut self, task: usize) -> Next {
        let Some(ticket) = self.ticket().await else { return Next::Stay { wait: true } };
        let id = TaskId(self.first_task + task as u32);
        let task = self.course.task(task);
        let (run, late_ns) = (task.run, std::mem::take(&mut self.late_ns));
        self.session.begin_task(&task.tags, late_ns, Some(id));
        let done = self.call(run, Phase::Stopping).await;
        self.fate = Fate::of(done.as_ref());
        let resets = self.session.setup.recorder.borrow().resets();
        let (requests, counts_at_all) = self.session.work.tally.end(resets);
        let mut counts = TaskCounts { requests, ..TaskCounts::default() };
        let next = match &done {
            None => {
                counts.cut = 1;
                Next::Stay { wait: true }
            }
            Some(result) => {
                counts.executions = u64::from(counts_at_all);
                ticket.into_iter().for_each(Ticket::used);
                self.judge(result, id, &mut counts)
            }
        };
        self.session.setup.recorder.borrow_mut().task(id, counts);
        self.newcomer = None;
        next
    }

    /// The right to execute a task, if their number is limited. `None`: the run or the user ended
    /// before there was one.
    async fn ticket(&self) -> Option<Option<Ticket>> {
        match &self.quota {
            None => Some(None),
            Some(quota) => self.phase.while_at_most(Phase::Running, quota.take()).await.map(Some),
        }
    }

    fn judge(
        &self,
        result: &Result<Result<(), TaskError>, panics::Panic>,
        id: TaskId,
        counts: &mut TaskCounts,
    ) -> Next {
        let mut exception = |message: &str, place: &str| {
            counts.exceptions = 1;
            self.session.setup.exception(Some(id), message, place);
        };
        match result {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                if let TaskError::Exception(error) = error {
                    exception(&error.to_string(), "");
                }
                let next = Next::of(error);
                counts.left = u64::from(!matches!(next, Next::Stay { .. }));
                return next;
            }
            Err(panic) => exception(&panic.message, &panic.place),
        }
        Next::Stay { wait: true }
    }

    /// Runs a hook outside any task.
    async fn hook(&mut self, hook: Hook<S>, most: Phase) -> Option<Result<(), TaskError>> {
        self.session.begin_task(&Arc::from([]), 0, None);
        let done = self.call(hook, most).await?;
        Some(match done {
            Ok(Err(TaskError::Exception(error))) => {
                self.exception_outside("on_start/on_stop", &error.to_string(), "");
                Err(TaskError::Exception(error))
            }
            Ok(result) => result,
            Err(panic) => {
                self.exception_outside("on_start/on_stop", &panic.message, &panic.place);
                Err(TaskError::exception(panic.message))
            }
        })
    }

    /// Counts an exception outside any task at the class's first one, with the place as its text.
    fn exception_outside(&self, during: &str, message: &str, place: &str) {
        let text = format!("{during}: {message}");
        self.session.setup.exception(None, &text, place);
    }

    /// Calls the suite's code; `None` when the run cut it.
    async fn call(
        &mut self,
        code: TaskFn<S>,
        most: Phase,
    ) -> Option<Result<Result<(), TaskError>, panics::Panic>> {
        let phase = Rc::clone(&self.phase);
        let (state, session) = (&mut self.state, &mut self.session);
        // The call itself is the suite's code too, hence inside.
        let work = panics::catch(async move { code(state, session).await });
        phase.while_at_most(most, work).await
    }
}

#[cfg(test)]
mod tests;
