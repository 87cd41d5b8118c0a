//! Who is calling: passwords, tokens, and the extractor that every private route names.

mod caller;
mod hashing;
mod passwords;
mod tokens;

pub(crate) use caller::{Caller, CallerSession, ClientAddress};
pub(crate) use hashing::{hash_password, is_outdated};
pub(crate) use passwords::Passwords;
pub(crate) use tokens::{Kind, Pair, Tokens, new_id};
