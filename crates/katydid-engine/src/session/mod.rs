//! The HTTP client of one simulated user: like a browser tab it has its own connections, cookies
//! and headers, and it measures every request it makes.

mod asked;
mod body;
mod cached;
mod connection;
mod decode;
mod dns;
mod exchange;
mod gate;
mod headers;
mod http1;
mod http2;
mod meter;
mod multipart;
mod outgoing;
mod pool;
mod record;
mod redirect;
mod request;
mod response;
mod retry;
mod tally;
mod target;
mod tls;
mod traceparent;
mod transaction;
mod user_session;
mod websocket;
mod work;

#[cfg(any(test, feature = "fuzzing"))]
pub use http1::answer as fuzz_answer;
pub use multipart::Multipart;
pub use request::RequestBuilder;
pub use response::{JsonError, Response};
pub use retry::Retry;
pub use user_session::Session;
pub use websocket::{Payload, WEBSOCKET, WebSocket, WebSocketBuilder, WebSocketMessage};

pub(crate) use gate::{Gate, Pace};
pub(crate) use headers::Headers;
pub(crate) use meter::Clock;
pub(crate) use target::Targets;
pub(crate) use tls::{Trusting, client_config, roots};
pub(crate) use user_session::{HttpContext, SessionSetup};
