//! Test accounts of a TTS Reader as a person handles them: the commands, the CSV file, the
//! questions. One code path for `tts-load accounts` and `tts-reader accounts`.
//!
//! Accounts are made in *batches*. The service keeps for each test account the name of its batch
//! and the credits it was made with; nothing here can touch an account without that mark. Whether
//! the service is reached over HTTP or through its database is behind [`Registry`].
//!
//! Read on in `args.rs` (what can be typed) and `run.rs` (what it does).

mod args;
mod ask;
mod batch;
mod error;
mod password;
mod registry;
mod roster;
mod run;

pub use args::{ChangeArgs, CreateArgs, RemoveArgs, TopUpArgs, Verb, WhichArgs};
pub use ask::{Ask, Terminal};
pub use batch::{Batch, BatchError};
pub use error::AccountsError;
pub use password::Password;
pub use registry::{CHUNK, Change, Member, NewMembers, Registry, RegistryError, Selection, Tier};
pub use run::{Access, Named, Present, Used, confirm, run};
