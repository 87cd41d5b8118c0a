//! The TTS Reader backend: accounts, credits, extraction and speech over HTTP.
//!
//! Start reading at `router.rs` (every route, by who calls it); `app.rs` is what a running service
//! is made of; `store/` is the only place that speaks SQL. The binary is [`cli::main`]; a program
//! that wants the service as its own child process uses [`embedded::serve_blocking`]; one that has
//! a listener and settings uses [`run`].

mod app;
mod audit;
mod auth;
#[cfg(any(feature = "s3", feature = "polly", feature = "textract"))]
mod aws;
mod breaker;
pub mod cli;
mod connections;
mod domain;
pub mod embedded;
mod errors;
mod extraction;
mod health;
mod idempotency;
mod instance;
mod leak;
mod limits;
mod mail;
mod maintenance;
mod metrics;
mod middleware;
mod openapi;
mod payments;
mod progress;
mod rate_limit;
mod releases;
mod route;
mod router;
mod routes;
mod server;
mod settings;
mod siblings;
mod speech;
mod storage;
mod store;
pub mod test_accounts;
#[cfg(feature = "textract")]
mod textract;
#[cfg(not(feature = "textract"))]
#[path = "no_textract.rs"]
mod textract;
mod timings;
mod unequipped;
mod validation;
mod workers;

pub use server::{ServeError, run};
pub use settings::{
    Aws, Bucket, DatabaseUrl, Email, Encryption, Hidden, Limits, Networks, Payments, PostgresUrl,
    Prices, ProgressLimits, RequestLog, Secret, ServerTiming, Settings, SettingsError, Smtp,
    Speech, SpeechEngine, Storage, Stripe,
};
pub use tts_reader_extraction::{FetchPolicy, Politeness, Robots};
pub use tts_reader_speech::NOTICES;
