//! Who may do what: the guards that every request passes before a route sees it.
//!
//! - `host.rs`: the name under which the server is called is one of its own, so that no page of
//!   somebody else's domain can be pointed at it (DNS rebinding).
//! - `origin.rs`: what a browser sends to change something comes from the server's own page, so that
//!   no other page can send it on somebody's behalf (CSRF). Programs are no browsers and pass.
//! - `access.rs`: accounts, tokens and the made-up password; `sessions.rs` who has logged in;
//!   `brake.rs` how often somebody may guess.
//! - `headers.rs`: what browsers are told to refuse.

mod access;
mod brake;
mod gate;
mod headers;
mod host;
mod origin;
mod secret;
mod sessions;

pub use access::{AccessError, Account, Role, Token, hash_password};
pub(crate) use gate::{Entered, Gate, Visitor, pass};
pub(crate) use headers::{protect, sandboxed};
pub(crate) use secret::random as random_secret;
