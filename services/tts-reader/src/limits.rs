//! Limits by the hour that hold whichever of several services a request comes to.
//!
//! A service on SQLite is alone and counts in memory (`rate_limit.rs`). Services on one PostgreSQL count
//! there, many tries at once in one statement (`store/counts.rs`).

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use sha2::{Digest, Sha256};

use crate::{
    domain::UserId,
    errors::ApiError,
    rate_limit::{Exceeded, RateLimiter, RateStatus},
    store::{Account, Count, Desk, Key, Store, StoreError},
};

/// Refusals that are remembered, at most.
const REMEMBERED: usize = 100_000;

/// Counts what may be done so many times in any hour.
#[derive(Debug)]
pub(crate) enum Limiter {
    Memory(Box<RateLimiter<String>>),
    Database(Box<Shared>),
}

/// A limit that holds for all services on the database.
#[derive(Debug)]
pub(crate) struct Shared {
    store: Store,
    /// Tells its keys from those of other limits.
    what: &'static str,
    limit: u32,
    desk: Desk,
    /// Who is refused, and until when: a flood of refused requests must stay cheap. `None` where tries
    /// are given back, which ends a refusal early.
    refused: Option<Refusals>,
}

/// Why a try does not count.
#[derive(Debug)]
pub(crate) enum Denied {
    /// It is one too many.
    Exceeded(Exceeded),
    /// The database did not say.
    Store(StoreError),
}

impl Limiter {
    /// A limit of tries that all count.
    pub(crate) fn new(what: &'static str, limit: u32, store: &Store) -> Self {
        Self::with(what, limit, store, Some(Refusals::default()))
    }

    /// A limit of tries of which some are given back.
    pub(crate) fn with_returns(what: &'static str, limit: u32, store: &Store) -> Self {
        Self::with(what, limit, store, None)
    }

    fn with(what: &'static str, limit: u32, store: &Store, refused: Option<Refusals>) -> Self {
        if store.is_shared() {
            let desk = Desk::new(store, limit);
            Self::Database(Box::new(Shared { store: store.clone(), what, limit, desk, refused }))
        } else {
            Self::Memory(Box::new(RateLimiter::new(limit)))
        }
    }

    /// Counts one try, unless it is one too many.
    pub(crate) async fn check(&self, whose: &str) -> Result<RateStatus, Denied> {
        match self {
            Self::Memory(counts) => counts.check(whose.to_owned()).map_err(Denied::Exceeded),
            Self::Database(shared) => shared.check(whose).await,
        }
    }

    /// Counts a request of an account, and finds the account by its session; in one statement where the
    /// database counts.
    pub(crate) async fn account(
        &self,
        store: &Store,
        session: &str,
        user: &UserId,
    ) -> Result<(RateStatus, Result<Option<Account>, StoreError>), Denied> {
        match self {
            Self::Memory(_) => {
                let status = self.check(user.as_str()).await?;
                Ok((status, store.account_of(session, user).await))
            }
            Self::Database(shared) => {
                let (status, account) = shared.account(session, user).await?;
                Ok((status, Ok(account)))
            }
        }
    }

    /// Takes back a try that was counted: it was none of those that are limited.
    pub(crate) async fn give_back(&self, whose: &str) {
        match self {
            Self::Memory(counts) => counts.give_back(&whose.to_owned()),
            Self::Database(shared) => {
                if let Err(error) = shared.store.uncount(&shared.key(whose)).await {
                    tracing::warn!(%error, limit = shared.what, "a try stays counted that was none");
                }
            }
        }
    }

    /// Forgets what is over.
    pub(crate) fn forget_idle(&self) {
        match self {
            Self::Memory(counts) => counts.forget_idle(),
            Self::Database(shared) => {
                if let Some(refused) = &shared.refused {
                    refused.forget_old();
                }
            }
        }
    }
}

impl Shared {
    async fn check(&self, whose: &str) -> Result<RateStatus, Denied> {
        let key = self.key(whose);
        self.unless_refused(&key)?;
        let count = self.store.count(&key, self.limit).await?;
        self.judge(key, count)
    }

    async fn account(
        &self,
        session: &str,
        user: &UserId,
    ) -> Result<(RateStatus, Option<Account>), Denied> {
        let key = self.key(user.as_str());
        self.unless_refused(&key)?;
        let counted = self.desk.pass(key, session, user).await?;
        Ok((self.judge(key, counted.count)?, counted.account))
    }

    fn unless_refused(&self, key: &Key) -> Result<(), Denied> {
        match self.refused.as_ref().and_then(|refused| refused.left(key)) {
            Some(reset) => Err(self.exceeded(reset)),
            None => Ok(()),
        }
    }

    fn judge(&self, key: Key, count: Count) -> Result<RateStatus, Denied> {
        let reset = count.reset(self.limit);
        if count.passed {
            let passed = u32::try_from(count.total).unwrap_or(u32::MAX);
            return Ok(RateStatus { remaining: self.limit.saturating_sub(passed), reset });
        }
        if let Some(refused) = &self.refused {
            refused.note(key, reset);
        }
        Err(self.exceeded(reset))
    }

    fn exceeded(&self, reset: u64) -> Denied {
        let status = RateStatus { remaining: 0, reset };
        Denied::Exceeded(Exceeded { limit: self.limit, status })
    }

    fn key(&self, whose: &str) -> Key {
        let digest = Sha256::digest(format!("{}\n{whose}", self.what));
        std::array::from_fn(|at| digest[at])
    }
}

impl Denied {
    /// As the caller is told, with words for what is one too many.
    pub(crate) fn told(self, exceeded: impl FnOnce(Exceeded) -> ApiError) -> ApiError {
        match self {
            Self::Exceeded(it) => exceeded(it),
            Self::Store(error) => error.into(),
        }
    }
}

impl From<StoreError> for Denied {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Keys without room, and when there will be some.
#[derive(Debug, Default)]
struct Refusals(Mutex<HashMap<Key, Instant>>);

impl Refusals {
    /// Seconds until a refused key has room.
    fn left(&self, key: &Key) -> Option<u64> {
        let until = *self.lock().get(key)?;
        let left = until.saturating_duration_since(Instant::now());
        (!left.is_zero()).then(|| left.as_secs() + u64::from(left.subsec_nanos() > 0))
    }

    fn note(&self, key: Key, seconds: u64) {
        let mut keys = self.lock();
        if keys.len() < REMEMBERED {
            keys.insert(key, Instant::now() + Duration::from_secs(seconds));
        }
    }

    fn forget_old(&self) {
        let now = Instant::now();
        self.lock().retain(|_, until| *until > now);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Instant>> {
        // Each change is one call on the map: nothing can be left half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::Refusals;

    #[test]
    fn a_refusal_is_remembered_until_there_is_room() {
        let refused = Refusals::default();
        assert_eq!(refused.left(&[1; 16]), None);
        refused.note([1; 16], 3_600);
        refused.note([2; 16], 0);
        assert_eq!(refused.left(&[1; 16]), Some(3_600));
        assert_eq!(refused.left(&[2; 16]), None);
        refused.forget_old();
        assert_eq!(refused.lock().len(), 1);
    }
}
