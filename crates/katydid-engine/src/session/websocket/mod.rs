//! WebSockets of a user: opened by its session, counted with its requests.
//!
//! The handshake is a request of the session (`handshake.rs`, `builder.rs`), on a connection of its
//! own. The frames are `tungstenite`'s, used without a stream of its own: a [`line::Line`] feeds it
//! the bytes of our socket. Each socket has a *driver*, a small task on the thread of its user, that
//! reads as soon as something comes. So a message has the time at which it came and not that at
//! which somebody asked for it, and pings are answered while the user does something else. Between
//! driver and user stands a [`link::Link`]; what arrived waits in an [`inbox::Inbox`], which is
//! bounded.

mod asked;
mod builder;
mod driver;
mod end;
mod handshake;
mod home;
mod inbox;
mod line;
mod link;
mod message;
mod operation;
mod payload;
mod socket;

pub use builder::WebSocketBuilder;
pub use message::WebSocketMessage;
pub use payload::Payload;
pub use socket::WebSocket;

pub(super) use asked::Message;

/// What the method column says of everything that happens on a WebSocket.
pub const WEBSOCKET: &str = "WS";
