//! The life of one simulated user.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use katydid_core::{Picker, TaskCounts, TaskId};
use rand::SeedableRng as _;
use rand_xoshiro::Xoshiro256PlusPlus;

use super::panics;
use super::phase::{Phase, PhaseCell};
use crate::error::TaskError;
use crate::flow::{Flow, Hook, Task, TaskFn};
use crate::session::{Session, SessionSetup};
use crate::user::{Entry, NewUser, UserClass};

/// The pause before a failed `on_start` is tried again, and in place of a wait that panics.
const RETRY: Duration = Duration::from_secs(1);

/// What a user needs of its thread.
pub(crate) struct UserContext {
    pub(crate) setup: SessionSetup,
    /// Fixes choices and waits; the session's seed fixes the data.
    pub(crate) schedule_seed: u64,
    pub(crate) phase: Rc<PhaseCell>,
}

/// How the loop goes on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Continue,
    LeaveFlow,
    StopUser,
}

/// Runs a user from `on_start` to `on_stop`.
pub(crate) async fn run_user<S: 'static>(class: Arc<UserClass<S>>, context: UserContext) {
    context.phase.register().await;
    let new = NewUser { index: context.setup.index, shared: &context.setup.shared };
    let state = match panics::catch(async { (class.make)(&new) }).await {
        Ok(state) => state,
        Err(panic) => {
            let text = format!("making the user's state: {}", panic.message);
            context.setup.exception(None, &text, &panic.place);
            return;
        }
    };
    let mut life = Life {
        rng: Xoshiro256PlusPlus::seed_from_u64(context.schedule_seed),
        entries: Picker::new(class.entries.iter().map(Entry::weight)).expect("checked before"),
        tasks: class.entries.iter().map(|entry| inner_picker(entry)).collect(),
        first_ids: first_ids(&class.entries, context.setup.first_task.0),
        started_ns: 0,
        late_ns: 0,
        session: Session::new(context.setup),
        phase: context.phase,
        state,
        class,
    };
    if life.start().await {
        life.work().await;
        if let Some(on_stop) = life.class.on_stop {
            life.hook(on_stop, Phase::Cut).await;
        }
    }
}

fn inner_picker<S>(entry: &Entry<S>) -> Option<Picker> {
    match entry {
        Entry::Task(_) => None,
        Entry::Flow { flow, .. } => Picker::new(flow.tasks.iter().map(|task| task.weight)),
    }
}

/// The number of the first task of each entry.
fn first_ids<S>(entries: &[Entry<S>], first: u32) -> Vec<u32> {
    let mut next = first;
    let mut ids = Vec::with_capacity(entries.len());
    for entry in entries {
        ids.push(next);
        next += match entry {
            Entry::Task(_) => 1,
            Entry::Flow { flow, .. } => flow.tasks.len() as u32,
        };
    }
    ids
}

/// A user at work.
struct Life<S> {
    class: Arc<UserClass<S>>,
    state: S,
    session: Session,
    phase: Rc<PhaseCell>,
    rng: Xoshiro256PlusPlus,
    entries: Picker,
    tasks: Vec<Option<Picker>>,
    first_ids: Vec<u32>,
    /// When the last wait was over, and by how much that was after the schedule.
    started_ns: u64,
    late_ns: u64,
}

