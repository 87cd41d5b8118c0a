//! A user class as it can be listed: names, weights, waits, tags, and the tree of its flows. The
//! type of the state is gone; checks and shares work on this.

use std::sync::Arc;
use std::time::Duration;

use super::shares;
use crate::flow::{FlowOrder, Step};
use crate::task::{Tags, Transitions};
use crate::user::UserClass;

/// What is known of a user class before the run.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ClassDescription {
    /// Its name.
    pub name: Arc<str>,
    /// The first paragraph of its doc comment; may be empty.
    pub about: String,
    /// Its share of the users, relative to the other classes.
    pub weight: u32,
    /// Exactly this many users, if not 0.
    pub fixed_count: u32,
    /// It runs only when it is named, or one of its tags is.
    pub when_asked: bool,
    /// The host that it names for itself.
    pub host: Option<String>,
    /// The wait between two tasks as its author writes it: `between(1, 5)`.
    pub wait: String,
    /// Its tasks and flows, in the order of definition.
    pub steps: Vec<StepDescription>,
    pub(super) wait_fault: Option<String>,
    pub(super) mean_wait: Option<Duration>,
}

/// A task, or a flow entered as one.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct StepDescription {
    /// Its name.
    pub name: Arc<str>,
    /// The first paragraph of its doc comment; may be empty.
    pub about: Arc<str>,
    /// How often it is drawn or (in a sequential flow) repeated; 0 is off.
    pub weight: u32,
    /// Its share of what is drawn by the flow or class around it, 0 to 1: of a sequential flow the
    /// share of a pass, of a markov flow the share in the long run.
    pub ratio: f64,
    /// Its tags and those of the flows around it.
    pub tags: Arc<[Arc<str>]>,
    /// In a markov flow: what may follow, with weights.
    pub next: Arc<[(Arc<str>, u32)]>,
    /// It makes no request, and that is meant.
    pub sends_nothing: bool,
    /// What is inside, when it is a flow.
    pub flow: Option<FlowDescription>,
    /// Tags of its own, for the check.
    pub(super) tagged: bool,
}

/// The inside of a flow.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct FlowDescription {
    /// How it chooses what comes next.
    pub order: FlowOrder,
    /// Whether users begin another round instead of leaving.
    pub sticky: bool,
    /// The wait after its tasks, if it has one of its own.
    pub wait: Option<String>,
    /// Its tasks and flows, in the order of definition.
    pub steps: Vec<StepDescription>,
    pub(super) wait_fault: Option<String>,
}

impl FlowDescription {
    /// A class draws from its steps as a weighted flow that is never left.
    pub(super) fn root(steps: Vec<StepDescription>) -> Self {
        let order = FlowOrder::Weighted;
        Self { order, sticky: true, wait: None, steps, wait_fault: None }
    }
}

pub(super) fn describe<S>(class: &UserClass<S>) -> ClassDescription {
    let mut root = FlowDescription::root(steps(&class.steps, &Arc::from([])));
    set_ratios(&mut root);
    ClassDescription {
        name: Arc::clone(&class.name),
        about: class.about.clone(),
        weight: class.weight,
        fixed_count: class.fixed_count,
        when_asked: class.when_asked,
        host: class.host.clone(),
        wait: class.wait.to_string(),
        steps: root.steps,
        wait_fault: class.wait.fault(),
        mean_wait: class.wait.mean(),
    }
}

/// The tags of something in a flow: the flow's, then its own. Always a new list, see
/// [`Class::for_thread`](super::Class::for_thread).
pub(crate) fn joined(outer: &Tags, own: &Tags) -> Tags {
    let new = own.iter().filter(|tag| !outer.contains(tag));
    outer.iter().chain(new).cloned().collect()
}

fn steps<S>(steps: &[Step<S>], outer: &Tags) -> Vec<StepDescription> {
    let describe = |step: &Step<S>| match step {
        Step::Task(task) => StepDescription {
            name: Arc::clone(&task.name),
            about: Arc::clone(&task.about),
            weight: task.weight,
            ratio: 0.0,
            tags: joined(outer, &task.tags),
            next: Transitions::clone(&task.next),
            sends_nothing: task.silent,
            flow: None,
            tagged: !task.tags.is_empty(),
        },
        Step::Flow(flow) => {
            let tags = joined(outer, &flow.tags);
            let inside = FlowDescription {
                order: flow.order,
                sticky: flow.sticky,
                wait: flow.wait.map(|wait| wait.to_string()),
                steps: self::steps(&flow.steps, &tags),
                wait_fault: flow.wait.and_then(|wait| wait.fault()),
            };
            StepDescription {
                name: Arc::clone(&flow.name),
                about: Arc::clone(&flow.about),
                weight: flow.weight,
                ratio: 0.0,
                tags,
                next: Transitions::clone(&flow.next),
                sends_nothing: false,
                flow: Some(inside),
                tagged: !flow.tags.is_empty(),
            }
        }
    };
    steps.iter().map(describe).collect()
}

fn set_ratios(flow: &mut FlowDescription) {
    let rates = shares::rates(flow);
    let sum: f64 = rates.iter().sum();
    for (step, rate) in flow.steps.iter_mut().zip(rates) {
        step.ratio = if sum > 0.0 { rate / sum } else { 0.0 };
        if let Some(inside) = &mut step.flow {
            set_ratios(inside);
        }
    }
}
