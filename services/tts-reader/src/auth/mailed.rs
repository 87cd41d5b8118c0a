//! Tokens for letters: nobody can guess them, and the database cannot give them away.

use std::io;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use rand::{TryRng, rngs::SysRng};
use sha2::{Digest, Sha256};

const BYTES: usize = 32;

/// Characters of a token.
pub(crate) const MAILED_CHARACTERS: usize = (BYTES * 8).div_ceil(6);

/// A token and what is kept of it.
pub(crate) struct Mailed {
    pub(crate) token: String,
    pub(crate) hash: String,
}

impl Mailed {
    /// # Errors
    /// When the system has no randomness.
    pub(crate) fn new() -> io::Result<Self> {
        let mut bytes = [0_u8; BYTES];
        SysRng.try_fill_bytes(&mut bytes).map_err(io::Error::other)?;
        let token = URL_SAFE_NO_PAD.encode(bytes);
        let hash = mailed_hash(&token);
        Ok(Self { token, hash })
    }
}

/// What is kept of a token. It holds 256 random bits: a slow hash would add nothing.
pub(crate) fn mailed_hash(token: &str) -> String {
    Sha256::digest(token).iter().map(|byte| format!("{byte:02x}")).collect()
}
