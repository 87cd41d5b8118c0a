//! The way through a class: its tree of flows, laid out flat, and the choice of what comes next.
//!
//! Nothing here waits or runs anything, and it is made once per class, not per user.

use katydid_core::Picker;
use rand::Rng;

use crate::class::joined;
use crate::flow::{Flow, FlowOrder, Step};
use crate::task::{Hook, Tags, Task};
use crate::user::UserClass;
use crate::wait::Wait;

/// The flows and tasks of a class. Flow 0 is the class itself.
pub(crate) struct Course<S> {
    flows: Vec<Stage<S>>,
    /// In the order of their numbers.
    tasks: Vec<Task<S>>,
}

/// A flow on the course.
pub(crate) struct Stage<S> {
    pub(crate) on_start: Option<Hook<S>>,
    pub(crate) on_stop: Option<Hook<S>>,
    pub(crate) wait: Wait<S>,
    sticky: bool,
    order: Order,
    parts: Vec<Part>,
}

/// What a flow consists of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// The task of this number within the class.
    Task(usize),
    /// The flow of this number within the class.
    Flow(usize),
}

enum Order {
    Weighted(Picker),
    /// How often each part runs in a row.
    Sequential(Vec<u32>),
    /// Where each part leads; `None` is an end.
    Markov(Vec<Option<Exits>>),
}

struct Exits {
    picker: Picker,
    to: Vec<usize>,
}

/// Where a user stands in one flow.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) flow: usize,
    part: usize,
    /// How often the part has run in a row.
    times: u32,
}

impl<S> Course<S> {
    /// Of a class that was checked.
    pub(crate) fn new(class: &UserClass<S>) -> Self {
        let mut course = Self { flows: Vec::new(), tasks: Vec::new() };
        let root = Flow::new(&class.name).sticky();
        course.lay(&root, &class.steps, class.wait, &root.tags);
        course
    }

    pub(crate) fn stage(&self, flow: usize) -> &Stage<S> {
        &self.flows[flow]
    }

    pub(crate) fn task(&self, task: usize) -> &Task<S> {
        &self.tasks[task]
    }

    /// The parts of a flow, in the order of the source.
    pub(crate) fn parts(&self, flow: usize) -> &[Part] {
        &self.flows[flow].parts
    }

    /// The beginning of a flow.
    pub(crate) fn begin(&self, flow: usize) -> Place {
        let part = match &self.flows[flow].order {
            Order::Sequential(times) => times.iter().position(|times| *times > 0).unwrap_or(0),
            Order::Weighted(_) | Order::Markov(_) => 0,
        };
        Place { flow, part, times: 0 }
    }

    /// What the user does now.
    pub(crate) fn part(&self, place: &Place, rng: &mut impl Rng) -> Part {
        let stage = &self.flows[place.flow];
        match &stage.order {
            Order::Weighted(picker) => stage.parts[picker.pick(rng)],
            Order::Sequential(_) | Order::Markov(_) => stage.parts[place.part],
        }
    }

    /// Goes on behind the part that is done. `false`: the flow is to be left.
    pub(crate) fn advance(&self, place: &mut Place, rng: &mut impl Rng) -> bool {
        let stage = &self.flows[place.flow];
        let next = match &stage.order {
            Order::Weighted(_) => None,
            Order::Sequential(times) => {
                place.times += 1;
                if place.times < times[place.part] {
                    return true;
                }
                let behind = times.iter().enumerate().skip(place.part + 1);
                behind.filter(|(_, times)| **times > 0).map(|(part, _)| part).next()
            }
            Order::Markov(exits) => {
                exits[place.part].as_ref().map(|exits| exits.to[exits.picker.pick(rng)])
            }
        };
        match next {
            Some(part) => (place.part, place.times) = (part, 0),
            None => *place = self.begin(place.flow),
        }
        next.is_some() || stage.sticky
    }

    /// Lays out a flow with all that is inside; the number of it.
    fn lay(&mut self, flow: &Flow<S>, steps: &[Step<S>], wait: Wait<S>, tags: &Tags) -> usize {
        let number = self.flows.len();
        self.flows.push(Stage {
            on_start: flow.on_start,
            on_stop: flow.on_stop,
            wait,
            sticky: flow.sticky,
            order: order(flow.order, steps),
            parts: Vec::new(),
        });
        for step in steps {
            let part = match step {
                Step::Task(task) => {
                    let task = Task { tags: joined(tags, &task.tags), ..task.clone() };
                    self.tasks.push(task);
                    Part::Task(self.tasks.len() - 1)
                }
                Step::Flow(inside) => {
                    let (wait, tags) = (inside.wait.unwrap_or(wait), joined(tags, &inside.tags));
                    Part::Flow(self.lay(inside, &inside.steps, wait, &tags))
                }
            };
            self.flows[number].parts.push(part);
        }
        number
    }
}

fn order<S>(order: FlowOrder, steps: &[Step<S>]) -> Order {
    let weights = || steps.iter().map(Step::weight);
    match order {
        FlowOrder::Weighted => Order::Weighted(Picker::new(weights()).expect("checked before")),
        FlowOrder::Sequential => Order::Sequential(weights().collect()),
        FlowOrder::Markov => Order::Markov(steps.iter().map(|step| exits(steps, step)).collect()),
    }
}

fn exits<S>(steps: &[Step<S>], from: &Step<S>) -> Option<Exits> {
    let next = from.next();
    let place = |name: &str| steps.iter().position(|step| **step.name() == *name);
    let to = next.iter().map(|(name, _)| place(name).expect("checked before")).collect();
    Some(Exits { picker: Picker::new(next.iter().map(|(_, weight)| *weight))?, to })
}
