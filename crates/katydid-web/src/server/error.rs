//! Why there is no server.

use std::io;
use std::path::PathBuf;

use crate::security::AccessError;

/// Why there is no server.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// Somebody else listens there.
    #[error("port {port} of {host} is taken by another program")]
    Taken {
        /// As it was wanted.
        host: String,
        /// As it was wanted.
        port: u16,
    },
    /// The address is none of this machine, or is not allowed.
    #[error("the live page cannot listen at {host}:{port}: {fault}")]
    Bind {
        /// As it was wanted.
        host: String,
        /// As it was wanted.
        port: u16,
        /// Why not.
        fault: io::Error,
    },
    /// No path of an address.
    #[error("`{path}` is no base path; write one like /load, of letters, digits, `-`, `_` and `.`")]
    BasePath {
        /// As it was written.
        path: String,
    },
    /// Certificate or key.
    #[error("{what} {}: {fault}", file.display())]
    Tls {
        /// `certificate` or `key`.
        what: &'static str,
        /// The file.
        file: PathBuf,
        /// Why it is none.
        fault: String,
    },
    /// Accounts and tokens.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// The machine gives no thread, socket or random number.
    #[error("the live page cannot start: {0}")]
    Machine(#[from] io::Error),
}
