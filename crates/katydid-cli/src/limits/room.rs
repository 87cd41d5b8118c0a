//! Who may be added to the run that is on.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use katydid_engine::RunSettings;

use super::make_room;
use crate::embedded::Backend;
use crate::suite::{AccountsUse, Enough, Suite};

/// Why nobody changes the load of a search.
pub(crate) const SEARCH: &str = "a search chooses its loads by itself, and a probe that was changed \
                                 shows nothing; let it come to its end, or stop it";

/// Room for users of the run that is on. Every door through which they are raised asks here: the live
/// page, its interfaces and the keys of the terminal. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Room(Arc<Mutex<Needs>>);

/// What a run needs for its users, beside what the machine has for them.
#[derive(Debug, Default)]
pub(crate) struct Needs {
    /// Threads of the run.
    pub(crate) threads: usize,
    /// The users whom its embedded backend knows, where users need to be known.
    pub(crate) accounts: Option<u32>,
    /// What the suite says of a number of users.
    pub(crate) enough: Option<Enough>,
    /// Why their number cannot be changed at all, as a sentence.
    pub(crate) users_stay: Option<&'static str>,
    /// It is a probe of a search.
    pub(crate) search: bool,
}

impl Needs {
    /// Those of a suite's run with this backend of its own.
    pub(crate) fn of(
        suite: &Suite,
        run: &RunSettings,
        backend: Option<&Backend>,
        enough: Option<Enough>,
    ) -> Self {
        let knows = backend.filter(|_| suite.accounts != AccountsUse::NotUsed);
        let accounts = knows.map(Backend::accounts);
        Self { threads: run.threads, accounts, enough, ..Self::default() }
    }
}

impl Room {
    /// A run begins that needs this for its users.
    pub(crate) fn begin(&self, needs: Needs) {
        *self.lock() = needs;
    }

    /// Makes room for `users`, of whom `present` have theirs.
    ///
    /// # Errors
    /// What they lack, as a sentence.
    pub(crate) fn make(&self, users: u32, present: u32) -> Result<(), String> {
        if users <= present {
            return Ok(());
        }
        let needs = self.lock();
        make_room(users, needs.threads.max(1)).map_err(|fault| fault.to_string())?;
        if let Some(accounts) = needs.accounts.filter(|accounts| *accounts < users) {
            return Err(format!(
                "{users} users need {users} accounts and the embedded backend was started with \
                 {accounts}; stop this run and start one with {users} users, for which it gets more"
            ));
        }
        needs.enough.as_ref().map_or(Ok(()), |enough| enough.check(users))
    }

    /// Why the number of users cannot be changed at all, if it cannot.
    pub(crate) fn why_users_stay(&self) -> Option<&'static str> {
        let needs = self.lock();
        if needs.search { Some(SEARCH) } else { needs.users_stay }
    }

    /// Why the run cannot be paused, if it cannot.
    pub(crate) fn why_no_pause(&self) -> Option<&'static str> {
        self.lock().search.then_some(SEARCH)
    }

    fn lock(&self) -> MutexGuard<'_, Needs> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
