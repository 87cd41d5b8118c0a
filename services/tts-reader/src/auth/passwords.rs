//! Passwords: argon2id with OWASP's parameters, off the event loop, a bounded number at a time.

use std::sync::Arc;

use argon2::{
    Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version,
    password_hash::phc::PasswordHash,
};

use crate::{
    errors::{ApiError, INTERNAL},
    workers::{Figures, Pool},
};

/// Memory of one hash. Threads × this is all that logins can take.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// Logins that may wait for a thread: some seconds' worth on two cores.
const QUEUE: usize = 256;

/// Hashes and checks passwords.
#[derive(Debug)]
pub(crate) struct Passwords {
    pool: Pool,
    /// A hash nobody knows the password of: checked when the user is unknown, so that the time of
    /// the answer does not tell whether a user exists.
    decoy: Arc<str>,
}

impl Passwords {
    /// # Errors
    /// When the system has no randomness for the decoy's salt.
    pub(crate) fn new(threads: usize) -> Result<Self, argon2::password_hash::Error> {
        let decoy = hash_password(&uuid::Uuid::new_v4().to_string())?;
        Ok(Self { pool: Pool::new("Signing in", threads, QUEUE), decoy: decoy.into() })
    }

    /// A new hash, in PHC form.
    pub(crate) async fn hash(&self, password: String) -> Result<String, ApiError> {
        let hash = self.pool.run(move || hash_password(&password)).await?;
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
        let fits = self.pool.run(move || fits(&password, &hash)).await?;
        Ok(fits && known)
    }

    pub(crate) fn figures(&self) -> Figures {
        self.pool.figures()
    }
}

/// Hashes on this thread; for the command line, where nobody else waits.
///
/// # Errors
/// When the system has no randomness for the salt.
pub(crate) fn hash_password(password: &str) -> Result<String, argon2::password_hash::Error> {
    let hash: PasswordHash = hasher().hash_password(password.as_bytes())?;
    Ok(hash.to_string())
}

fn fits(password: &str, hash: &str) -> bool {
    // The parameters are read from the stored hash, so older ones keep working.
    PasswordHash::new(hash)
        .is_ok_and(|hash| hasher().verify_password(password.as_bytes(), &hash).is_ok())
}

fn hasher() -> Argon2<'static> {
    let params =
        Params::new(MEMORY_KIB, PASSES, LANES, None).expect("OWASP's parameters are valid");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

#[cfg(test)]
mod tests {
    use super::Passwords;

    #[tokio::test]
    async fn a_password_fits_its_own_hash_only() {
        let passwords = Passwords::new(1).unwrap();
        let hash = passwords.hash("Tr0ub4dor".to_owned()).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        let check = |password: &str, hash| passwords.verify(password.to_owned(), hash);
        assert!(check("Tr0ub4dor", Some(hash.clone())).await.unwrap());
        assert!(!check("tr0ub4dor", Some(hash.clone())).await.unwrap());
        assert!(!check("Tr0ub4dor", None).await.unwrap());
        assert!(!check("Tr0ub4dor", Some("not a hash".to_owned())).await.unwrap());
    }
}
