//! The server: bound on the caller's thread, where a taken port can still be told; run on one thread
//! of its own, so that no page ever waits for the load or the load for a page.

mod connection;
mod error;
mod listen;
mod patient;
mod settings;
mod tls;

pub use error::ServeError;
pub(crate) use listen::is_over;
pub use listen::{Running, Server};
pub use settings::{Login, ServerSettings, Tls};
