//! User classes as their authors describe them: plain data.

use std::fmt;
use std::sync::Arc;

use crate::flow::{Flow, Step};
use crate::shared::Shared;
use crate::task::{Hook, Task, first_paragraph};
use crate::wait::Wait;

/// A type that stands for a user class. The `#[user]` attribute implements it; by hand it is one
/// function.
pub trait User {
    /// The state of one simulated user.
    type State: 'static;

    /// The description of the class.
    fn class() -> UserClass<Self::State>;
}

/// What is known when the state of a new user is made.
#[derive(Debug, Clone, Copy)]
pub struct NewUser<'a> {
    /// The number of the user in this run: 0, 1, 2, … in the order of their start, over all
    /// classes. Never given twice; numbers of users that were planned and then not started are left
    /// out.
    pub index: u32,
    /// The lowest number that no other user had when this one started: below the highest number of
    /// users at a time, whatever comes and goes. What there is only so much of, accounts for
    /// instance, is best chosen by it.
    pub seat: u32,
    /// What the suite prepared for all users.
    pub shared: &'a Shared,
}

/// A class of simulated users with the state `S`.
///
/// ```
/// use katydid_engine::{Session, Task, TaskResult, UserClass, between};
///
/// #[derive(Default)]
/// struct Shopper { seen: u32 }
///
/// impl Shopper {
///     async fn browse(&mut self, session: &mut Session) -> TaskResult {
///         session.get("/items").send().await?;
///         self.seen += 1;
///         Ok(())
///     }
/// }
///
/// let class = UserClass::<Shopper>::with_default("Shopper")
///     .wait(between(1.0, 5.0))
///     .task(Task::new("browse", |user, session| Box::pin(Shopper::browse(user, session))));
/// ```
pub struct UserClass<S> {
    pub(crate) name: Arc<str>,
    pub(crate) about: String,
    pub(crate) weight: u32,
    pub(crate) fixed_count: u32,
    pub(crate) when_asked: bool,
    pub(crate) wait: Wait<S>,
    pub(crate) host: Option<String>,
    pub(crate) make: Arc<dyn Fn(&NewUser<'_>) -> S + Send + Sync>,
    pub(crate) on_start: Option<Hook<S>>,
    pub(crate) on_stop: Option<Hook<S>>,
    /// What a user draws from: its own tasks and its flows.
    pub(crate) steps: Vec<Step<S>>,
}

impl<S: 'static> UserClass<S> {
    /// A class whose users' state is made by `make`, with weight 1, no wait and no task yet.
    pub fn new(name: &str, make: impl Fn(&NewUser<'_>) -> S + Send + Sync + 'static) -> Self {
        Self {
            name: name.into(),
            about: String::new(),
            weight: 1,
            fixed_count: 0,
            when_asked: false,
            wait: Wait::None,
            host: None,
            make: Arc::new(make),
            on_start: None,
            on_stop: None,
            steps: Vec::new(),
        }
    }

    /// A class whose users start from `S::default()`.
    pub fn with_default(name: &str) -> Self
    where
        S: Default,
    {
        Self::new(name, |_| S::default())
    }

    /// A description for `--list --verbose`; of a longer text its first paragraph.
    pub fn about(mut self, about: &str) -> Self {
        self.about = first_paragraph(about);
        self
    }

    /// Share of the users, relative to the other classes. 0 switches the class off.
    pub fn weight(mut self, weight: u32) -> Self {
        self.weight = weight;
        self
    }

    /// Exactly this many users of the class, started before those by weight.
    pub fn fixed_count(mut self, count: u32) -> Self {
        self.fixed_count = count;
        self
    }

    /// Its users stay at home unless somebody asks for them: by the name of the class, or by a tag of
    /// one of its tasks (`--tags`).
    pub fn when_asked(mut self) -> Self {
        self.when_asked = true;
        self
    }

    /// The wait between two tasks.
    pub fn wait(mut self, wait: Wait<S>) -> Self {
        self.wait = wait;
        self
    }

    /// The host for these users, when `--host` gives none.
    pub fn host(mut self, host: &str) -> Self {
        self.host = Some(host.to_owned());
        self
    }

    /// Code that runs when a user starts, e.g. a login. When it fails the user waits (a second at
    /// least) and tries again; tasks begin after it succeeded.
    pub fn on_start(mut self, hook: Hook<S>) -> Self {
        self.on_start = Some(hook);
        self
    }

    /// Code that runs when a user stops, if it ever started.
    pub fn on_stop(mut self, hook: Hook<S>) -> Self {
        self.on_stop = Some(hook);
        self
    }

    /// Adds a task.
    pub fn task(mut self, task: Task<S>) -> Self {
        self.steps.push(Step::Task(task));
        self
    }

    /// Adds a flow, drawn with this weight.
    pub fn flow(mut self, weight: u32, flow: Flow<S>) -> Self {
        self.steps.push(Step::Flow(Flow { weight, ..flow }));
        self
    }
}

impl<S> Clone for UserClass<S> {
    fn clone(&self) -> Self {
        Self {
            name: Arc::clone(&self.name),
            about: self.about.clone(),
            weight: self.weight,
            fixed_count: self.fixed_count,
            when_asked: self.when_asked,
            wait: self.wait,
            host: self.host.clone(),
            make: Arc::clone(&self.make),
            on_start: self.on_start,
            on_stop: self.on_stop,
            steps: self.steps.clone(),
        }
    }
}

impl<S> fmt::Debug for UserClass<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UserClass").field("name", &self.name).finish_non_exhaustive()
    }
}
