//! What is refused before a run, with the name of the place.

use std::collections::BTreeSet;
use std::sync::Arc;

use katydid_core::or_nearest;

use super::describe::{ClassDescription, FlowDescription, StepDescription};
use crate::flow::FlowOrder;

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
        /// The flow, `Outer/Inner` when it is inside another.
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
    /// A name or a tag that reports and `--tags` could not tell.
    #[error("{place}: {fault}")]
    Name {
        /// The class, or `Class/Flow/task`.
        place: String,
        /// What is wrong.
        fault: String,
    },
    /// A wait that cannot be kept.
    #[error("wait of {place}: {fault}")]
    Wait {
        /// The class, or `Class/Flow`.
        place: String,
        /// What is wrong.
        fault: String,
    },
    /// Transitions that cannot be followed.
    #[error("{place}: {fault}")]
    Markov {
        /// `Class/Flow/task`.
        place: String,
        /// What is wrong.
        fault: String,
    },
    /// A name that no task and no flow of the class has.
    #[error("user class {class} has no task `{task}`; {nearest}")]
    UnknownTask {
        /// The class.
        class: String,
        /// The name as given.
        task: String,
        /// The nearest name, or all.
        nearest: String,
    },
}

pub(super) fn check(class: &ClassDescription) -> Result<(), ClassError> {
    if class.steps.iter().all(|step| step.weight == 0) {
        return Err(ClassError::NoTask { class: class.name.to_string() });
    }
    if class.name.trim().is_empty() {
        let (place, fault) = ("a user class".to_owned(), "its name is empty".to_owned());
        return Err(ClassError::Name { place, fault });
    }
    if let Some(fault) = &class.wait_fault {
        let (place, fault) = (class.name.to_string(), fault.clone());
        return Err(ClassError::Wait { place, fault });
    }
    let mut look = Look { class: &class.name, seen: BTreeSet::new() };
    let root = FlowDescription::root(class.steps.clone());
    look.steps("", &root)
}

/// The walk through a class.
struct Look<'a> {
    class: &'a Arc<str>,
    seen: BTreeSet<String>,
}

impl Look<'_> {
    fn steps(&mut self, path: &str, flow: &FlowDescription) -> Result<(), ClassError> {
        for step in &flow.steps {
            let name = join(path, &step.name);
            if !self.seen.insert(name.clone()) {
                return Err(ClassError::DuplicateName { class: self.class.to_string(), name });
            }
            self.words(&name, step)?;
            if flow.order != FlowOrder::Markov && !step.next.is_empty() {
                let fault = "it has transitions, which only tasks of a markov flow follow";
                return Err(self.markov(&name, fault));
            }
            if let Some(inside) = &step.flow {
                self.flow(&name, inside)?;
            }
        }
        if flow.order == FlowOrder::Markov { self.chain(path, &flow.steps) } else { Ok(()) }
    }

    /// Names and tags that can be told in a report and on the command line.
    fn words(&self, path: &str, step: &StepDescription) -> Result<(), ClassError> {
        let splits = |c: char| c.is_whitespace() || c == ',';
        let bad = |tag: &&Arc<str>| tag.is_empty() || tag.contains(splits);
        let fault = if step.name.trim().is_empty() {
            "its name is empty".to_owned()
        } else if let Some(tag) = step.tags.iter().find(bad) {
            format!("a tag has no spaces and no commas, because `--tags` splits there: `{tag}`")
        } else {
            return Ok(());
        };
        Err(ClassError::Name { place: self.place(path), fault })
    }

    fn flow(&mut self, path: &str, flow: &FlowDescription) -> Result<(), ClassError> {
        if flow.steps.iter().all(|step| step.weight == 0) {
            let (class, flow) = (self.class.to_string(), path.to_owned());
            return Err(ClassError::EmptyFlow { class, flow });
        }
        if let Some(fault) = flow.wait_fault.clone() {
            return Err(ClassError::Wait { place: self.place(path), fault });
        }
        self.steps(path, flow)
    }

    /// The states of a markov flow.
    fn chain(&self, path: &str, states: &[StepDescription]) -> Result<(), ClassError> {
        let names = || states.iter().map(|state| &*state.name);
        for state in states {
            let name = join(path, &state.name);
            if state.weight != 1 {
                let fault = "a task of a markov flow has no weight: the transitions to it have";
                return Err(self.markov(&name, fault));
            }
            if state.tagged && state.flow.is_none() {
                let fault = "a task of a markov flow has no tags of its own, for without it the \
                             others would come in other shares; tag the flow";
                return Err(self.markov(&name, fault));
            }
            let unknown = |target: &&Arc<str>| !names().any(|name| *name == ***target);
            if let Some(target) = state.next.iter().map(|(target, _)| target).find(unknown) {
                let nearest = or_nearest(target, names());
                return Err(self.markov(&name, &format!("unknown next task `{target}`; {nearest}")));
            }
            if !state.next.is_empty() && state.next.iter().all(|(_, weight)| *weight == 0) {
                return Err(self.markov(&name, "all its transitions have the weight 0"));
            }
        }
        match reached(states).iter().position(|reached| !reached) {
            None => Ok(()),
            Some(never) => {
                let first = &states[0].name;
                let fault = format!("no way leads there from `{first}`, where the flow begins");
                Err(self.markov(&join(path, &states[never].name), &fault))
            }
        }
    }

    fn markov(&self, path: &str, fault: &str) -> ClassError {
        ClassError::Markov { place: self.place(path), fault: fault.to_owned() }
    }

    fn place(&self, path: &str) -> String {
        join(self.class, path)
    }
}

/// `Outer/Inner`, or one of both when the other is empty.
pub(super) fn join(outer: &str, inner: &str) -> String {
    if outer.is_empty() { inner.to_owned() } else { format!("{outer}/{inner}") }
}

/// Which states a walk from the first one can come to.
fn reached(states: &[StepDescription]) -> Vec<bool> {
    let mut reached = vec![false; states.len()];
    let mut open = vec![0];
    while let Some(at) = open.pop() {
        if std::mem::replace(&mut reached[at], true) {
            continue;
        }
        let taken = states[at].next.iter().filter(|(_, weight)| *weight > 0);
        open.extend(taken.filter_map(|(to, _)| states.iter().position(|s| s.name == *to)));
    }
    reached
}
