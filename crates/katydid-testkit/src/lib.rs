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

mod certificate;
mod compressed;
mod counters;
mod http1;
mod http2;
mod options;
mod reply;
mod request;
mod routes;
mod server;
mod tls;

pub use options::{Alpn, Certificate, Options};
pub use routes::{COMPRESSED_BODY, OK_BODY, chunk};
pub use server::TestServer;
