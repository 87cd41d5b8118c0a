//! From a paid request to a link to audio.
//!
//! `order` is one paid synthesis from admission to settlement. `speaker` is whoever speaks and the
//! queue before it: `turns` says whose turn it is, `engine` what an engine is to the rest; there is
//! one here (`local`) and those that are elsewhere (`remote`), of which load tests have one of their
//! own (`load_test`).

mod caller;
mod engine;
mod load_test;
mod local;
mod order;
#[cfg(feature = "polly")]
mod polly;
#[cfg(not(feature = "polly"))]
#[path = "no_polly.rs"]
mod polly;
mod random;
mod remote;
mod reuse;
mod speaker;
mod turns;
mod unpaid;

pub(crate) use caller::{Listening, Reply};
pub(crate) use engine::Engine;
pub(crate) use order::{Cache, Done, Order, Spoken, speak};
pub(crate) use speaker::Speaker;
