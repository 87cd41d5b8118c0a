//! Task executions: each is counted, together with the requests it made.

use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A task of the suite, the same number on every thread of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TaskId(pub u32);

/// What is known of a task before the run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TaskInfo {
    /// The user class that runs it.
    pub class: Arc<str>,
    /// The flow that it belongs to, `Outer/Inner` in a nested one; empty for a task of the class
    /// itself.
    pub flow: Arc<str>,
    /// Its name.
    pub task: Arc<str>,
    /// Its tags.
    pub tags: Arc<[Arc<str>]>,
    /// The share of its class's task executions that the weights promise, 0 to 1, as long as no
    /// task leaves its flow early; `None` when only the code of the tasks decides (a sticky flow
    /// beside other tasks).
    pub expected_share: Option<f64>,
    /// The author has said that this task makes no request, so silence is no fault.
    pub silent: bool,
}

/// How often a task ran and what it did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskCounts {
    /// Executions that came to their end, however they ended.
    pub executions: u64,
    /// Executions cut because the run ended or their user was removed.
    pub cut: u64,
    /// Requests made by all of these, cut ones included.
    pub requests: u64,
    /// Executions that ended in an error or a panic of the suite's own code.
    pub exceptions: u64,
    /// Executions by which their user left the innermost flow, or stopped.
    pub left: u64,
}

impl std::ops::AddAssign for TaskCounts {
    fn add_assign(&mut self, other: Self) {
        self.executions += other.executions;
        self.cut += other.cut;
        self.requests += other.requests;
        self.exceptions += other.exceptions;
        self.left += other.left;
    }
}

impl TaskInfo {
    /// `Class/Flow/task`, or `Class/task` for a task outside flows.
    pub fn path(&self) -> String {
        if self.flow.is_empty() {
            format!("{}/{}", self.class, self.task)
        } else {
            format!("{}/{}/{}", self.class, self.flow, self.task)
        }
    }
}
