//! A user class whose state type is hidden, so that a run can hold different ones together.

mod change;
mod check;
mod describe;
mod shares;

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use katydid_core::{TagFilter, TaskInfo};

pub use self::check::ClassError;
pub use self::describe::{ClassDescription, FlowDescription, StepDescription};

use crate::run::{Course, Script, UserContext, rehearse_user, run_user};
use crate::user::{User, UserClass};

pub(crate) use self::describe::joined;

pub(crate) type UserFuture = Pin<Box<dyn Future<Output = ()>>>;

/// A user class ready to run.
///
/// The `with_…` functions and [`filtered`](Self::filtered) make another class of it; they are what
/// the command line changes from outside.
#[derive(Clone)]
pub struct Class {
    code: Arc<dyn AnyClass>,
    about: Arc<ClassDescription>,
}

impl Class {
    /// The class that `U` describes.
    pub fn of<U: User>() -> Self {
        U::class().into()
    }

    /// Its name.
    pub fn name(&self) -> &Arc<str> {
        &self.about.name
    }

    /// Its one-sentence description; may be empty.
    pub fn about(&self) -> &str {
        &self.about.about
    }

    /// Its weight and fixed count.
    pub fn shares(&self) -> (u32, u32) {
        (self.about.weight, self.about.fixed_count)
    }

    /// Whether it runs only when it is named, or a tag of one of its tasks is.
    pub fn is_when_asked(&self) -> bool {
        self.about.when_asked
    }

    /// The host it names for itself.
    pub fn host(&self) -> Option<&str> {
        self.about.host.as_deref()
    }

    /// The wait between two of its tasks, on average. `None` when only code of the suite knows: its
    /// own function, or a flow with a wait of its own.
    pub fn mean_wait(&self) -> Option<Duration> {
        fn own_wait(step: &StepDescription) -> bool {
            let flow = step.flow.as_ref();
            flow.is_some_and(|flow| flow.wait.is_some() || flow.steps.iter().any(own_wait))
        }
        self.about.mean_wait.filter(|_| !self.about.steps.iter().any(own_wait))
    }

    /// Everything that can be listed of it: weight, wait, and the tree of its flows and tasks with
    /// their ratios.
    pub fn describe(&self) -> &ClassDescription {
        &self.about
    }

    /// Its tasks in the order of their numbers, flows opened.
    pub fn tasks(&self) -> Vec<TaskInfo> {
        let expected = shares::expected(&self.about.steps);
        let mut tasks = Vec::with_capacity(expected.len());
        self.add_tasks("", &self.about.steps, &mut expected.into_iter(), &mut tasks);
        tasks
    }

    /// The class with only the tasks that `filter` accepts; empty flows go with them. `None` when
    /// nothing is left.
    ///
    /// A task has the tags of the flows around it too. A markov flow of which a part would go goes
    /// as a whole.
    pub fn filtered(&self, filter: &TagFilter) -> Option<Self> {
        self.code.filtered(filter).map(|class| self.changed(class))
    }

    /// The class with another weight; 0 switches it off unless it has a fixed count.
    pub fn with_weight(&self, weight: u32) -> Self {
        self.described(|about| about.weight = weight)
    }

    /// The class with exactly this many users; 0 means as many as the weight says.
    pub fn with_fixed_count(&self, fixed_count: u32) -> Self {
        self.described(|about| about.fixed_count = fixed_count)
    }

    /// The class with another host of its own.
    pub fn with_host(&self, host: &str) -> Self {
        self.described(|about| about.host = Some(host.to_owned()))
    }

    /// The class with only the named tasks. A name is that of a task or of a flow with all that is
    /// inside, with or without the flows around it: `login`, `Account/login`, `Account`.
    ///
    /// # Errors
    /// A name that nothing has, or nothing left that can be drawn.
    pub fn with_tasks(&self, names: &[impl AsRef<str>]) -> Result<Self, ClassError> {
        let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
        self.code.named(&names).map(|class| self.changed(class))
    }

    /// The class with weight 1, in which every task is drawn equally often: Locust's
    /// `--equal-weights`.
    ///
    /// Tasks stay in their flows, so that these are entered and left as their tasks expect, but
    /// sequential and markov flows lose their order. A task that stands in several places counts
    /// once; one that was switched off stays off.
    pub fn with_equal_weights(&self) -> Self {
        self.changed(self.code.equal()).with_weight(1)
    }

