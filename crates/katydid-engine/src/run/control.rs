//! The handle by which others steer and end a run.

use std::sync::{Arc, Mutex};

use katydid_core::{ArrivalRate, RunState, StopReason, or_nearest};

use super::dispatcher::{Message, Messages, Steer};
use crate::class::Class;

/// Characters of a mark.
const MOST_OF_A_MARK: usize = 200;

/// Steers a run from another thread: Ctrl-C, keys, a page. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Control {
    inner: Arc<Mutex<Shared>>,
}

#[derive(Debug, Default)]
struct Shared {
    /// The dispatcher's mailbox while a run is on.
    run: Option<Messages>,
    /// An end asked for before the run began.
    early: Option<Steer>,
    state: RunState,
    target: u32,
    classes: Vec<Share>,
    /// The number of users follows from the arrivals.
    open_model: bool,
    paused: bool,
    /// Task starts per second now.
    rate: Option<f64>,
}

#[derive(Debug)]
struct Share {
    class: Arc<str>,
    weight: u32,
    fixed_count: u32,
}

/// Why a run cannot be steered like that.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SteerError {
    /// There is no run, or no more.
    #[error("there is nothing to steer: the run is not on")]
    NotOn,
    /// Users come as tasks are due.
    #[error("the run has an arrival rate; its users follow from that and cannot be steered")]
    OpenModel,
    /// A rate that leads nowhere.
    #[error("the spawn rate must be a number of users per second above 0, not {0}")]
    Rate(f64),
    /// No arrivals to change.
    #[error("the run has users and no arrival rate; change their number instead")]
    ClosedModel,
    /// A rate at which nothing starts, or more than can be.
    #[error("{0}")]
    ArrivalRate(String),
    /// A pause of a run that is paused.
    #[error("the run is paused already")]
    Paused,
    /// Going on with a run that is not paused.
    #[error("the run is not paused")]
    NotPaused,
    /// A mark without words.
    #[error("a mark needs a word or two that say what happened")]
    NoWords,
    /// No class of this name.
    #[error("no user class is named {class}; {hint}")]
    UnknownClass {
        /// What was given.
        class: String,
        /// The nearest name, or all of them.
        hint: String,
    },
    /// A weight that would have no effect.
    #[error("{0} has a fixed count, so its weight is never used; change the count instead")]
    FixedCount(String),
    /// Nobody could be started any more.
    #[error("with weight 0 for {0} no class has a weight; give another one a weight first")]
    NoClass(String),
}

impl Control {
    /// A handle for one run, or for several, one after the other.
    pub fn new() -> Self {
        Self::default()
    }

    /// Stops the run gracefully: users finish their task within the stop timeout, then reports.
    /// Before the run has begun: as soon as it has.
    pub fn stop(&self) {
        self.stop_as(StopReason::Interrupted);
    }

    /// As [`stop`](Self::stop), for this reason.
    pub fn stop_as(&self, reason: StopReason) {
        self.lock().end(Steer::Stop(reason));
    }

    /// Stops the run now: tasks are cut.
    pub fn cut(&self) {
        self.cut_as(StopReason::Interrupted);
    }

    /// As [`cut`](Self::cut), for this reason.
    pub fn cut_as(&self, reason: StopReason) {
        self.lock().end(Steer::Cut(reason));
    }

    /// Ready for a next run: what was asked of the last one no longer counts.
    pub fn renew(&self) {
        *self.lock() = Shared::default();
    }

    /// Whether an end was asked for before the run has begun.
    pub fn is_ended_early(&self) -> bool {
        self.lock().early.is_some()
    }

    /// Goes from the present number of users to `users`, at `spawn_rate` per second up or down. A
    /// ramp that is under way ends where it is. The last started go first; each may finish its task
    /// within the stop timeout. With a shape this holds until the shape's next change.
    ///
    /// # Errors
    /// When no run is on or the rate is not above 0.
    pub fn set_users(&self, users: u32, spawn_rate: f64) -> Result<(), SteerError> {
        if !(spawn_rate.is_finite() && spawn_rate > 0.0) {
            return Err(SteerError::Rate(spawn_rate));
        }
        self.lock().steer(Steer::Users(users, spawn_rate))
    }

    /// So many users more, or fewer down to 0, at 100 per second: what Locust's keys do with 1, 10,
    /// -1 and -10. Locust ignores its keys while [`state`](Self::state) is *spawning*; this does
    /// not, and counts from where the present ramp leads.
    ///
    /// # Errors
    /// When no run is on.
    pub fn add_users(&self, delta: i32) -> Result<(), SteerError> {
        self.lock().steer(Steer::Add(delta))
    }

    /// Begins all statistics anew: what was measured up to now no longer counts, requests under way
    /// do.
    ///
    /// # Errors
    /// When no run is on.
    pub fn reset_stats(&self) -> Result<(), SteerError> {
        self.lock().steer(Steer::Reset)
    }

    /// Pauses the run: users finish the task they are in and begin nothing, their waits stand still,
    /// and in the open model nothing is due. The time of the run goes on, and the run says that it was
    /// paused: it is DISTURBED.
    ///
    /// # Errors
    /// When no run is on, or it is paused.
    pub fn pause(&self) -> Result<(), SteerError> {
        let mut shared = self.lock();
        if shared.paused {
            return Err(SteerError::Paused);
        }
        shared.steer(Steer::Pause)?;
        shared.paused = true;
        Ok(())
    }

