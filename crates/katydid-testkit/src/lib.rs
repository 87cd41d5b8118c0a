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
//! | `/timed` | `/ok` with stages in two headers `Server-Timing` |
//! | `/redirect/{n}` | `n` hops of 302, then `/ok` |
//! | `/redirect-status/{code}` | that status, on to `/echo` |
//! | `/set-cookie/{name}/{value}` | sets a cookie for `/` |
//! | `/cookies` | the received cookies as a JSON object |
//! | `/echo` | the request as JSON: method, path, headers, body, length |
//! | `/gzip`, `/brotli`, `/zstd` | [`COMPRESSED_BODY`], compressed |
//! | `/bomb/{mib}` | that many MiB of zeros as gzip |
//! | `/ws/…` | a WebSocket, see below |
//!
//! On HTTP/2 the faults that end a connection end the stream with an error instead.
//! [`TestServer::freeze`] lets every answer wait, [`TestServer::stall_accepts`] every new connection.
//!
//! # WebSockets
//! Over HTTP/1.1, plain and TLS. Of the subprotocols offered the first one is chosen.
//!
//! | path | on it |
//! | --- | --- |
//! | `/ws/echo`, `/ws/slow/{ms}` | every message comes back, at once or after a wait |
//! | `/ws/hello` | the request as JSON comes first (in one write with the handshake), then echoes |
//! | `/ws/count/{n}` | `0`, `1`, …: `n` messages in one write with the handshake, then Close 1000 |
//! | `/ws/every/{ms}` | `0`, `1`, …: a message each time |
//! | `/ws/flood/{n}` | `n` messages of 10 bytes, then silence |
//! | `/ws/fragments/{n}` | one message of `n` times `é` in as many parts, with pings between |
//! | `/ws/ping/{n}` | `n` pings, each after the answer to the last; then `n pongs` and Close 1000 |
//! | `/ws/close/{code}` | Close with that code and a reason; 0: without a code |
//! | `/ws/drop` | the connection ends after the first message, without a Close frame |
//! | `/ws/silent` | reads and never says a word, neither a pong nor a Close frame |
//! | `/ws/deaf` | reads nothing either |
//! | `/ws/broken/{how}` | what no server may send: `masked`, `reserved`, `opcode`, `utf8`, `ping`, `continuation`, `huge`, `http` |
//! | `/ws/wrong-key` | the consent is the answer to another key |
//! | `/ws/protocol/{name}` | that subprotocol is chosen, offered or not; `none`: none |
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
mod websocket;

pub use options::{Alpn, Certificate, Options};
pub use proxy::{Effect, FaultError, FaultProxy, ProxyError, ProxyFault, Trigger, Unit};
pub use routes::{COMPRESSED_BODY, OK_BODY, chunk};
pub use server::TestServer;
pub use stripe::{Happened, StripeDouble, StripeFailure, stripe_signature};
