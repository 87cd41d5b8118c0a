//! The engine through its public door: real runs against a real server on loopback.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails here")]

mod answers;
mod arrivals;
mod bodies;
mod common;
mod connections;
mod counting;
mod ending;
mod exemplars;
mod failures;
mod feeders;
mod guards;
mod hooks;
mod http1;
mod judging;
mod redirects;
mod rehearsal;
mod retries;
mod server_timing;
mod steering;
mod timing;
mod tls;
mod transactions;
mod websocket;
