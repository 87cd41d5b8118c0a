//! How a task ends when it does not end well.

use std::any::Any;
use std::error::Error;

use katydid_core::FailureKind;

/// Any error of the suite's own code.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// What a task returns.
pub type TaskResult<T = ()> = Result<T, TaskError>;

/// A request that failed. It has already been counted; `?` ends the task and counts nothing twice.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{kind}: {text}")]
pub struct RequestFailed {
    pub(crate) kind: FailureKind,
    pub(crate) text: String,
}

impl RequestFailed {
    pub(crate) fn new(kind: FailureKind, text: impl Into<String>) -> Self {
        Self { kind, text: text.into() }
    }

    /// The class of the failure.
    pub fn kind(&self) -> FailureKind {
        self.kind
    }

    /// What went wrong, as the report says it before it makes equal texts one.
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// Why a task ended early.
///
/// Any error turns into one by `?`: a [`RequestFailed`] ends the task quietly (the request is
/// counted as failed), everything else is counted as an *exception* of the suite's own code. The
/// other values are no faults; they say how the user goes on: `return Err(TaskError::StopUser)`.
#[derive(Debug)]
#[non_exhaustive]
pub enum TaskError {
    /// A request failed and was counted.
    Request(RequestFailed),
    /// The suite's own code failed; counted as an exception.
    Exception(BoxError),
    /// Leave the innermost flow, wait, and go on with the flow around it or the class; Locust's
    /// `interrupt(reschedule=False)`. Outside flows there is nothing to leave.
    LeaveFlow,
    /// Leave the innermost flow and go on at once, without a wait; Locust's `interrupt()`.
    LeaveFlowNow,
    /// The next task starts at once, without a wait; Locust's `RescheduleTaskImmediately`.
    SkipWait,
    /// This user is done and will not be replaced: its `on_stop` runs, the other users go on.
    StopUser,
}

impl TaskError {
    /// An exception with this text.
    pub fn exception(text: impl Into<String>) -> Self {
        Self::Exception(text.into().into())
    }
}

impl<E: Error + Send + Sync + 'static> From<E> for TaskError {
    fn from(error: E) -> Self {
        let any: &dyn Any = &error;
        match any.downcast_ref::<RequestFailed>() {
            Some(failed) => Self::Request(failed.clone()),
            None => Self::Exception(Box::new(error)),
        }
    }
}
