//! Flows: named groups of tasks and of further flows.

use std::fmt;
use std::sync::Arc;

use crate::task::{Hook, Tags, Task, Transitions, first_paragraph, transitions};
use crate::wait::Wait;

/// How a flow chooses what comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FlowOrder {
    /// By weight, each time anew (Locust's TaskSet).
    Weighted,
    /// In the order of definition; weight n runs a task n times in a row (SequentialTaskSet).
    Sequential,
    /// Begins with the first task; what follows is drawn from the task's own transitions
    /// (MarkovTaskSet).
    Markov,
}

/// A named group of tasks, and of flows that are entered as if they were tasks (Locust's TaskSet).
///
/// A user enters a flow, does *one round* of it and leaves again, so that the weights of a class
/// are the mix that is really sent:
///
/// | flow | one round is |
/// | --- | --- |
/// | [weighted](FlowOrder::Weighted), as made | one task, or one round of a flow inside |
/// | [`sequential`](Self::sequential) | every task once (as often as its weight says), in order |
/// | [`markov`](Self::markov) | from the first task until one without transitions has run |
///
/// A [`sticky`](Self::sticky) flow begins the next round instead of being left. A markov flow whose
/// every task has transitions has no end, so it is sticky by nature. Any flow is left early when a
/// task returns [`TaskError::LeaveFlow`](crate::TaskError::LeaveFlow). A task that fails does not
/// end the round.
///
/// ```
/// use katydid_engine::{Flow, Session, Task, TaskResult};
///
/// async fn open(_: &mut (), shop: &mut Session) -> TaskResult {
///     shop.get("/").send().await?;
///     Ok(())
/// }
///
/// let open = || Task::<()>::new("open", |user, shop| Box::pin(open(user, shop)));
/// let looking = Flow::new("Looking").task(open().weight(3));
/// let journey = Flow::new("Journey").sequential().task(open()).flow(2, looking);
/// ```
pub struct Flow<S> {
    pub(crate) name: Arc<str>,
    pub(crate) about: Arc<str>,
    pub(crate) weight: u32,
    pub(crate) tags: Tags,
    pub(crate) next: Transitions,
    pub(crate) order: FlowOrder,
    pub(crate) sticky: bool,
    pub(crate) wait: Option<Wait<S>>,
    pub(crate) on_start: Option<Hook<S>>,
    pub(crate) on_stop: Option<Hook<S>>,
    pub(crate) steps: Vec<Step<S>>,
}

impl<S> Flow<S> {
    /// A weighted flow without tasks.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.into(),
            about: Arc::from(""),
            weight: 1,
            tags: Arc::from([]),
            next: Arc::from([]),
            order: FlowOrder::Weighted,
            sticky: false,
            wait: None,
            on_start: None,
            on_stop: None,
            steps: Vec::new(),
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A description for `--list --verbose`; of a longer text its first paragraph.
    pub fn about(mut self, about: &str) -> Self {
        self.about = first_paragraph(about).into();
        self
    }

    /// Runs the tasks in the order of their definition.
    pub fn sequential(mut self) -> Self {
        self.order = FlowOrder::Sequential;
        self
    }

    /// Begins with the first task and goes on by the [transitions](Task::next) of each.
    ///
    /// Checked before the run: every target exists, a state's weights are not all 0, and every
    /// task can be reached. A markov flow is one whole: its tasks have no weight and no tags of
    /// their own ([the flow](Self::tags) has), and it runs entirely or not at all.
    pub fn markov(mut self) -> Self {
        self.order = FlowOrder::Markov;
        self
    }

    /// Tags of every task in it.
    pub fn tags<'a>(mut self, tags: impl IntoIterator<Item = &'a str>) -> Self {
        self.tags = tags.into_iter().map(Arc::from).collect();
        self
    }

    /// The wait after each task in it, in place of that of the class or of the flow around.
    pub fn wait(mut self, wait: Wait<S>) -> Self {
        self.wait = Some(wait);
        self
    }

    /// As a state of a markov flow: what may follow a round of this flow.
    pub fn next<'a>(mut self, next: impl IntoIterator<Item = (&'a str, u32)>) -> Self {
        self.next = transitions(next);
        self
    }

    /// Adds a task.
    pub fn task(mut self, task: Task<S>) -> Self {
        self.steps.push(Step::Task(task));
        self
    }

    /// Adds a flow, drawn (in a sequential flow: repeated) as often as `weight` says.
    pub fn flow(mut self, weight: u32, flow: Self) -> Self {
        self.steps.push(Step::Flow(Self { weight, ..flow }));
        self
    }

    /// Code that runs whenever a user enters the flow.
    pub fn on_start(mut self, hook: Hook<S>) -> Self {
        self.on_start = Some(hook);
        self
    }

    /// Code that runs whenever a user leaves the flow.
    pub fn on_stop(mut self, hook: Hook<S>) -> Self {
        self.on_stop = Some(hook);
        self
    }

    /// Users stay, round after round, until a task returns `TaskError::LeaveFlow`.
    pub fn sticky(mut self) -> Self {
        self.sticky = true;
        self
    }
}

impl<S> Clone for Flow<S> {
    fn clone(&self) -> Self {
        Self {
            name: Arc::clone(&self.name),
            about: Arc::clone(&self.about),
            tags: Arc::clone(&self.tags),
            next: Arc::clone(&self.next),
            steps: self.steps.clone(),
            ..*self
        }
    }
}

impl<S> fmt::Debug for Flow<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Flow({} = {}, {:?} {:?})", self.name, self.weight, self.order, self.steps)
    }
}

/// What a user goes through: a task or a flow.
pub(crate) enum Step<S> {
    Task(Task<S>),
    Flow(Flow<S>),
}

impl<S> Step<S> {
    pub(crate) fn name(&self) -> &Arc<str> {
        match self {
            Self::Task(task) => &task.name,
            Self::Flow(flow) => &flow.name,
        }
    }

    pub(crate) fn weight(&self) -> u32 {
        match self {
            Self::Task(task) => task.weight,
            Self::Flow(flow) => flow.weight,
        }
    }

    pub(crate) fn next(&self) -> &Transitions {
        match self {
            Self::Task(task) => &task.next,
            Self::Flow(flow) => &flow.next,
        }
    }
}

impl<S> Clone for Step<S> {
    fn clone(&self) -> Self {
        match self {
            Self::Task(task) => Self::Task(task.clone()),
            Self::Flow(flow) => Self::Flow(flow.clone()),
        }
    }
}

impl<S> fmt::Debug for Step<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Task(task) => task.fmt(f),
            Self::Flow(flow) => flow.fmt(f),
        }
    }
}
