//! Who is calling: passwords, tokens, and the extractor that every private route names.

mod caller;
mod forwarded;
mod guesses;
mod hashing;
mod mailed;
mod passwords;
mod tokens;

pub(crate) use caller::{Caller, CallerSession, ClientAddress, bearer, sign_in};
pub(crate) use forwarded::client;
pub(crate) use guesses::fits;
pub(crate) use hashing::{hash_password, is_outdated};
pub(crate) use mailed::{MAILED_CHARACTERS, Mailed, mailed_hash};
pub(crate) use passwords::Passwords;
pub(crate) use tokens::{Kind, Pair, Tokens, new_id};
