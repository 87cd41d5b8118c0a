//! A task: the unit of what users do.

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

/// Tags of a task or a flow.
pub(crate) type Tags = Arc<[Arc<str>]>;

/// Where a markov flow goes from a state: names of neighbours and their weights.
pub(crate) type Transitions = Arc<[(Arc<str>, u32)]>;

/// Something a user does: requests, checks, thought.
pub struct Task<S> {
    pub(crate) name: Arc<str>,
    pub(crate) about: Arc<str>,
    pub(crate) run: TaskFn<S>,
    pub(crate) weight: u32,
    pub(crate) tags: Tags,
    pub(crate) next: Transitions,
    pub(crate) silent: bool,
}

impl<S> Task<S> {
    /// A task of weight 1 without tags.
    pub fn new(name: &str, run: TaskFn<S>) -> Self {
        Self {
            name: name.into(),
            about: Arc::from(""),
            run,
            weight: 1,
            tags: Arc::from([]),
            next: Arc::from([]),
            silent: false,
        }
    }

    /// A description for `--list --verbose`; of a longer text its first paragraph.
    pub fn about(mut self, about: &str) -> Self {
        self.about = first_paragraph(about).into();
        self
    }

    /// How often it is drawn, relative to its neighbours; in a sequential flow, how often it runs
    /// in a row. 0 switches it off.
    pub fn weight(mut self, weight: u32) -> Self {
        self.weight = weight;
        self
    }

    /// Tags for `--tags` and `--exclude-tags`, and for the rows of its requests.
    pub fn tags<'a>(mut self, tags: impl IntoIterator<Item = &'a str>) -> Self {
        self.tags = tags.into_iter().map(Arc::from).collect();
        self
    }

    /// In a markov flow: what may follow, with weights. A task without is the end of the flow.
    pub fn next<'a>(mut self, next: impl IntoIterator<Item = (&'a str, u32)>) -> Self {
        self.next = transitions(next);
        self
    }

    /// Says that this task makes no request, so that its silence does not make the run INVALID.
    pub fn sends_nothing(mut self) -> Self {
        self.silent = true;
        self
    }
}

/// The first paragraph of a doc comment in one line.
pub(crate) fn first_paragraph(text: &str) -> String {
    let lines = text.trim().lines().map(str::trim).take_while(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join(" ")
}

pub(crate) fn transitions<'a>(next: impl IntoIterator<Item = (&'a str, u32)>) -> Transitions {
    next.into_iter().map(|(name, weight)| (Arc::from(name), weight)).collect()
}

// Not derived, because a state need not be `Clone` or `Debug`.
impl<S> Clone for Task<S> {
    fn clone(&self) -> Self {
        Self {
            name: Arc::clone(&self.name),
            about: Arc::clone(&self.about),
            run: self.run,
            weight: self.weight,
            tags: Arc::clone(&self.tags),
            next: Arc::clone(&self.next),
            silent: self.silent,
        }
    }
}

impl<S> fmt::Debug for Task<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Task({} = {})", self.name, self.weight)
    }
}
