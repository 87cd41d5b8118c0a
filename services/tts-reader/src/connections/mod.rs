//! Connections, bounded in everything that a stranger may do with them.
//!
//! `accept.rs` takes them, as many as there are `places.rs`; `connection.rs` serves one by hyper and
//! closes it when it takes too long, which it knows from `watch.rs`, told by `socket.rs` what moves;
//! `refusal.rs` answers what never becomes a request; `takeover.rs` hands one over to who speaks
//! something else on it. Limits of a request that has a head are `middleware/bounds.rs`.

mod accept;
mod connection;
mod places;
mod refusal;
mod socket;
mod takeover;
mod watch;

pub(crate) use accept::accept;
pub(crate) use places::{Places, affordable};
pub(crate) use takeover::{Taken, Takeover};
