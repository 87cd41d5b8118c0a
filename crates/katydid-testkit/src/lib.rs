//! A test target over real sockets, with every fault a load tester must survive.
//!
//! ```
//! let server = katydid_testkit::TestServer::spawn();
//! let url = format!("{}/delay/20", server.url());
//! // … send requests to `url` …
//! assert_eq!(server.requests("/delay/20"), 0);
//! server.stop();
//! ```
//!
//! The server runs on a thread of its own, so tests with and without a runtime can use it. HTTP/1.1
//! is spoken by hand over `httparse`, so that faults below HTTP are possible; HTTP/2 by hyper.
//!
//! | path | answer |
//! | --- | --- |
//! | `/ok` | 200 with [`OK_BODY`], 23 bytes |
//! | `/delay/{ms}` | the same after a wait |
//! | `/slow-body/{ms}` | the same, head at once, body after a wait |
//! | `/status/{code}` | that status; 1xx is sent before a 200 |
//! | `/size/{bytes}` | a body of that many `x` |
//! | `/chunked/{n}` | `n` chunks, see [`chunk`] |
//! | `/half/{n}` | `n` bytes of a promised `2n`, then the end of the connection |
//! | `/unfinished/{n}` | the same, but the connection stays open |
//! | `/wrong-length/{n}` | `2n` bytes where `n` are promised |
//! | `/errors/{percent}` | 500 for that share of its requests, evenly; else as `/ok` |
//! | `/reset` | the connection is reset (RST) after the request |
//! | `/close` | the connection ends (FIN) without an answer |
//! | `/garbage` | bytes that are no HTTP, then the end |
//! | `/redirect/{n}` | `n` hops of 302, then `/ok` |
//! | `/redirect-status/{code}` | that status, on to `/echo` |
//! | `/set-cookie/{name}/{value}` | sets a cookie for `/` |
//! | `/cookies` | the received cookies as a JSON object |
//! | `/echo` | the request as JSON: method, path, headers, body, length |
//! | `/gzip`, `/brotli`, `/zstd` | [`COMPRESSED_BODY`], compressed |
//! | `/bomb/{mib}` | that many MiB of zeros as gzip |
//!
//! On HTTP/2 the faults that end a connection end the stream with an error instead.
//! [`TestServer::freeze`] lets every answer wait, [`TestServer::stall_accepts`] every new connection.
//!
//! # Faults before a real backend
//! [`FaultProxy`] (as a program `fault-proxy`) passes HTTP/1.1 on to a backend on loopback. A fault
//! is a text:
//!
//! ```text
//! [PATH: ] [SHARE%] EFFECT [beyond N requests|connections [for TIME|for ever]] [from TIME] [to TIME]
//! ```
//!
//! `PATH` is a part of the request's path. A share is exact and spread evenly. Times are `200ms`,
//! `1.5s`, `2m`; `from` and `to` count from the first request. Several faults add up; of those
//! that end a request the first one does.
//!
//! | effect | the client sees |
//! | --- | --- |
//! | `500` | this status; the backend is not asked (as with the next three) |
//! | `reset`, `close` | RST or FIN instead of an answer |
//! | `garbage` | bytes that are no HTTP |
//! | `delay 200ms` | the backend is asked later |
//! | `2 servers of 25ms` | a line before two servers, first come, first served: 80 requests/s at most |
//! | `slow-body 200ms` | the head of the backend's answer, its body later |
//! | `half` | the head and half of the body, then FIN |
//! | `wrong-length` | twice the bytes that the head announces |
//! | `freeze` | no answer until the fault ends |
//! | `accept-stall` | no service on new connections until the fault ends |
//!
//! ```
//! let backend = katydid_testkit::TestServer::spawn();
//! let proxy = katydid_testkit::FaultProxy::start(backend.addr(), &["login: 1% 500"])?;
//! // … send requests to `proxy.url()` …
//! assert_eq!(proxy.struck(), [0]);
//! # Ok::<(), katydid_testkit::ProxyError>(())
//! ```
//!
//! # A double of Stripe
//! [`StripeDouble`] (as a program `stripe-double`) answers the calls of Stripe's API that a shop needs
//! (checkouts, payment intents, refunds, subscriptions, the billing portal, events), refuses what
//! Stripe refuses, knows idempotency keys, and signs its events as Stripe does.

mod certificate;
mod compressed;
mod counters;
mod http1;
mod http2;
mod options;
mod proxy;
mod reply;
mod request;
mod routes;
mod server;
mod share;
mod stripe;
mod tls;

pub use options::{Alpn, Certificate, Options};
pub use proxy::{Effect, FaultError, FaultProxy, ProxyError, ProxyFault, Trigger, Unit};
pub use routes::{COMPRESSED_BODY, OK_BODY, chunk};
pub use server::TestServer;
pub use stripe::{Happened, StripeDouble, StripeFailure, stripe_signature};
