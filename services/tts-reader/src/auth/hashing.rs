//! Argon2id with memory that is kept: each thread allocates its 19 MiB once.
//!
//! The library's own door allocates them for every password, aligned, which splits the system
//! allocator's heaps until dozens of them are held at once, and costs thousands of page faults.

use std::{cell::RefCell, hint::black_box, ops::Range};

use argon2::{
    ARGON2ID_IDENT, Algorithm, Argon2, Block, Error, Params, Version,
    password_hash::{
        Error as HashError,
        phc::{Output, ParamsString, PasswordHash, Salt},
    },
};
use bcrypt::HashParts;

/// OWASP's parameters of 2023: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// The original's work: 2 to the power of it.
const ORIGINAL_COST: u32 = 12;
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

/// Whether the password belongs to a hash of ours, whose own parameters count.
pub(super) fn fits_ours(password: &str, hash: &str) -> bool {
    recomputes(password, hash).unwrap_or(false)
}

/// Whether the password belongs to a hash of the original service, which took its first 72 bytes. With no
/// hash, or one of fewer rounds than usual, a refusal takes as long as with a usual one.
pub(super) fn fits_original(password: &str, hash: Option<&str>) -> bool {
    let cost = hash.and_then(|hash| hash.parse().ok()).map(|hash: HashParts| hash.get_cost());
    let fits = hash.is_some_and(|hash| bcrypt::verify(password, hash).unwrap_or(false));
    if !fits {
        for cost in missing(cost) {
            let _ = black_box(bcrypt::hash_with_salt(password, cost, [0; 16]));
        }
    }
    fits
}

/// The costs of the hashes that are still to be computed: each step doubles the work, so that all of
/// them and the one there was are as much as one of the usual cost.
fn missing(cost: Option<u32>) -> Range<u32> {
    cost.map_or(ORIGINAL_COST..ORIGINAL_COST + 1, |cost| cost..ORIGINAL_COST)
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

    use super::{fits_original, fits_ours, hash_password, is_outdated, missing};

    #[test]
    fn hashes_of_the_original_fit_with_its_72_bytes() {
        let hash = bcrypt::hash("Tr0ub4dor", 4).unwrap();
        assert!(is_outdated(&hash) && !is_outdated(&hash_password("x").unwrap()));
        let fits = |password: &str, hash: &str| fits_original(password, Some(hash));
        assert!(fits("Tr0ub4dor", &hash) && !fits("tr0ub4dor", &hash));
        let long = "é".repeat(64);
        let hash = bcrypt::hash(&long, 4).unwrap();
        assert!(fits(&long, &hash) && fits(&long[..72], &hash) && !fits(&long[..70], &hash));
        assert!(!fits("first", "$2b$12$nonsense") && !fits_original("first", None));
    }

    #[test]
    fn a_refusal_is_as_much_work_as_one_hash_of_the_usual_cost() {
        let all = |cost: Option<u32>| -> u64 {
            cost.into_iter().chain(missing(cost)).map(|cost| 1 << cost).sum()
        };
        for cost in [None, Some(4), Some(10), Some(11), Some(12)] {
            assert_eq!(all(cost), 1 << 12, "{cost:?}");
        }
    }

    #[test]
    fn the_library_and_we_agree_also_on_used_memory() {
        for password in ["first", "second"] {
            let ours = hash_password(password).unwrap();
            assert!(ours.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{ours}");
            let parsed = PasswordHash::new(&ours).unwrap();
            Argon2::default().verify_password(password.as_bytes(), &parsed).unwrap();
            let theirs = Argon2::default().hash_password(password.as_bytes()).unwrap().to_string();
            assert!(fits_ours(password, &theirs) && fits_ours(password, &ours));
            assert!(!fits_ours("other", &theirs) && !fits_ours("other", &ours));
        }
        assert!(!fits_ours("first", "not a hash"));
        assert!(!fits_ours(
            "first",
            "$argon2i$v=19$m=8,t=1,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAA"
        ));
    }
}
