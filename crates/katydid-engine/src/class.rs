//! A user class whose state type is hidden, so that a run can hold different ones together.

use std::collections::BTreeSet;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use katydid_core::{TagFilter, TaskInfo};

use crate::flow::Task;
use crate::run::UserContext;
use crate::run::run_user;
use crate::user::{Entry, User, UserClass};

/// A mistake in the description of a user class.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ClassError {
    /// Nothing to do.
    #[error("user class {class} has no task with a weight above 0; give it a task or a flow")]
    NoTask {
        /// The class.
        class: String,
    },
    /// A flow from which nothing can be drawn.
    #[error("flow {flow} of {class} has no task with a weight above 0; give it a task")]
    EmptyFlow {
        /// The class.
        class: String,
        /// The flow.
        flow: String,
    },
    /// Two things of one name would share one row of the report.
    #[error("{class} has two tasks or flows named {name}; rename one")]
    DuplicateName {
        /// The class.
        class: String,
        /// The name, `Flow/task` for a task of a flow.
        name: String,
    },
    /// A wait that cannot be kept.
    #[error("wait of {class}: {fault}")]
    Wait {
        /// The class.
        class: String,
        /// What is wrong.
        fault: String,
    },
}

pub(crate) type UserFuture = Pin<Box<dyn Future<Output = ()>>>;

/// A user class ready to run.
#[derive(Clone)]
pub struct Class(Arc<dyn AnyClass>);

impl Class {
    /// The class that `U` describes.
    pub fn of<U: User>() -> Self {
        U::class().into()
    }

    /// Its name.
    pub fn name(&self) -> &Arc<str> {
        self.0.name()
    }

    /// Its one-sentence description; may be empty.
    pub fn about(&self) -> &str {
        self.0.about()
    }

    /// Its weight and fixed count.
    pub fn shares(&self) -> (u32, u32) {
        self.0.shares()
    }

    /// The host it names for itself.
    pub fn host(&self) -> Option<&str> {
        self.0.host()
    }

    /// Its tasks in the order of their numbers, flows opened.
    pub fn tasks(&self) -> Vec<TaskInfo> {
        self.0.tasks()
    }

    /// The class with only the tasks that `filter` accepts; empty flows go with them. `None` when
    /// nothing is left.
    pub fn filtered(&self, filter: &TagFilter) -> Option<Self> {
        self.0.filtered(filter)
    }

    /// Whether it can run.
    ///
    /// # Errors
    /// The first mistake found, with the name of the place.
    pub fn check(&self) -> Result<(), ClassError> {
        self.0.check()
    }

    pub(crate) fn spawn(&self, context: UserContext) -> UserFuture {
        Arc::clone(&self.0).spawn(context)
    }
}

impl fmt::Debug for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Class({})", self.name())
    }
}

impl<S: 'static> From<UserClass<S>> for Class {
    fn from(class: UserClass<S>) -> Self {
        Self(Arc::new(class))
    }
}

trait AnyClass: Send + Sync {
    fn name(&self) -> &Arc<str>;
    fn about(&self) -> &str;
    fn shares(&self) -> (u32, u32);
    fn host(&self) -> Option<&str>;
    fn tasks(&self) -> Vec<TaskInfo>;
    fn filtered(&self, filter: &TagFilter) -> Option<Class>;
    fn check(&self) -> Result<(), ClassError>;
    fn spawn(self: Arc<Self>, context: UserContext) -> UserFuture;
}

impl<S: 'static> AnyClass for UserClass<S> {
    fn name(&self) -> &Arc<str> {
        &self.name
    }

    fn about(&self) -> &str {
        &self.about
    }

    fn shares(&self) -> (u32, u32) {
        (self.weight, self.fixed_count)
    }

    fn host(&self) -> Option<&str> {
        self.host.as_deref()
    }

    fn tasks(&self) -> Vec<TaskInfo> {
        let share = |weight: u32, of: f64| f64::from(weight) / of.max(1.0);
        let entry_weights = self.entries.iter().map(|entry| f64::from(entry.weight())).sum();
        let mut tasks = Vec::new();
        for entry in &self.entries {
            let of_class = share(entry.weight(), entry_weights);
            match entry {
                Entry::Task(task) => tasks.push(self.task_info("", task, of_class)),
                Entry::Flow { flow, .. } => {
                    let weights = flow.tasks.iter().map(|task| f64::from(task.weight)).sum();
                    let info = |task: &Task<S>| {
                        self.task_info(&flow.name, task, of_class * share(task.weight, weights))
                    };
                    tasks.extend(flow.tasks.iter().map(info));
                }
            }
        }
        tasks
    }

    fn filtered(&self, filter: &TagFilter) -> Option<Class> {
        let mut class = self.clone();
        class.entries.retain_mut(|entry| match entry {
            Entry::Task(task) => filter.accepts(&task.tags),
            Entry::Flow { flow, .. } => {
                flow.tasks.retain(|task| filter.accepts(&task.tags));
                flow.tasks.iter().any(|task| task.weight > 0)
            }
        });
        let left = class.entries.iter().any(|entry| entry.weight() > 0);
        left.then(|| class.into())
    }

    fn check(&self) -> Result<(), ClassError> {
        let class = || self.name.to_string();
        if self.entries.iter().all(|entry| entry.weight() == 0) {
            return Err(ClassError::NoTask { class: class() });
        }
        if let Some(fault) = self.wait.fault() {
            return Err(ClassError::Wait { class: class(), fault });
        }
        let mut seen = BTreeSet::new();
        let mut claim = |name: String| {
            let new = seen.insert(name.clone());
            new.then_some(()).ok_or_else(|| ClassError::DuplicateName { class: class(), name })
        };
        for entry in &self.entries {
            match entry {
                Entry::Task(task) => claim(task.name.to_string())?,
                Entry::Flow { flow, .. } => {
                    claim(flow.name.to_string())?;
                    if flow.tasks.iter().all(|task| task.weight == 0) {
                        let flow = flow.name.to_string();
                        return Err(ClassError::EmptyFlow { class: class(), flow });
                    }
                    for task in &flow.tasks {
                        claim(format!("{}/{}", flow.name, task.name))?;
                    }
                }
            }
        }
        Ok(())
    }

    fn spawn(self: Arc<Self>, context: UserContext) -> UserFuture {
        Box::pin(run_user(self, context))
    }
}

impl<S> UserClass<S> {
    fn task_info(&self, flow: &str, task: &Task<S>, expected_share: f64) -> TaskInfo {
        TaskInfo {
            class: Arc::clone(&self.name),
            flow: flow.into(),
            task: Arc::clone(&task.name),
            tags: Arc::clone(&task.tags),
            expected_share,
            silent: task.silent,
        }
    }
}

#[cfg(test)]
mod tests;
