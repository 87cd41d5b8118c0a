//! Argon2id with memory that is kept: each thread allocates its 19 MiB once.
//!
//! The library's own door allocates them for every password, aligned, which splits the system
//! allocator's heaps until dozens of them are held at once, and costs thousands of page faults.

use std::cell::RefCell;

use argon2::{
    ARGON2ID_IDENT, Algorithm, Argon2, Block, Error, Params, Version,
    password_hash::{
        Error as HashError,
        phc::{Output, ParamsString, PasswordHash, Salt},
    },
};

/// OWASP's parameters of 2023: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
const OUTPUT_BYTES: usize = Params::DEFAULT_OUTPUT_LEN;

thread_local! {
    static MEMORY: RefCell<Vec<Block>> = const { RefCell::new(Vec::new()) };
}

/// A new hash in PHC form, with a salt of its own.
///
/// # Errors
/// Never with a password of sane length; the library checks what it is given.
pub(crate) fn hash_password(password: &str) -> Result<String, HashError> {
    let params =
        Params::new(MEMORY_KIB, PASSES, LANES, None).expect("OWASP's parameters are valid");
    let salt = Salt::generate();
    let mut output = [0; OUTPUT_BYTES];
    derive(params.clone(), Version::V0x13, password, &salt, &mut output)?;
    let hash = PasswordHash {
        algorithm: ARGON2ID_IDENT,
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(&params)?,
        salt: Some(salt),
        hash: Some(Output::new(&output)?),
    };
    Ok(hash.to_string())
}

/// Whether the password belongs to the hash, whose own parameters count.
pub(super) fn fits(password: &str, hash: &str) -> bool {
    if is_outdated(hash) {
        // As the original did: of the password the first 72 bytes count.
        return bcrypt::verify(password, hash).unwrap_or(false);
    }
    recomputes(password, hash).unwrap_or(false)
}

/// Whether the hash is bcrypt's, from the original service: it is replaced at the next login.
pub(crate) fn is_outdated(hash: &str) -> bool {
    hash.starts_with("$2")
}

fn recomputes(password: &str, hash: &str) -> Result<bool, HashError> {
    let stored = PasswordHash::new(hash)?;
    let (Some(salt), Some(expected)) = (stored.salt, stored.hash) else { return Ok(false) };
    if stored.algorithm != ARGON2ID_IDENT {
        return Ok(false);
    }
    let version = stored.version.map_or(Ok(Version::V0x13), Version::try_from)?;
    let mut output = vec![0; expected.len()];
    derive(Params::try_from(&stored)?, version, password, &salt, &mut output)?;
    // `Output` compares in constant time.
    Ok(Output::new(&output)? == expected)
}

fn derive(
    params: Params,
    version: Version,
    password: &str,
    salt: &Salt,
    output: &mut [u8],
) -> Result<(), Error> {
    MEMORY.with_borrow_mut(|memory| {
        if memory.len() < params.block_count() {
            memory.resize(params.block_count(), Block::default());
        }
        Argon2::new(Algorithm::Argon2id, version, params).hash_password_into_with_memory(
            password.as_bytes(),
            salt.as_ref(),
            output,
            memory,
        )
    })
}

#[cfg(test)]
mod tests {
    use argon2::{Argon2, PasswordHasher, PasswordVerifier, password_hash::phc::PasswordHash};

    use super::{fits, hash_password, is_outdated};

    #[test]
    fn hashes_of_the_original_fit_with_its_72_bytes() {
        let hash = bcrypt::hash("Tr0ub4dor", 4).unwrap();
        assert!(is_outdated(&hash) && !is_outdated(&hash_password("x").unwrap()));
        assert!(fits("Tr0ub4dor", &hash) && !fits("tr0ub4dor", &hash));
        let long = "é".repeat(64);
        let hash = bcrypt::hash(&long, 4).unwrap();
        assert!(fits(&long, &hash) && fits(&long[..72], &hash) && !fits(&long[..70], &hash));
    }

    #[test]
    fn the_library_and_we_agree_also_on_used_memory() {
        for password in ["first", "second"] {
            let ours = hash_password(password).unwrap();
            assert!(ours.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{ours}");
            let parsed = PasswordHash::new(&ours).unwrap();
            Argon2::default().verify_password(password.as_bytes(), &parsed).unwrap();
            let theirs = Argon2::default().hash_password(password.as_bytes()).unwrap().to_string();
            assert!(fits(password, &theirs) && fits(password, &ours));
            assert!(!fits("other", &theirs) && !fits("other", &ours));
        }
        assert!(!fits("first", "not a hash"));
        assert!(!fits("first", "$2b$12$nonsense"));
        assert!(!fits("first", "$argon2i$v=19$m=8,t=1,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAA"));
    }
}
