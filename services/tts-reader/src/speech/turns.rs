//! Who speaks next.
//!
//! A bounded number of jobs is admitted, of each account and in all; the rest is refused at once with
//! an estimate of when it is worth coming back. Those that were admitted speak in turns, a fixed
//! number at a time. A turn is short (a piece of a text, not the whole), and the accounts that wait get
//! turns one after the other, whatever each of them has waiting: two hundred texts of one delay
//! another's single text by a turn, and a long text delays nobody by its length.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tokio::sync::oneshot;

use crate::{
    domain::UserId,
    timings::{self, Stage},
    workers::{Figures, Refused},
};

/// Texts that have begun, for each that can be spoken at a time. What was spoken of them is kept in memory,
/// so they end before others begin.
const BEGUN: usize = 8;

/// How much there may be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    /// Turns at the same time.
    pub(crate) slots: usize,
    /// Jobs that may wait beside as many as there are turns.
    pub(crate) queue: usize,
    /// Jobs of one account, waiting or not.
    pub(crate) of_account: usize,
}

/// The queue of speech.
#[derive(Debug)]
pub(crate) struct Turns {
    shared: Arc<Shared>,
}

/// A job that was admitted; dropping it ends it.
#[derive(Debug)]
pub(crate) struct Place {
    shared: Arc<Shared>,
    user: UserId,
    id: u64,
    /// Since when it has a turn.
    turn: Option<Instant>,
    /// Whether it had one yet.
    begun: bool,
    /// How long its turns took.
    took: Duration,
}

impl Turns {
    pub(crate) fn new(bounds: Bounds) -> Self {
        Self { shared: Arc::new(Shared { bounds, state: Mutex::default() }) }
    }

    /// Admits a job, or says at once that there is no room.
    pub(crate) fn admit(&self, user: &UserId) -> Result<Place, Refused> {
        let bounds = &self.shared.bounds;
        let mut state = self.shared.lock();
        let of_account = state.accounts.get(user).map_or(0, |account| account.admitted);
        let what = if of_account >= bounds.of_account {
            Some(("Speech synthesis for this account", of_account))
        } else if state.admitted >= bounds.slots + bounds.queue {
            Some(("Speech synthesis", state.admitted))
        } else {
            None
        };
        if let Some((what, before)) = what {
            state.refused += 1;
            let retry_after = state.seconds_for(before + 1, bounds.slots);
            return Err(Refused::Full { what, retry_after });
        }
        state.admitted += 1;
        state.last_id += 1;
        let id = state.last_id;
        state.accounts.entry(user.clone()).or_default().admitted += 1;
        drop(state);
        let (shared, user) = (Arc::clone(&self.shared), user.clone());
        Ok(Place { shared, user, id, turn: None, begun: false, took: Duration::ZERO })
    }

    /// Jobs with a turn and jobs without one.
    pub(crate) fn figures(&self) -> Figures {
        let state = self.shared.lock();
        Figures {
            running: state.running,
            waiting: state.admitted.saturating_sub(state.running),
            refused: state.refused,
        }
    }
}

impl Place {
    /// Waits for the next turn; the one it has, if any, ends. Whoever stops waiting is out of the line.
    pub(crate) async fn turn(&mut self) {
        self.stop_clock();
        let granted = self.shared.ask(self);
        self.turn = None;
        let mut wait = Wait { place: &*self, is_over: false };
        {
            let _timed = timings::span(Stage::Queue);
            // The other end is in the queue, which ends a wait only by granting it.
            let _ = granted.await;
        }
        wait.is_over = true;
        drop(wait);
        self.turn = Some(Instant::now());
        self.begun = true;
    }

    /// Ends the turn it has; the place stays taken, for what was spoken is still kept in memory.
    pub(crate) fn rest(&mut self) {
        self.stop_clock();
        if self.turn.take().is_some() {
            self.shared.rest(&self.user);
        }
    }

    fn stop_clock(&mut self) {
        self.took += self.turn.map_or(Duration::ZERO, |since| since.elapsed());
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.stop_clock();
        self.shared.leave(self);
    }
}

/// Somebody waits; dropped before the end, he leaves the line.
struct Wait<'p> {
    place: &'p Place,
    is_over: bool,
}

impl Drop for Wait<'_> {
    fn drop(&mut self) {
        if !self.is_over {
            self.place.shared.give_up(self.place);
        }
    }
}

/// What turns and places share.
#[derive(Debug)]
struct Shared {
    bounds: Bounds,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    last_id: u64,
    /// Jobs that are there.
    admitted: usize,
    /// Of those, the ones that had a turn.
    begun: usize,
    /// Turns that are given out.
    running: usize,
    accounts: HashMap<UserId, Account>,
    /// Accounts with somebody waiting, in the order of their next turns.
    round: VecDeque<UserId>,
    refused: u64,
    /// Moving average of the time that the turns of one job take; zero until the first one ended.
    typical: Duration,
}

