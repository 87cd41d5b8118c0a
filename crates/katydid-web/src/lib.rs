//! The live page, its HTTP API and Locust's.
//!
//! This room shows what the engine measured and passes on what people want; it never links the
//! engine. What it shows lies on a [`Board`], where whoever conducts the run puts a [`View`] once a
//! second; what people want goes to a [`Director`]. Both are plain: tests hand in their own.
//!
//! - [`Server`]: bound, then run on a thread of its own; nothing of it runs on the threads of the
//!   load, and to put a view waits for no reader.
//! - `router.rs`: every route. `api/` is ours (`/api/v1`, docs/WEB.md), `locust/` is Locust's.
//! - `security/`: the guards that every request passes before a route sees it.
//! - `shown/`: what is told of a run, as JSON. `live/`: its events, made once for all readers.

mod api;
mod app;
mod assets;
mod board;
mod director;
mod live;
mod locust;
mod login;
mod router;
mod saved;
mod security;
mod server;
mod shown;
mod suite;

pub use board::{Board, Run, Search, Stage, View};
pub use director::{Change, Director, Field, Finding, LogLine, Order, Refusal, Severity};
pub use security::{AccessError, Account, Role, Token, hash_password};
pub use server::{Login, Running, ServeError, Server, ServerSettings, Tls};
pub use suite::{ClassInfo, Kind, OwnOption, Preset, SuiteInfo, TaskShare};
