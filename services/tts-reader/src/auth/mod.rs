//! Who is calling: passwords, tokens, and the extractor that every private route names.

mod caller;
mod passwords;
mod tokens;

pub(crate) use caller::{Caller, ClientAddress};
pub(crate) use passwords::{Passwords, hash_password};
pub(crate) use tokens::Tokens;
