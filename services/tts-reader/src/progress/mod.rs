//! What requests are at, for those who wait for them.
//!
//! A client that wants to follow a request gives it a name (`wanted.rs`, `id.rs`); the request's work
//! says through a [`Progress`] what it is at (`handle.rs`, `stage.rs`), which makes records (`record.rs`,
//! `entry.rs`) on the board of all of them (`board.rs`). Who follows has a [`Subscription`], and a
//! WebSocket speaks for it (`handshake.rs`, `follower.rs`, `line.rs`). Other services on the database are
//! `exchange.rs` and `beyond.rs`.

mod beyond;
mod board;
mod entry;
mod exchange;
mod follower;
mod handle;
mod handshake;
mod id;
mod line;
mod lookup;
mod record;
mod sessions;
mod stage;
mod subscription;
mod wanted;

pub(crate) use beyond::Outgoing;
pub(crate) use board::{Board, Figures};
pub(crate) use exchange::run;
pub(crate) use follower::Follower;
pub(crate) use handle::Progress;
pub(crate) use handshake::Offer;
pub(crate) use id::{PROGRESS_ID, ProgressId};
pub(crate) use lookup::known;
pub(crate) use record::{Record, Shown};
pub(crate) use stage::{Stage, Work};
pub(crate) use wanted::{PROGRESS_HEADER, Wanted};
