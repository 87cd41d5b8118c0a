//! The handle by which others end a run.

use std::sync::{Arc, Mutex};

use super::dispatcher::{Message, Messages};

/// Ends a run from another thread, e.g. on Ctrl-C. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Control {
    inner: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    /// The dispatcher's mailbox while a run is on.
    run: Option<Messages>,
    /// Asked for before the run began.
    early: Option<Message>,
}

impl Control {
    /// A handle for one run.
    pub fn new() -> Self {
        Self::default()
    }

    /// Stops the run gracefully: users finish their task within the stop timeout, then reports.
    pub fn stop(&self) {
        self.lock().send(Message::Stop);
    }

    /// Stops the run now: tasks are cut.
    pub fn cut(&self) {
        self.lock().send(Message::Cut);
    }

    pub(super) fn attach(&self, messages: &Messages) {
        let mut state = self.lock();
        state.run = Some(messages.clone());
        if let Some(early) = state.early.take() {
            state.send(early);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.inner.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl State {
    fn send(&mut self, message: Message) {
        match &self.run {
            // A run that has ended no longer listens, and needs no stopping.
            Some(run) => drop(run.send(message)),
            None => self.early = Some(message),
        }
    }
}
