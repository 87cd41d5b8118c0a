//! A shape, asked once a second by the run's clock, whatever the ramps do.

use std::sync::Arc;
use std::time::Duration;

use katydid_core::{Shape, Stage};

/// Between two questions, unless the shape names a moment of its own.
const EVERY: Duration = Duration::from_secs(1);

/// A shape and how far it has been followed.
#[derive(Debug)]
pub(super) struct Programme {
    shape: Arc<dyn Shape>,
    /// When it is asked next, since the start of the run. `None`: it has said that it is over.
    next: Option<Duration>,
    last: Option<Stage>,
}

/// What a shape wants.
#[derive(Debug, PartialEq)]
pub(super) enum Wish {
    /// What it wanted before.
    Same,
    /// Something new.
    New(Stage),
    /// The end.
    Over,
}

impl Programme {
    pub(super) fn new(shape: Arc<dyn Shape>) -> Self {
        Self { shape, next: Some(Duration::ZERO), last: None }
    }

    /// When it wants to be asked.
    pub(super) fn next(&self) -> Option<Duration> {
        self.next
    }

    /// Asks what it wants at `at`, with so many users planned.
    pub(super) fn ask(&mut self, at: Duration, users: u32) -> Wish {
        let second = Duration::from_secs(at.as_secs()) + EVERY;
        let change = self.shape.next_change(at).filter(|change| *change > at);
        self.next = Some(change.map_or(second, |change| change.min(second)));
        match self.shape.stage(at, users) {
            None => {
                self.next = None;
                Wish::Over
            }
            stage if stage == self.last => Wish::Same,
            Some(stage) => {
                self.last = Some(stage.clone());
                Wish::New(stage)
            }
        }
    }
}
