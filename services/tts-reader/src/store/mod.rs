//! The database: plain SQL, on SQLite or PostgreSQL, whichever the settings name.
//!
//! Every function is one piece of work: it takes a connection to read or to write
//! (`connection.rs`), sends its statements (`statement.rs`: the same words for both databases, with
//! `$1` for values), and is done again when the database asks for it (`retry.rs`).
//!
//! SQLite allows one writer at a time. Instead of letting requests collide on its lock, every
//! write goes through a pool of exactly one connection: writers queue in order, in memory, and
//! readers never wait for them (WAL). PostgreSQL has one pool for both, and other services beside
//! this one: rows that a decision depends on are held (`locking!`) until it is written.
//!
//! What is one database's own is in `sqlite.rs`, `postgres.rs` and the two spellings of a few
//! [`Words`](statement::Words).

mod accounts;
mod admin;
mod analytics;
mod answers;
mod bell;
mod books;
mod connect;
mod connection;
mod counts;
mod crowd;
mod desk;
mod disputes;
mod error;
mod ledger;
mod mailed_tokens;
mod original;
mod overview;
mod payments;
mod postgres;
mod progress;
mod reservations;
mod retry;
mod rights;
mod rows;
mod schema;
mod services;
mod sessions;
mod spendable;
mod sqlite;
mod standing;
mod statement;
mod stats;
mod subscriptions;
mod test_accounts;
mod traffic;
mod usage;

pub(crate) use accounts::{Account, NewAccount, Preferences};
pub(crate) use answers::{Answering, Claim, Claimed};
pub(crate) use bell::Bell;
pub(crate) use connect::Store;
pub(crate) use counts::{Count, Key};
pub(crate) use desk::Desk;
pub(crate) use error::{Column, StoreError};
pub(crate) use ledger::{CreditRow, Grant};
pub(crate) use mailed_tokens::{Addressee, Purpose};
pub(crate) use original::{CopyError, Original, Sums};
pub(crate) use payments::{Change, Credited, Disputed, Event, Subscription, Verdict};
pub(crate) use reservations::{Reservation, ReserveError};
pub(crate) use sessions::{Rotation, Session};
pub(crate) use standing::{Claims, Standing};
pub(crate) use test_accounts::CreateError;
pub(crate) use usage::{ExtractionDone, SpeechDone, Spent};
