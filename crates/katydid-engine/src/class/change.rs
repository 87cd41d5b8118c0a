//! Classes made of a class: only some of its tasks, or all of them equally often.

use katydid_core::{TagFilter, or_nearest};

use super::check::{ClassError, join};
use super::describe::joined;
use crate::flow::{Flow, FlowOrder, Step};
use crate::task::{Tags, Task, TaskFn};
use crate::user::UserClass;

/// The class with the tasks whose tags `filter` accepts; `None` when nothing is left.
pub(super) fn filtered<S: 'static>(
    class: &UserClass<S>,
    filter: &TagFilter,
) -> Option<UserClass<S>> {
    keep(class, &|task| filter.accepts(task.tags))
}

/// The class with the tasks of these names.
pub(super) fn named<S: 'static>(
    class: &UserClass<S>,
    names: &[&str],
) -> Result<UserClass<S>, ClassError> {
    let mut known = Vec::new();
    paths(&class.steps, "", &mut known);
    let unknown = |name: &&&str| !known.iter().any(|path| means(name, path));
    if let Some(name) = names.iter().find(unknown) {
        let (class, task) = (class.name.to_string(), (*name).to_owned());
        // Near to a path, or to a name without the flows around it.
        let ends = known.iter().filter(|_| !name.contains('/'));
        let ends = ends.filter_map(|path| path.rsplit('/').next());
        let nearest = match katydid_core::nearest(name, ends) {
            Some(end) => or_nearest(name, [end]),
            None => or_nearest(name, known.iter().map(String::as_str)),
        };
        return Err(ClassError::UnknownTask { class, task, nearest });
    }
    let wanted = |task: &Leaf<'_>| names.iter().any(|name| around(task.path, name));
    keep(class, &wanted).ok_or_else(|| ClassError::NoTask { class: class.name.to_string() })
}

/// The class with each of its tasks drawn equally often, whatever flows they are in.
///
/// A flow weighs as much as there are tasks in it, and is a weighted one. A task that stands in
/// several places is kept in the first.
pub(super) fn equal<S: 'static>(class: &UserClass<S>) -> UserClass<S> {
    let mut class = class.clone();
    level(&mut class.steps, &mut Vec::new());
    class
}

/// A task as a filter sees it.
struct Leaf<'a> {
    /// `Flow/task`.
    path: &'a str,
    tags: &'a Tags,
}

fn keep<S: 'static>(
    class: &UserClass<S>,
    wanted: &dyn Fn(&Leaf<'_>) -> bool,
) -> Option<UserClass<S>> {
    let mut class = class.clone();
    keep_steps(&mut class.steps, "", &Tags::from([]), wanted);
    class.steps.iter().any(|step| step.weight() > 0).then_some(class)
}

fn keep_steps<S>(
    steps: &mut Vec<Step<S>>,
    path: &str,
    tags: &Tags,
    wanted: &dyn Fn(&Leaf<'_>) -> bool,
) {
    steps.retain_mut(|step| {
        let path = join(path, step.name());
        match step {
            Step::Task(task) => wanted(&Leaf { path: &path, tags: &joined(tags, &task.tags) }),
            Step::Flow(flow) => {
                let before = flow.steps.len();
                keep_steps(&mut flow.steps, &path, &joined(tags, &flow.tags), wanted);
                // Without one of its tasks a markov flow would be another flow.
                let whole = flow.order != FlowOrder::Markov || flow.steps.len() == before;
                whole && flow.steps.iter().any(|step| step.weight() > 0)
            }
        }
    });
}

/// Every path that can be named: tasks and flows.
fn paths<S>(steps: &[Step<S>], outer: &str, into: &mut Vec<String>) {
    for step in steps {
        let path = join(outer, step.name());
        into.push(path.clone());
        if let Step::Flow(flow) = step {
            paths(&flow.steps, &path, into);
        }
    }
}

/// Whether `name` is the path or its end: `login`, `Account/login`.
fn means(name: &str, path: &str) -> bool {
    path.strip_suffix(name).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
}

/// Whether `name` means the task at `path` or a flow around it.
fn around(path: &str, name: &str) -> bool {
    let ends = path.match_indices('/').map(|(at, _)| at);
    ends.chain([path.len()]).any(|end| means(name, &path[..end]))
}

/// Gives every task the weight 1 and every flow the number of its tasks, which is returned.
fn level<S>(steps: &mut Vec<Step<S>>, seen: &mut Vec<(std::sync::Arc<str>, TaskFn<S>)>) -> u32 {
    let mut tasks = 0;
    steps.retain_mut(|step| {
        if step.weight() == 0 {
            return false;
        }
        let inside = match step {
            Step::Task(task) => level_task(task, seen),
            Step::Flow(flow) => level_flow(flow, seen),
        };
        tasks += inside;
        inside > 0
    });
    tasks
}

fn level_task<S>(task: &mut Task<S>, seen: &mut Vec<(std::sync::Arc<str>, TaskFn<S>)>) -> u32 {
    let twin =
        |(name, run): &(_, TaskFn<S>)| *name == task.name && std::ptr::fn_addr_eq(*run, task.run);
    if seen.iter().any(twin) {
        return 0;
    }
    seen.push((task.name.clone(), task.run));
    (task.weight, task.next) = (1, [].into());
    1
}

fn level_flow<S>(flow: &mut Flow<S>, seen: &mut Vec<(std::sync::Arc<str>, TaskFn<S>)>) -> u32 {
    (flow.order, flow.sticky, flow.next) = (FlowOrder::Weighted, false, [].into());
    flow.weight = level(&mut flow.steps, seen);
    flow.weight
}
