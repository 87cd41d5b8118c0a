//! What a test server can be asked to be.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

/// How a [`TestServer`](crate::TestServer) is set up.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where to listen; port 0 (the default) takes a free one.
    pub bind: SocketAddr,
    /// Closes a connection on which no request comes for this long; never by default.
    pub idle_close: Option<Duration>,
    /// Threads, each with its own runtime, that share the listener. At least one is started.
    pub threads: usize,
    /// Speaks TLS when set.
    pub tls: Option<(Alpn, Certificate)>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            bind: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            idle_close: None,
            threads: 1,
            tls: None,
        }
    }
}

/// The protocols offered during the TLS handshake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alpn {
    /// `http/1.1` only.
    Http1,
    /// `h2` and `http/1.1`, in this order.
    Http2AndHttp1,
}

/// The kind of certificate the server shows. All are issued by the server's own authority.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Certificate {
    /// For `localhost`, `127.0.0.1` and `::1`.
    Valid,
    /// The same, but its time is over.
    Expired,
    /// For `other.example`.
    WrongName,
}
