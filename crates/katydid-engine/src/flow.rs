//! Tasks, and flows of tasks.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use crate::error::TaskResult;
use crate::session::Session;

/// A task at work.
pub type TaskFuture<'a> = Pin<Box<dyn Future<Output = TaskResult> + 'a>>;

/// The code of a task: from the user's state and its session.
///
/// `|user, session| Box::pin(Shopper::browse(user, session))` is one.
pub type TaskFn<S> = for<'a> fn(&'a mut S, &'a mut Session) -> TaskFuture<'a>;

/// Code that runs at the start or end of a user or a flow; the same as a task's.
pub type Hook<S> = TaskFn<S>;

/// Something a user does: requests, checks, thought.
pub struct Task<S> {
    pub(crate) name: Arc<str>,
    pub(crate) run: TaskFn<S>,
    pub(crate) weight: u32,
    pub(crate) tags: Arc<[Arc<str>]>,
    pub(crate) silent: bool,
}

impl<S> Task<S> {
    /// A task of weight 1 without tags.
    pub fn new(name: &str, run: TaskFn<S>) -> Self {
        Self { name: name.into(), run, weight: 1, tags: Arc::from([]), silent: false }
    }

    /// How often it is drawn, relative to its neighbours. 0 switches it off.
    pub fn weight(mut self, weight: u32) -> Self {
        self.weight = weight;
        self
    }

    /// Tags for `--tags` and `--exclude-tags`, and for the rows of its requests.
    pub fn tags<'a>(mut self, tags: impl IntoIterator<Item = &'a str>) -> Self {
        self.tags = tags.into_iter().map(Arc::from).collect();
        self
    }

    /// Says that this task makes no request, so that its silence does not make the run INVALID.
    pub fn sends_nothing(mut self) -> Self {
        self.silent = true;
        self
    }
}

impl<S> Clone for Task<S> {
    fn clone(&self) -> Self {
        let (name, tags) = (Arc::clone(&self.name), Arc::clone(&self.tags));
        Self { name, run: self.run, weight: self.weight, tags, silent: self.silent }
    }
}

impl<S> fmt::Debug for Task<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Task({} = {})", self.name, self.weight)
    }
}

/// A named group of tasks (Locust's TaskSet).
///
/// A user enters a flow, runs *one* task of it and leaves again, so that the weights of its flows
/// are the mix that is really sent. A [`sticky`](Self::sticky) flow is left only when a task
/// returns [`TaskError::LeaveFlow`](crate::TaskError::LeaveFlow).
pub struct Flow<S> {
    pub(crate) name: Arc<str>,
    pub(crate) tasks: Vec<Task<S>>,
    pub(crate) on_start: Option<Hook<S>>,
    pub(crate) on_stop: Option<Hook<S>>,
    pub(crate) sticky: bool,
}

impl<S> Flow<S> {
    /// A flow without tasks.
    pub fn new(name: &str) -> Self {
        Self { name: name.into(), tasks: Vec::new(), on_start: None, on_stop: None, sticky: false }
    }

    /// Adds a task.
    pub fn task(mut self, task: Task<S>) -> Self {
        self.tasks.push(task);
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

    /// Users stay in the flow until a task returns `TaskError::LeaveFlow`.
    pub fn sticky(mut self) -> Self {
        self.sticky = true;
        self
    }
}

impl<S> Clone for Flow<S> {
    fn clone(&self) -> Self {
        let (name, tasks) = (Arc::clone(&self.name), self.tasks.clone());
        let (on_start, on_stop) = (self.on_start, self.on_stop);
        Self { name, tasks, on_start, on_stop, sticky: self.sticky }
    }
}

impl<S> fmt::Debug for Flow<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Flow({}, {:?})", self.name, self.tasks)
    }
}
