//! What a user is at: shared by its session, by requests that are not judged yet and by its
//! WebSockets, which outlive both.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use katydid_core::TaskId;

use super::tally::Tally;
use super::transaction::Scope;

/// The task or hook that a user runs now.
#[derive(Default)]
pub(crate) struct Work {
    /// Its requests.
    pub(crate) tally: Tally,
    /// `None` in hooks of the class or a flow.
    pub(super) task: Cell<Option<TaskId>>,
    /// By how much it began after its schedule, until its first request has taken it over.
    pub(super) late_ns: Cell<u64>,
    /// The innermost open transaction.
    pub(super) scope: RefCell<Option<Rc<Scope>>>,
}

impl Work {
    /// A task begins, `late_ns` after its schedule, in statistics that have been reset so often.
    pub(super) fn begin(&self, task: Option<TaskId>, late_ns: u64, resets: u32) {
        self.task.set(task);
        self.late_ns.set(late_ns);
        self.tally.begin(resets);
    }

    /// The innermost open transaction.
    pub(super) fn scope(&self) -> Option<Rc<Scope>> {
        self.scope.borrow().clone()
    }
}
