//! The open connections of one user.

use std::cell::RefCell;

use super::connection::{Origin, Wire};

/// The connections of one user: one per origin, as few as a browser tab needs for a page.
#[derive(Default)]
pub(crate) struct Pool {
    open: RefCell<Vec<(Origin, Wire)>>,
}

impl Pool {
    /// Takes the connection to `origin` out, if there is one; nobody else can use it meanwhile.
    pub(crate) fn take(&self, origin: &Origin) -> Option<Wire> {
        let mut open = self.open.borrow_mut();
        let at = open.iter().position(|(known, _)| known == origin)?;
        Some(open.swap_remove(at).1)
    }

    /// Puts a connection back for the next request.
    pub(crate) fn put(&self, origin: Origin, wire: Wire) {
        self.open.borrow_mut().push((origin, wire));
    }
}
