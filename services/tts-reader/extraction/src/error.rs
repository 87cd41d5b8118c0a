//! Why a page could not be read, in words for the person who sent its URL.

use std::net::IpAddr;
use std::time::Duration;

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
    /// The URL has a port that is not in [`FetchPolicy::ports`](crate::FetchPolicy::ports).
    #[error("Port {port} is not asked for pages; give an address without a port")]
    BlockedPort {
        /// That port.
        port: u16,
    },
    /// The site's robots.txt keeps programs from this page.
    #[error("The site does not let programs read this page (robots.txt); send its text instead")]
    Robots,
    /// This program reads enough pages already, in all or of this site.
    #[error("{what} is busy; try again in {} seconds", seconds(*retry_after))]
    Busy {
        /// What there is too much of, as the start of a sentence.
        what: &'static str,
        /// When a turn may be free.
        retry_after: Duration,
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
    #[error("{what} cannot be read aloud; give the address of an HTML or plain text page")]
    UnsupportedContent {
        /// The kind of content, as the start of a sentence: "A binary file".
        what: String,
    },
    /// The document cannot be read, though documents of its kind can be.
    #[error("The PDF document cannot be read: {reason}")]
    BadDocument {
        /// What is wrong with it, and what to do.
        reason: &'static str,
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
    #[error("The page holds no readable text; give the address of an article")]
    NothingReadable,
    /// The page can be read, but not with what there is here.
    #[error("{0}")]
    Lacking(Lack),
    /// A fault of this program, not of the site or its address.
    #[error("The page could not be processed: {0}")]
    Internal(String),
}

/// What it would take to read a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Lack {
    /// Something that runs the page's scripts: without them it has no text.
    #[error("The page shows no readable text without its scripts, which are not run here")]
    Browser,
    /// Something that reads the pictures that a document is made of.
    #[error("The PDF document has pictures and no text, and nothing here reads pictures")]
    PictureReader,
    /// A [`PdfReader`](crate::PdfReader).
    #[error("PDF documents are not read here; give the address of an HTML or plain text page")]
    PdfReader,
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
    /// This program has enough to do: 503.
    Busy,
    /// This program was not made for it, and another one may be: 501.
    Lacking,
    /// This program failed: 500.
    Internal,
}

impl ExtractError {
    /// Whose fault this is.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::InvalidUrl { .. }
            | Self::BlockedAddress { .. }
            | Self::BlockedPort { .. }
            | Self::Robots
            | Self::TooLarge { .. }
            | Self::UnsupportedContent { .. }
            | Self::BadDocument { .. }
            | Self::NothingReadable
            // The page is not there: another URL helps, another try does not.
            | Self::HttpStatus(404 | 410) => ErrorKind::Client,
            Self::TooManyRedirects { .. }
            | Self::HttpStatus(_)
            | Self::Connect(_)
            | Self::Transfer(_) => ErrorKind::Upstream,
            Self::Timeout => ErrorKind::Timeout,
            Self::Busy { .. } => ErrorKind::Busy,
            Self::Lacking(_) => ErrorKind::Lacking,
            Self::Internal(_) => ErrorKind::Internal,
        }
    }

    /// Whether the client must give another URL (an answer of the 4xx class).
    pub fn is_client_fault(&self) -> bool {
        self.kind() == ErrorKind::Client
    }
}

/// Whole seconds, for a header: never 0, which would mean at once.
pub(crate) fn seconds(time: Duration) -> u64 {
    (time.as_millis().div_ceil(1_000) as u64).max(1)
}