    /// Whether it can run.
    ///
    /// # Errors
    /// The first mistake found, with the name of the place.
    pub fn check(&self) -> Result<(), ClassError> {
        check::check(&self.about)
    }

    /// The same class with a course of its own: what threads share, they would count together with
    /// each task.
    pub(crate) fn for_thread(&self) -> Self {
        Self { code: self.code.for_thread(), about: Arc::clone(&self.about) }
    }

    pub(crate) fn spawn(&self, context: UserContext) -> UserFuture {
        Arc::clone(&self.code).spawn(context)
    }

    /// One user that executes every task once.
    pub(crate) fn rehearse(&self, context: UserContext, script: Rc<Script>) -> UserFuture {
        self.code.rehearse(context, script)
    }

    /// Other tasks, the same place among the classes.
    fn changed(&self, class: Self) -> Self {
        class.described(|about| {
            (about.weight, about.fixed_count) = self.shares();
            about.host.clone_from(&self.about.host);
        })
    }

    fn described(&self, change: impl FnOnce(&mut ClassDescription)) -> Self {
        let mut class = self.clone();
        change(Arc::make_mut(&mut class.about));
        class
    }

    fn add_tasks(
        &self,
        flow: &str,
        steps: &[StepDescription],
        expected: &mut impl Iterator<Item = Option<f64>>,
        into: &mut Vec<TaskInfo>,
    ) {
        for step in steps {
            match &step.flow {
                None => into.push(TaskInfo {
                    class: Arc::clone(self.name()),
                    flow: flow.into(),
                    task: Arc::clone(&step.name),
                    tags: Arc::clone(&step.tags),
                    expected_share: expected.next().flatten(),
                    silent: step.sends_nothing,
                }),
                Some(inside) => {
                    self.add_tasks(&check::join(flow, &step.name), &inside.steps, expected, into);
                }
            }
        }
    }
}

impl fmt::Debug for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Class({})", self.name())
    }
}

impl<S: 'static> From<UserClass<S>> for Class {
    fn from(class: UserClass<S>) -> Self {
        let about = Arc::new(describe::describe(&class));
        Self { code: Arc::new(Code { class: Arc::new(class), course: OnceLock::new() }), about }
    }
}

trait AnyClass: Send + Sync {
    fn filtered(&self, filter: &TagFilter) -> Option<Class>;
    fn named(&self, names: &[&str]) -> Result<Class, ClassError>;
    fn equal(&self) -> Class;
    fn for_thread(&self) -> Arc<dyn AnyClass>;
    fn spawn(&self, context: UserContext) -> UserFuture;
    fn rehearse(&self, context: UserContext, script: Rc<Script>) -> UserFuture;
}

/// The class with its state type.
struct Code<S> {
    class: Arc<UserClass<S>>,
    /// Made for the first user of a thread, after the checks.
    course: OnceLock<Arc<Course<S>>>,
}

impl<S: 'static> AnyClass for Code<S> {
    fn filtered(&self, filter: &TagFilter) -> Option<Class> {
        change::filtered(&self.class, filter).map(Class::from)
    }

    fn named(&self, names: &[&str]) -> Result<Class, ClassError> {
        change::named(&self.class, names).map(Class::from)
    }

    fn equal(&self) -> Class {
        change::equal(&self.class).into()
    }

    fn for_thread(&self) -> Arc<dyn AnyClass> {
        Arc::new(Self { class: Arc::clone(&self.class), course: OnceLock::new() })
    }

    fn spawn(&self, context: UserContext) -> UserFuture {
        let course = self.course.get_or_init(|| Arc::new(Course::new(&self.class)));
        Box::pin(run_user(Arc::clone(&self.class), Arc::clone(course), context))
    }

    fn rehearse(&self, context: UserContext, script: Rc<Script>) -> UserFuture {
        let course = Arc::new(Course::new(&self.class));
        Box::pin(rehearse_user(Arc::clone(&self.class), course, context, script))
    }
}

#[cfg(test)]
mod tests;
