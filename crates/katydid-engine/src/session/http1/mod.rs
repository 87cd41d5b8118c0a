//! HTTP/1.1 by our own client codec: RFC 9112 over `httparse`, no task, no channel and no header
//! map between a request and its socket.
//!
//! Why not hyper here: a load tester sends one request at a time per connection and reads the
//! whole answer, and at 100,000 requests per second and core what is general costs more than what
//! is needed. The parts that know no socket ([`encode`], [`head`], [`body`], [`decoder`]) are
//! functions of bytes; [`connection`] moves the bytes and tells the meter.
//!
//! A target cannot hurt the generator: heads, trailers and chunk extensions have limits, a body
//! grows with what came and not with what was announced, up to `max_body`.

mod body;
mod broken;
mod connection;
mod decoder;
mod encode;
#[cfg(any(test, feature = "fuzzing"))]
mod fuzz;
mod head;

pub(crate) use connection::{Buffers, Http1, Socket};
#[cfg(any(test, feature = "fuzzing"))]
pub use fuzz::answer;

#[cfg(test)]
mod tests;
