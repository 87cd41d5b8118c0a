//! Passwords are hashed and checked off the event loop, a bounded number at a time.

use std::{io, sync::Arc, time::Duration};

use tokio::time::Instant;

use super::{
    hashing::{fits, hash_password},
    refusals::Refusals,
};
use crate::{
    errors::{ApiError, INTERNAL},
    timings::{self, Stage},
    workers::{Figures, Pool},
};

/// Logins that may wait for a thread: some seconds' worth on two cores.
const QUEUE: usize = 256;

/// Hashes and checks passwords.
#[derive(Debug)]
pub(crate) struct Passwords {
    pool: Pool,
    /// A hash nobody knows the password of: checked when the user is unknown, so that the time of
    /// the answer does not tell whether a user exists.
    decoy: Arc<str>,
    refusals: Refusals,
}

impl Passwords {
    /// # Errors
    /// When the system has no thread left, or no randomness for the decoy's salt.
    pub(crate) fn new(threads: usize) -> io::Result<Self> {
        let decoy = hash_password(&uuid::Uuid::new_v4().to_string()).map_err(io::Error::other)?;
        let pool = Pool::new("Signing in", threads, QUEUE)?;
        Ok(Self { pool, decoy: decoy.into(), refusals: Refusals::default() })
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
        let known = hash.is_some();
        let hash: Arc<str> = hash.map_or_else(|| Arc::clone(&self.decoy), Arc::from);
        // Without the wait for a thread, which is the same for everybody.
        let tried = move || (Instant::now(), timed(|| fits(&password, &hash)));
        let (began, (fits, took)) = self.pool.run(tried).await?;
        if fits && known {
            timings::add(Stage::Hash, took);
        } else {
            // How long it took is not told: it says whose hash it was.
            self.refusals.wait(began).await;
        }
        Ok(fits && known)
    }

    /// Says whether anybody still has a hash of the original service.
    pub(crate) fn expect_both_hashes(&self, both: bool) {
        self.refusals.expect_both_hashes(both);
    }

    pub(crate) fn figures(&self) -> Figures {
        self.pool.figures()
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
}
