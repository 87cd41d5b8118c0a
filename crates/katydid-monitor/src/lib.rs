//! What is watched beside the load: local processes, once a second, from the kernel's own files.
//!
//! A [`Process`] is named by its pid and told from a later one of the same pid by its start time. It
//! counts together with its descendants, because servers do their work in children and the pid that
//! people know is the one that starts them. A [`Monitor`] looks from a thread of its own, so that
//! whoever makes the load never waits for a file; its owner drains what was seen when it has time.
//! [`listener`] says which process listens on a local address, where that can be known.
//!
//! Linux only; elsewhere every door answers [`WatchError::Unsupported`].

mod error;
mod listener;
mod look;
mod machine;
mod monitor;
mod process;
mod tree;

pub use error::WatchError;
pub use listener::listener;
pub use monitor::{Cost, Monitor};
pub use process::Process;