impl<S: 'static> Life<S> {
    /// Runs `on_start` until it succeeds. `false`: the run or the user ended before.
    async fn start(&mut self) -> bool {
        let Some(on_start) = self.class.on_start else { return true };
        loop {
            match self.hook(on_start, Phase::Stopping).await {
                Some(Ok(())) => return true,
                Some(Err(TaskError::StopUser)) | None => return false,
                Some(Err(_)) => {}
            }
            if self.pause(RETRY).await.is_none() {
                return false;
            }
        }
    }

    /// Task after task until the run ends.
    async fn work(&mut self) {
        let class = Arc::clone(&self.class);
        self.started_ns = self.session.setup.clock.now_ns();
        while self.phase.get() == Phase::Running {
            let at = self.entries.pick(&mut self.rng);
            let next = match &class.entries[at] {
                Entry::Task(task) => self.execute(task, self.first_ids[at]).await,
                Entry::Flow { flow, .. } => self.visit(flow, at).await,
            };
            if next == Next::StopUser || self.rest().await.is_none() {
                return;
            }
        }
    }

    /// Enters a flow, runs one task of it (a sticky one: until told to leave), and leaves.
    async fn visit(&mut self, flow: &Flow<S>, at: usize) -> Next {
        if let Some(on_start) = flow.on_start {
            match self.hook(on_start, Phase::Stopping).await {
                Some(Ok(())) => {}
                Some(Err(TaskError::StopUser)) => return Next::StopUser,
                Some(Err(_)) | None => return Next::Continue,
            }
        }
        let picker = self.tasks[at].clone().expect("checked before the run");
        let next = loop {
            let drawn = picker.pick(&mut self.rng);
            let next = self.execute(&flow.tasks[drawn], self.first_ids[at] + drawn as u32).await;
            if next != Next::Continue || !flow.sticky || self.rest().await.is_none() {
                break next;
            }
        };
        if let Some(on_stop) = flow.on_stop {
            self.hook(on_stop, Phase::Cut).await;
        }
        next
    }

    /// Runs one task and counts it with the requests it made.
    async fn execute(&mut self, task: &Task<S>, id: u32) -> Next {
        let late_ns = std::mem::take(&mut self.late_ns);
        self.session.begin_task(&task.tags, late_ns, Some(TaskId(id)));
        let done = self.call(task.run, Phase::Stopping).await;
        let requests = self.session.requests.get();
        let mut counts = TaskCounts { requests, ..TaskCounts::default() };
        let next = match &done {
            None => {
                counts.cut = 1;
                Next::Continue
            }
            Some(result) => {
                counts.executions = 1;
                self.judge(result, TaskId(id), &mut counts)
            }
        };
        self.session.setup.recorder.borrow_mut().task(TaskId(id), counts);
        next
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
            Ok(Ok(()) | Err(TaskError::Request(_))) => Next::Continue,
            Ok(Err(TaskError::LeaveFlow)) => Next::LeaveFlow,
            Ok(Err(TaskError::StopUser)) => Next::StopUser,
            Ok(Err(TaskError::Exception(error))) => {
                exception(&error.to_string(), "");
                Next::Continue
            }
            Err(panic) => {
                exception(&panic.message, &panic.place);
                Next::Continue
            }
        }
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

    /// The wait between two tasks. `None`: the run ended meanwhile.
    async fn rest(&mut self) -> Option<()> {
        let clock = self.session.setup.clock;
        let (wait, started_ns, now_ns) = (self.class.wait, self.started_ns, clock.now_ns());
        let (state, rng) = (&mut self.state, &mut self.rng);
        let next = panics::catch(async { wait.next(state, rng, started_ns, now_ns) }).await;
        let (time, due_ns) = next.unwrap_or_else(|panic| {
            self.exception_outside("wait", &panic.message, &panic.place);
            (RETRY, None)
        });
        match due_ns {
            _ if time.is_zero() => self.let_others().await?,
            Some(due_ns) => {
                let due = tokio::time::sleep_until(clock.at(due_ns));
                self.phase.while_at_most(Phase::Running, due).await?;
            }
            None => self.pause(time).await?,
        }
        self.started_ns = clock.now_ns();
        self.late_ns = due_ns.map_or(0, |due_ns| self.started_ns.saturating_sub(due_ns));
        Some(())
    }

    /// Goes on at once, but gives the thread away now and then: a task that never waits for
    /// anything would else keep it, and neither the other users nor the end of the run had a turn.
    async fn let_others(&self) -> Option<()> {
        tokio::task::coop::consume_budget().await;
        (self.phase.get() == Phase::Running).then_some(())
    }

    async fn pause(&self, time: Duration) -> Option<()> {
        self.phase.while_at_most(Phase::Running, tokio::time::sleep(time)).await
    }
}

#[cfg(test)]
mod tests;