#[derive(Debug, Default)]
struct Account {
    admitted: usize,
    /// Those that have begun first, then in order of arrival.
    waiting: VecDeque<Waiting>,
}

#[derive(Debug)]
struct Waiting {
    id: u64,
    begun: bool,
    granted: oneshot::Sender<()>,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing that could panic half-way runs under it.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends the turn that a job has and puts it into the line; the end of its wait.
    fn ask(&self, place: &Place) -> oneshot::Receiver<()> {
        let (granted, wait) = oneshot::channel();
        let waiting = Waiting { id: place.id, begun: place.begun, granted };
        let mut state = self.lock();
        if place.turn.is_some() {
            state.end_turn(&place.user);
        }
        let account = state.accounts.entry(place.user.clone()).or_default();
        let is_first = account.waiting.is_empty();
        // What has begun goes on before the account's other texts begin.
        if waiting.begun {
            account.waiting.push_front(waiting);
        } else {
            account.waiting.push_back(waiting);
        }
        if is_first {
            state.round.push_back(place.user.clone());
        }
        state.hand_out(&self.bounds);
        wait
    }

    /// Somebody waits no more: he is taken out of the line, or gives back what was just granted.
    fn give_up(&self, place: &Place) {
        let mut state = self.lock();
        if !state.take_out(&place.user, place.id) {
            state.end_turn(&place.user);
            state.begun -= usize::from(!place.begun);
            state.hand_out(&self.bounds);
        }
    }

    fn rest(&self, user: &UserId) {
        let mut state = self.lock();
        state.end_turn(user);
        state.hand_out(&self.bounds);
    }

    fn leave(&self, place: &Place) {
        let mut state = self.lock();
        if place.turn.is_some() {
            state.end_turn(&place.user);
        }
        if place.begun {
            state.begun -= 1;
            state.note(place.took);
        }
        state.admitted -= 1;
        if let Some(account) = state.accounts.get_mut(&place.user) {
            account.admitted -= 1;
            if account.admitted == 0 {
                state.accounts.remove(&place.user);
            }
        }
        state.hand_out(&self.bounds);
    }
}

impl State {
    /// Gives the turns that are free to those who are next.
    fn hand_out(&mut self, bounds: &Bounds) {
        while self.running < bounds.slots {
            let Some(next) = self.next(bounds) else { return };
            self.running += 1;
            self.begun += usize::from(!next.begun);
            // Whoever leaves takes himself out of the line under the same lock: somebody is there.
            let _ = next.granted.send(());
        }
    }

    /// The account that had it is the last one now.
    fn end_turn(&mut self, user: &UserId) {
        self.running -= 1;
        if let Some(at) = self.round.iter().position(|other| other == user) {
            let user = self.round.remove(at);
            self.round.extend(user);
        }
    }

    /// The first of the next account that may have a turn; that account is the last one then.
    fn next(&mut self, bounds: &Bounds) -> Option<Waiting> {
        let may_begin = self.begun < BEGUN * bounds.slots;
        let accounts = &self.accounts;
        let first = |user: &UserId| accounts.get(user)?.waiting.front();
        let may = |user: &UserId| first(user).is_some_and(|one| one.begun || may_begin);
        let at = self.round.iter().position(may)?;
        let user = self.round.remove(at)?;
        let account = self.accounts.get_mut(&user)?;
        let next = account.waiting.pop_front()?;
        if !account.waiting.is_empty() {
            self.round.push_back(user);
        }
        Some(next)
    }

    /// Takes one out of its line; false when it is in none.
    fn take_out(&mut self, user: &UserId, id: u64) -> bool {
        let Some(account) = self.accounts.get_mut(user) else { return false };
        let Some(at) = account.waiting.iter().position(|one| one.id == id) else { return false };
        account.waiting.remove(at);
        if account.waiting.is_empty() {
            self.round.retain(|other| other != user);
        }
        true
    }

    fn note(&mut self, took: Duration) {
        self.typical = if self.typical.is_zero() { took } else { self.typical * 7 / 8 + took / 8 };
    }

    /// Seconds in which so many jobs should be done.
    fn seconds_for(&self, jobs: usize, slots: usize) -> u64 {
        let jobs = u32::try_from(jobs).unwrap_or(u32::MAX);
        let seconds = self.typical.saturating_mul(jobs).as_secs_f64() / slots as f64;
        (seconds.ceil() as u64).clamp(1, 60)
    }
}

#[cfg(test)]
mod tests;
