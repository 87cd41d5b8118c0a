//! What a fetch may cost and where it may go.

use std::time::Duration;

/// The limits of one fetch. Start from [`FetchPolicy::default`] and change what you need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FetchPolicy {
    /// Lets a page come from this machine (`127.0.0.0/8`, `::1`). For development only; private
    /// and link-local networks stay refused.
    pub allow_loopback: bool,
    /// The largest body, in bytes after decompression.
    pub max_body_bytes: usize,
    /// The time for the whole fetch: every redirect, the connection and the body.
    pub timeout: Duration,
    /// The time to resolve a name and connect, for each hop.
    pub connect_timeout: Duration,
    /// How many redirects are followed.
    pub max_redirects: usize,
    /// The `User-Agent` sent to the site.
    pub user_agent: String,
}

impl Default for FetchPolicy {
    fn default() -> Self {
        Self {
            allow_loopback: false,
            max_body_bytes: 5 * 1024 * 1024,
            timeout: Duration::from_secs(10),
            connect_timeout: Duration::from_secs(5),
            max_redirects: 5,
            user_agent: concat!("tts-reader/", env!("CARGO_PKG_VERSION")).to_owned(),
        }
    }
}