    /// Goes on after a pause. What would have been due meanwhile is not made up for.
    ///
    /// # Errors
    /// When no run is on, or it is not paused.
    pub fn resume(&self) -> Result<(), SteerError> {
        let mut shared = self.lock();
        if shared.run.is_some() && !shared.paused {
            return Err(SteerError::NotPaused);
        }
        shared.steer(Steer::Resume)?;
        shared.paused = false;
        Ok(())
    }

    /// Lets tasks start at this rate from now on, per second, to the end of the run or of its stages.
    ///
    /// # Errors
    /// When no run is on, it has no arrival rate, or this is none.
    pub fn set_arrival_rate(&self, per_second: f64) -> Result<(), SteerError> {
        ArrivalRate::constant(per_second)
            .map_err(|fault| SteerError::ArrivalRate(fault.to_string()))?;
        self.lock().steer(Steer::Rate(per_second))
    }

    /// Whether the run is paused.
    pub fn is_paused(&self) -> bool {
        self.lock().paused
    }

    /// Task starts per second that are due now; `None` in the closed model.
    pub fn arrival_rate(&self) -> Option<f64> {
        self.lock().rate
    }

    /// Marks this moment on the time line of the run, with these words: the first 200 characters of
    /// them, in one line.
    ///
    /// # Errors
    /// When no run is on, or there are no words.
    pub fn mark(&self, text: &str) -> Result<(), SteerError> {
        let words: Vec<&str> =
            text.split(char::is_whitespace).filter(|it| !it.is_empty()).collect();
        let text: String = words.join(" ").chars().take(MOST_OF_A_MARK).collect();
        if text.is_empty() {
            return Err(SteerError::NoWords);
        }
        self.lock().steer(Steer::Mark(text))
    }

    /// Changes the weight of a class. Nobody starts or stops for it; the next ramps lead to the new
    /// proportions as far as their number of users allows.
    ///
    /// # Errors
    /// When no run is on, the class is unknown, or the weight could have no effect.
    pub fn set_weight(&self, class: &str, weight: u32) -> Result<(), SteerError> {
        let mut shared = self.lock();
        let index = shared.changeable(class, weight)?;
        shared.steer(Steer::Weight(index, weight))?;
        shared.classes[index].weight = weight;
        Ok(())
    }

    /// Where the run stands.
    pub fn state(&self) -> RunState {
        self.lock().state
    }

    /// The number of users that the present ramp leads to, or the last one has led to.
    pub fn target_users(&self) -> u32 {
        self.lock().target
    }

    /// The classes with their present weights, in the order of the suite; empty before the run.
    pub fn weights(&self) -> Vec<(Arc<str>, u32)> {
        let shared = self.lock();
        shared.classes.iter().map(|share| (Arc::clone(&share.class), share.weight)).collect()
    }

    pub(super) fn attach(&self, messages: &Messages, classes: &[Class], open_model: bool) {
        let mut shared = self.lock();
        shared.open_model = open_model;
        let share = |class: &Class| {
            let (weight, fixed_count) = class.shares();
            Share { class: Arc::clone(class.name()), weight, fixed_count }
        };
        shared.classes = classes.iter().map(share).collect();
        shared.run = Some(messages.clone());
        if let Some(early) = shared.early.take() {
            shared.end(early);
        }
    }

    /// What the dispatcher says of the run.
    pub(super) fn note(&self, state: RunState, target: u32) {
        let mut shared = self.lock();
        (shared.state, shared.target) = (state, target);
    }

    pub(super) fn note_paused(&self, paused: bool) {
        self.lock().paused = paused;
    }

    pub(super) fn note_rate(&self, rate: Option<f64>) {
        self.lock().rate = rate;
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Shared> {
        self.inner.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Shared {
    fn end(&mut self, how: Steer) {
        match &self.run {
            // A run that has ended no longer listens, and needs no stopping.
            Some(run) => drop(run.send(Message::Steer(how))),
            None => self.early = Some(how),
        }
    }

    fn steer(&self, how: Steer) -> Result<(), SteerError> {
        let open = !matches!(self.state, RunState::Stopping | RunState::Stopped);
        let run = self.run.as_ref().filter(|_| open).ok_or(SteerError::NotOn)?;
        let of_users = matches!(how, Steer::Users(..) | Steer::Add(_) | Steer::Weight(..));
        if self.open_model && of_users {
            return Err(SteerError::OpenModel);
        }
        if !self.open_model && matches!(how, Steer::Rate(_)) {
            return Err(SteerError::ClosedModel);
        }
        run.send(Message::Steer(how)).map_err(|_| SteerError::NotOn)
    }

    /// The class that may have this weight.
    fn changeable(&self, class: &str, weight: u32) -> Result<usize, SteerError> {
        if self.run.is_none() {
            return Err(SteerError::NotOn);
        }
        let index = self.classes.iter().position(|share| &*share.class == class);
        let index = index.ok_or_else(|| SteerError::UnknownClass {
            class: class.to_owned(),
            hint: or_nearest(class, self.classes.iter().map(|share| &*share.class)),
        })?;
        if self.classes[index].fixed_count > 0 {
            return Err(SteerError::FixedCount(class.to_owned()));
        }
        let weighted = |share: &Share| share.weight > 0 && share.fixed_count == 0;
        let mut others = self.classes.iter().enumerate().filter(|(other, _)| *other != index);
        if weight == 0 && !others.any(|(_, share)| weighted(share)) {
            return Err(SteerError::NoClass(class.to_owned()));
        }
        Ok(index)
    }
}
