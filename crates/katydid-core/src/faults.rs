//! What went wrong, as reports list it: a row per text with its count.

use std::sync::Arc;
use std::time::Duration;

use crate::failure::FailureKind;
use crate::tasks::TaskInfo;

/// A failure text with its count.
#[derive(Clone, Debug)]
pub struct FailureRow {
    /// Method of the requests.
    pub method: Arc<str>,
    /// Name of the requests.
    pub name: Arc<str>,
    /// Class of the failure.
    pub kind: FailureKind,
    /// Normalised text.
    pub text: Arc<str>,
    /// How often.
    pub count: u64,
    /// First seen, since the start of the run.
    pub first: Duration,
    /// Last seen, since the start of the run.
    pub last: Duration,
}

impl FailureRow {
    /// `class: text`, so that equal texts of different classes stay apart; a text that begins with
    /// its class stands alone.
    pub fn error(&self) -> String {
        let (class, text) = (self.kind.to_string(), &self.text);
        let starts = text.get(..class.len()).is_some_and(|head| head.eq_ignore_ascii_case(&class));
        let ends_there = || !text[class.len()..].starts_with(char::is_alphanumeric);
        if starts && ends_there() { text.to_string() } else { format!("{class}: {text}") }
    }
}

/// An error or panic of the suite's own code, with its count.
#[derive(Clone, Debug)]
pub struct ExceptionRow {
    /// Where it happened: class, flow and task.
    pub task: TaskInfo,
    /// What it said.
    pub message: String,
    /// File and line, for a panic.
    pub place: String,
    /// How often.
    pub count: u64,
}

impl ExceptionRow {
    /// What stands where Locust has a traceback: the task (`Class/Flow/task`) and, for a panic, file and
    /// line.
    pub fn traceback(&self) -> String {
        let task = self.task.path();
        if self.place.is_empty() { task } else { format!("{task} at {}", self.place) }
    }
}
