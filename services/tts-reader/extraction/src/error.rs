//! Why a page could not be read, in words for the person who sent its URL.

use std::net::IpAddr;

/// Why a page could not be read.
///
/// The texts are meant for the client of the API: they name the thing and the next step, and never
/// an address of the inner network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExtractError {
    /// The URL is not one that can be fetched.
    #[error("Invalid URL format: {reason}")]
    InvalidUrl {
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The host is, or resolves to, an address that is not public.
    #[error("The site {host} cannot be read: only public addresses are fetched")]
    BlockedAddress {
        /// The host as it stands in the URL.
        host: String,
        /// The refused address; for the log, not for the client.
        address: IpAddr,
        /// The kind of address, for example "private network"; for the log.
        range: &'static str,
    },
    /// The site did not deliver the page within [`FetchPolicy::timeout`](crate::FetchPolicy).
    #[error("The site did not deliver the page in time; try again later")]
    Timeout,
    /// The page is larger than [`FetchPolicy::max_body_bytes`](crate::FetchPolicy).
    #[error("The page is larger than {limit} bytes; give the address of a single article")]
    TooLarge {
        /// The cap, in bytes after decompression.
        limit: usize,
    },
    /// The site redirects more often than [`FetchPolicy::max_redirects`](crate::FetchPolicy).
    #[error("The site redirects more than {limit} times; give the final address of the page")]
    TooManyRedirects {
        /// The cap.
        limit: usize,
    },
    /// The page is of a kind from which no text can be read.
    #[error("{what} cannot be read aloud yet; give the address of an HTML or plain text page")]
    UnsupportedContent {
        /// The kind of content, as the start of a sentence: "A PDF document".
        what: String,
    },
    /// The site answered with this status instead of the page.
    #[error("The site answered with status {0} instead of the page")]
    HttpStatus(u16),
    /// The name is unknown, or no connection (or no trusted TLS session) came about.
    #[error("No connection to the site: {0}; check the address")]
    Connect(String),
    /// The connection or its encoding broke while the page was read.
    #[error("The site's answer broke off: {0}; try again later")]
    Transfer(String),
    /// The page has no text worth reading: fewer than 100 characters.
    #[error("The page holds no readable text; it may need a browser to show its content")]
    NothingReadable,
    /// A fault of this program, not of the site or its address.
    #[error("The page could not be processed: {0}")]
    Internal(String),
}

/// Whose fault an [`ExtractError`] is; a service chooses its status by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The given URL can never be read: 422.
    Client,
    /// The site failed: 502.
    Upstream,
    /// The site was too slow: 504.
    Timeout,
    /// This program failed: 500.
    Internal,
}

impl ExtractError {
    /// Whose fault this is.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::InvalidUrl { .. }
            | Self::BlockedAddress { .. }
            | Self::TooLarge { .. }
            | Self::UnsupportedContent { .. }
            | Self::NothingReadable
            // The page is not there: another URL helps, another try does not.
            | Self::HttpStatus(404 | 410) => ErrorKind::Client,
            Self::TooManyRedirects { .. }
            | Self::HttpStatus(_)
            | Self::Connect(_)
            | Self::Transfer(_) => ErrorKind::Upstream,
            Self::Timeout => ErrorKind::Timeout,
            Self::Internal(_) => ErrorKind::Internal,
        }
    }

    /// Whether the client must give another URL (an answer of the 4xx class).
    pub fn is_client_fault(&self) -> bool {
        self.kind() == ErrorKind::Client
    }
}
