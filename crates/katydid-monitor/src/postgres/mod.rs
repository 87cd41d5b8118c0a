//! A PostgreSQL database, asked over its own protocol: one connection, one round trip a look, plain
//! blocking calls with a time limit.
//!
//! A look is one message of the simple protocol, a read-only transaction with a time limit of its
//! own in it. So it works behind poolers that share connections between transactions, keeps no
//! transaction open between looks, and what takes too long is ended at the server too.

mod commits;
mod fault;
mod link;
mod login;
mod probe;
mod queries;
mod statements;
mod tls;
mod url;

pub(crate) use probe::{PostgresProbe, SERIES};
pub use url::{PostgresUrl, PostgresUrlError};
