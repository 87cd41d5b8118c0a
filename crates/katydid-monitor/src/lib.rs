//! What is watched beside the load.
//!
//! [`Monitors`] looks at what a plan names ([`Source`]): this machine, processes, control groups,
//! Prometheus endpoints, PostgreSQL databases, health endpoints, log files, commands. Each has a thread of its own and a
//! time limit, says what it sees as [`MonitorEvent`](katydid_core::MonitorEvent)s, and what it
//! cannot see as marks among them; nothing that happens here can reach whoever makes the load.
//!
//! [`Monitor`] is for the local processes that serve the target, as rules on drift need them.
//!
//! A [`Process`] is named by its pid and told from a later one of the same pid by its start time. It
//! counts together with its descendants, because servers do their work in children and the pid that
//! people know is the one that starts them. A [`Monitor`] looks from a thread of its own, so that
//! whoever makes the load never waits for a file; its owner drains what was seen when it has time.
//! [`listener`] says which process listens on a local address, where that can be known.
//!
//! Linux only; elsewhere every door answers [`WatchError::Unsupported`].

mod error;
mod http;
mod listener;
mod look;
mod machine;
mod monitor;
mod monitors;
mod postgres;
mod probe;
mod process;
mod prometheus;
mod rates;
mod socket;
mod source;
mod tree;

pub use error::WatchError;
pub use listener::listener;
pub use monitor::{Cost, Look, Monitor};
pub use monitors::Monitors;
pub use postgres::{PostgresUrl, PostgresUrlError};
pub use process::Process;
pub use prometheus::{Selector, SelectorError};
pub use source::{Source, What, Which};
