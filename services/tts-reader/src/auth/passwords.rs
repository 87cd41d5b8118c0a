//! Passwords are hashed and checked off the event loop, a bounded number at a time.
//!
//! A hash of the original service takes about ten times as long as one of ours, so the time of a
//! refusal would tell who moved in from there and has not logged in since. As long as there are such
//! accounts every refusal is the same work in the same order, whoever it is that is refused: the password is
//! tried against a hash of ours, then against one of the original's. What the account has not, or nobody
//! has, a stand-in replaces. To wait instead would be cheaper; but on a full machine no wait is
//! long enough for everybody.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use super::hashing::{fits_original, fits_ours, hash_password, is_outdated};
use crate::{
    errors::{ApiError, INTERNAL},
    timings::{self, Stage},
    workers::{Figures, Pool, Refused},
};

/// Logins that may wait for a thread: some seconds' worth on two cores.
const QUEUE: usize = 256;

/// Hashes and checks passwords.
#[derive(Debug)]
pub(crate) struct Passwords {
    pool: Pool,
    /// For hashes of the original service: many that are refused there keep nobody waiting whose
    /// hash is ours.
    originals: Pool,
    /// A hash nobody knows the password of.
    decoy: Arc<str>,
    /// Whether anybody still has a hash of the original service.
    both_hashes: AtomicBool,
}

impl Passwords {
    /// # Errors
    /// When the system has no thread left, or no randomness for the decoy's salt.
    pub(crate) fn new(threads: usize) -> io::Result<Self> {
        let decoy = hash_password(&uuid::Uuid::new_v4().to_string()).map_err(io::Error::other)?;
        Ok(Self {
            pool: Pool::new("Signing in", threads, QUEUE)?,
            originals: Pool::new("Signing in", threads.div_ceil(2), QUEUE)?,
            decoy: decoy.into(),
            both_hashes: AtomicBool::new(false),
        })
    }

    /// A new hash, in PHC form.
    pub(crate) async fn hash(&self, password: String) -> Result<String, ApiError> {
        let (hash, took) = self.pool.run(move || timed(|| hash_password(&password))).await?;
        timings::add(Stage::Hash, took);
        hash.map_err(|error| ApiError::internal(INTERNAL, error))
    }

    /// Whether the password belongs to the hash; with no hash it takes as long and is false.
    pub(crate) async fn verify(
        &self,
        password: String,
        hash: Option<String>,
    ) -> Result<bool, ApiError> {
        let (original, ours) = match hash {
            Some(hash) if is_outdated(&hash) => (Some(hash), None),
            hash => (None, hash),
        };
        let (fits, took) = self.try_ours(password.clone(), ours).await?;
        if fits {
            timings::add(Stage::Hash, took);
            return Ok(true);
        }
        // How long it took is not told where it comes to nothing.
        if original.is_none() && !self.both_hashes.load(Ordering::Relaxed) {
            return Ok(false);
        }
        let tried = move || timed(|| fits_original(&password, original.as_deref()));
        let (fits, took_original) = self.originals.run(tried).await?;
        if fits {
            timings::add(Stage::Hash, took + took_original);
        }
        Ok(fits)
    }

    async fn try_ours(
        &self,
        password: String,
        hash: Option<String>,
    ) -> Result<(bool, Duration), Refused> {
        let known = hash.is_some();
        let hash: Arc<str> = hash.map_or_else(|| Arc::clone(&self.decoy), Arc::from);
        let tried = move || timed(|| fits_ours(&password, &hash));
        let (fits, took) = self.pool.run(tried).await?;
        Ok((fits && known, took))
    }

    /// Says whether anybody still has a hash of the original service.
    pub(crate) fn expect_both_hashes(&self, both: bool) {
        self.both_hashes.store(both, Ordering::Relaxed);
    }

    /// Of both queues together.
    pub(crate) fn figures(&self) -> Figures {
        let (ours, originals) = (self.pool.figures(), self.originals.figures());
        Figures {
            running: ours.running + originals.running,
            waiting: ours.waiting + originals.waiting,
            refused: ours.refused + originals.refused,
        }
    }

    /// Hashes computed since start, stand-ins too: ours, and the original's.
    pub(crate) fn computed(&self) -> [(&'static str, u64); 2] {
        [("argon2id", self.pool.done()), ("bcrypt", self.originals.done())]
    }
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    (work(), start.elapsed())
}

#[cfg(test)]
mod tests {
    use super::Passwords;

    #[tokio::test]
    async fn a_password_fits_its_own_hash_only() {
        let passwords = Passwords::new(1).unwrap();
        let hash = passwords.hash("Tr0ub4dor".to_owned()).await.unwrap();
        let check = |password: &str, hash| passwords.verify(password.to_owned(), hash);
        assert!(check("Tr0ub4dor", Some(hash.clone())).await.unwrap());
        assert!(!check("tr0ub4dor", Some(hash.clone())).await.unwrap());
        assert!(!check("Tr0ub4dor", None).await.unwrap());
    }

    #[tokio::test]
    async fn refusals_are_the_same_work_for_everybody() {
        let passwords = Passwords::new(1).unwrap();
        let ours = passwords.hash("Tr0ub4dor".to_owned()).await.unwrap();
        let original = bcrypt::hash("Tr0ub4dor", 4).unwrap();
        for (both, work) in [(true, [1, 1]), (false, [1, 0])] {
            passwords.expect_both_hashes(both);
            for hash in [Some(ours.clone()), None] {
                assert_eq!(work_of(&passwords, "tr0ub4dor", hash).await, (false, work));
            }
            // One that came meanwhile is tried all the same.
            let hash = Some(original.clone());
            assert_eq!(work_of(&passwords, "tr0ub4dor", hash).await, (false, [1, 1]));
            assert_eq!(work_of(&passwords, "Tr0ub4dor", Some(ours.clone())).await, (true, [1, 0]));
        }
    }

    /// Whether it fits, and how many hashes of either kind were computed for that.
    async fn work_of(
        passwords: &Passwords,
        password: &str,
        hash: Option<String>,
    ) -> (bool, [u64; 2]) {
        let before = passwords.computed();
        let fits = passwords.verify(password.to_owned(), hash).await.unwrap();
        let after = passwords.computed();
        (fits, [after[0].1 - before[0].1, after[1].1 - before[1].1])
    }
}
