//! A proxy on loopback that does to a real backend what real ones suffer.

mod fault;
mod live;
mod message;
mod parse;
mod relay;
mod server;

pub use fault::{Effect, ProxyFault, Trigger, Unit};
pub use parse::FaultError;
pub use server::{FaultProxy, ProxyError};
