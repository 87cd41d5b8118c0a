//! Users that are new: they have started, and their first task has not ended. Until then they do what
//! others do at the same moment, which is more than they keep up.

use std::cell::Cell;
use std::rc::Rc;

use super::dispatcher::{Message, Messages};

/// The new users of one thread.
pub(super) struct Newcomers {
    thread: usize,
    to: Messages,
    count: Cell<u32>,
    /// The dispatcher wants to know when there are none.
    wanted: Cell<bool>,
}

impl Newcomers {
    pub(super) fn new(thread: usize, to: &Messages) -> Rc<Self> {
        Rc::new(Self { thread, to: to.clone(), count: Cell::new(0), wanted: Cell::new(false) })
    }

    /// One more; it is new as long as the answer lives.
    pub(super) fn arrive(self: &Rc<Self>) -> Newcomer {
        self.count.set(self.count.get() + 1);
        Newcomer(Rc::clone(self))
    }

    /// Tells the dispatcher as soon as there are none.
    pub(super) fn ask(&self) {
        self.wanted.set(true);
        self.tell();
    }

    fn tell(&self) {
        if self.wanted.get() && self.count.get() == 0 {
            self.wanted.set(false);
            let _ = self.to.send(Message::Settled(self.thread));
        }
    }
}

/// A user that is new.
pub(crate) struct Newcomer(Rc<Newcomers>);

impl Drop for Newcomer {
    fn drop(&mut self) {
        self.0.count.set(self.0.count.get() - 1);
        self.0.tell();
    }
}
