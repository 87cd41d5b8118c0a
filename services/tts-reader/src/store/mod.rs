//! The database: one writer, many readers, plain SQL.
//!
//! SQLite allows one writer at a time. Instead of letting requests collide on its lock, every
//! write goes through a pool of exactly one connection: writers queue in order, in memory, and
//! readers never wait for them (WAL). Statements are written so that PostgreSQL understands them;
//! what is SQLite's own is in `connect.rs` and `migrations/sqlite`.

mod accounts;
mod connect;
mod error;
mod ledger;
mod schema;
mod stats;
mod test_accounts;
mod usage;

pub(crate) use accounts::{Account, NewAccount, Preferences};
pub(crate) use connect::Store;
pub(crate) use error::{Column, StoreError};
pub(crate) use ledger::{CreditRow, Grant, Reservation, ReserveError};
pub(crate) use test_accounts::CreateError;
pub(crate) use usage::{ExtractionDone, SpeechDone, Spent};
