//! What all routes know.

use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use crate::api::ApiError;
use crate::board::Board;
use crate::director::{Change, Director, Order, Refusal};
use crate::live::Live;
use crate::locust::Edited;
use crate::saved::Shelf;
use crate::security::Gate;
use crate::suite::SuiteInfo;

/// What all routes know. Cheap to clone.
#[derive(Clone)]
pub(crate) struct App(Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) board: Board,
    pub(crate) director: Arc<dyn Director>,
    pub(crate) suite: SuiteInfo,
    pub(crate) gate: Gate,
    pub(crate) live: Live,
    pub(crate) shelf: Shelf,
    /// Classes that were edited for the next run. Held for moments, never over an await.
    edited: Mutex<Edited>,
}

impl Deref for App {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl App {
    /// Also starts what follows the board; it ends with `ended`.
    pub(crate) fn new(
        board: Board,
        director: Arc<dyn Director>,
        suite: SuiteInfo,
        gate: Gate,
        ended: watch::Receiver<bool>,
    ) -> Self {
        let live = Live::follow(&board, Arc::clone(&director), ended);
        let shelf = Shelf::new(&suite.runs);
        let edited = Mutex::default();
        Self(Arc::new(Inner { board, director, suite, gate, live, shelf, edited }))
    }

    /// Begins a run. Calls of a director may block, so they have threads of their own.
    pub(crate) async fn start(&self, order: Order) -> Result<(), Refusal> {
        let presets = self.suite.presets.iter().find(|preset| preset.name == "config-users");
        let presets = presets.map(|preset| &preset.words[..]).unwrap_or_default();
        let order = self.edited().applied_to(order, presets);
        self.call(move |director| director.start(order)).await
    }

    /// Classes that were edited for the next run.
    pub(crate) fn edited(&self) -> MutexGuard<'_, Edited> {
        self.edited.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Something that may block and has nothing to do with the director.
    pub(crate) async fn apart<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let app = self.clone();
        let done = tokio::task::spawn_blocking(move || work(&app)).await;
        done.unwrap_or_else(|_| Err(ApiError::broken("that went wrong here; see the log")))
    }

    /// Changes the run that is on.
    pub(crate) async fn change(&self, change: Change) -> Result<(), Refusal> {
        self.call(move |director| director.change(change)).await
    }

    /// Asks the director something that may block.
    pub(crate) async fn call<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&dyn Director) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Refusal> {
        let director = Arc::clone(&self.director);
        let asked = tokio::task::spawn_blocking(move || ask(&*director)).await;
        asked.unwrap_or_else(|_| Err(Refusal::Conflict("that went wrong here; see the log".into())))
    }
}
