//! What a fetch may cost and where it may go.

use std::time::Duration;

/// The limits of one fetch. Start from [`FetchPolicy::default`] and change what you need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FetchPolicy {
    /// Lets a page come from this machine (`127.0.0.0/8`, `::1`, any port). For development only;
    /// private and link-local networks stay refused.
    pub allow_loopback: bool,
    /// The ports that are asked for pages.
    pub ports: Vec<u16>,
    /// The largest body, in bytes after decompression.
    pub max_body_bytes: usize,
    /// The time for the whole fetch: every redirect, the connection and the body.
    pub timeout: Duration,
    /// The time to resolve a name and connect, for each hop.
    pub connect_timeout: Duration,
    /// How many redirects are followed.
    pub max_redirects: usize,
    /// The `User-Agent` sent to the site; its first word is the name that robots.txt knows.
    pub user_agent: String,
    /// Fetches at the same time, of all sites together.
    pub at_once: usize,
    /// How long a fetch may wait for its turn, over all its hops, before it is refused.
    pub longest_wait: Duration,
    /// What one site is spared.
    pub politeness: Politeness,
    /// What becomes of a site's robots.txt.
    pub robots: Robots,
    /// Memory for texts of pages that their sites let others keep; 0 keeps none.
    pub cache_bytes: usize,
}

/// How a site is treated by a program that reads it for many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Politeness {
    /// Fetches from one host at the same time.
    pub at_once: usize,
    /// The time from the beginning of one fetch from a host to the next, at least.
    pub pause: Duration,
    /// Whether pages of this machine are asked as fast as they answer: development alone reads
    /// them, load tests by the thousand.
    pub spares_loopback: bool,
}

/// What becomes of a site's robots.txt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Robots {
    /// A page is read because a person asked for this page; it is not looked at.
    #[default]
    Ignore,
    /// Pages that it closes to this program are not read, and between two pages of a site it is left
    /// alone for as long as its `Crawl-delay` says, up to ten seconds.
    Respect,
}

impl Default for FetchPolicy {
    fn default() -> Self {
        Self {
            allow_loopback: false,
            ports: vec![80, 443, 8080, 8443],
            max_body_bytes: 5 * 1024 * 1024,
            timeout: Duration::from_secs(10),
            connect_timeout: Duration::from_secs(5),
            max_redirects: 5,
            user_agent: concat!("tts-reader/", env!("CARGO_PKG_VERSION")).to_owned(),
            at_once: 32,
            longest_wait: Duration::from_secs(5),
            politeness: Politeness::default(),
            robots: Robots::default(),
            cache_bytes: 64 * 1024 * 1024,
        }
    }
}

impl Default for Politeness {
    fn default() -> Self {
        Self { at_once: 4, pause: Duration::from_millis(200), spares_loopback: true }
    }
}
