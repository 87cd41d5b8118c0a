//! The only place that makes load.
//!
//! A *user class* ([`UserClass`]) is plain data: how to make the state of one simulated user, which
//! tasks it runs and how long it waits. [`run`] starts executor threads, each a single-threaded
//! runtime with its own users, connections, random numbers and statistics. Nothing is shared, sent
//! or locked per request; once a second the dispatcher collects what each thread measured and adds
//! it up into a [`katydid_core::Snapshot`].
//!
//! Not here, on purpose: printing, files, arguments. What happens is told as
//! [`katydid_core::RunEvent`].
//!
//! Read on in `user.rs` (what authors describe), `run/user_loop.rs` (what one user does),
//! `session/` (one request) and `run/dispatcher/` (the whole run).

mod class;
mod error;
mod failure_log;
mod feeder;
mod flow;
mod hooks;
mod probe;
mod run;
mod session;
mod shared;
mod task;
mod user;
mod wait;

/// What fuzz targets call (`fuzz/`).
#[cfg(any(test, feature = "fuzzing"))]
#[doc(hidden)]
pub mod fuzzing {
    pub use crate::session::fuzz_answer as http1;
}

pub use class::{Class, ClassDescription, ClassError, FlowDescription, StepDescription};
pub use error::{BoxError, RequestFailed, TaskError, TaskResult};
pub use failure_log::FailureLog;
pub use feeder::{Feeder, FeederError, UsedUp};
pub use flow::{Flow, FlowOrder};
pub use hooks::{Hooks, RequestView, UserErrorView, Who};
pub use probe::{Certificate, Probe, TlsProbe, probe};
pub use run::{
    Arrivals, Control, HttpSettings, Rehearsal, RehearsedRequest, RehearsedStep, RunError,
    RunOutcome, RunSettings, Spacing, SteerError, StepOutcome, WhenFull, Window, rehearse, run,
    try_once,
};
pub use session::{
    JsonError, Multipart, Payload, RequestBuilder, Response, Retry, Session, WEBSOCKET, WebSocket,
    WebSocketBuilder, WebSocketMessage,
};
pub use shared::Shared;
pub use task::{Hook, Task, TaskFn, TaskFuture};
pub use user::{NewUser, User, UserClass};
pub use wait::{Wait, between, constant, constant_pacing, constant_throughput, no_wait, poisson};
