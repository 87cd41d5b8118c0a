//! The open connections of one user.

use std::cell::RefCell;
use std::future::poll_fn;
use std::pin::pin;
use std::rc::Rc;
use std::task::Context;

use super::connection::{Origin, Wire};

/// The connections of one user: one per origin, as few as a browser tab needs for a page.
#[derive(Default)]
pub(crate) struct Pool {
    open: RefCell<Vec<(Rc<Origin>, Wire)>>,
}

impl Pool {
    /// Takes the connection to `origin` out, if there is one; nobody else can use it meanwhile.
    pub(crate) fn take(&self, origin: &Rc<Origin>) -> Option<Wire> {
        let mut open = self.open.borrow_mut();
        let at = open.iter().position(|(known, _)| known == origin)?;
        Some(open.swap_remove(at).1)
    }

    /// Puts a connection back for the next request.
    pub(crate) fn put(&self, origin: Rc<Origin>, wire: Wire) {
        self.open.borrow_mut().push((origin, wire));
    }

    /// Waits, and lets go of connections that the other side closes meanwhile: it is told at once
    /// that nobody holds them any more, not with the next request.
    pub(crate) async fn watch_during<F: Future>(&self, wait: F) -> F::Output {
        let mut wait = pin!(wait);
        poll_fn(|cx| {
            self.drop_closed(cx);
            wait.as_mut().poll(cx)
        })
        .await
    }

    fn drop_closed(&self, cx: &mut Context<'_>) {
        self.open.borrow_mut().retain_mut(|(_, wire)| wire.poll_idle(cx).is_pending());
    }
}
