//! Where a request goes, taken apart once per address and thread.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use katydid_core::FailureKind;
use url::{Position, Url};

use super::connection::Origin;
use crate::error::RequestFailed;

/// Addresses remembered per thread and host; beyond that the memory is emptied, not grown.
const REMEMBERED: usize = 1_000;

/// An address in the forms that sending needs.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) url: Url,
    pub(crate) origin: Rc<Origin>,
    /// Whether it is the run's own host, which alone gets the session's headers.
    pub(crate) own_host: bool,
    /// Both lines that every HTTP/1.1 request to it begins with, after the method.
    lines: String,
    /// Where the first of them ends.
    host_at: usize,
}

impl Target {
    /// Takes `url` apart; `home` is the run's host.
    pub(crate) fn new(url: Url, home: &Url) -> Result<Rc<Self>, RequestFailed> {
        let bad = |why: String| RequestFailed::new(FailureKind::Request, format!("{url}: {why}"));
        let no_host = || bad("no host in it".to_owned());
        if !matches!(url.scheme(), "http" | "https") {
            return Err(bad("neither http nor https".to_owned()));
        }
        let name = url.host_str().ok_or_else(no_host)?.to_owned();
        let port = url.port_or_known_default().ok_or_else(no_host)?;
        let origin = Rc::new(Origin { tls: url.scheme() == "https", host: name, port });
        let path = &url[Position::BeforePath..Position::AfterQuery];
        let mut lines = format!("{path} HTTP/1.1\r\n");
        let host_at = lines.len();
        lines.extend(["host: ", &url[Position::BeforeHost..Position::AfterPort], "\r\n"]);
        let own_host = url.origin() == home.origin();
        Ok(Rc::new(Self { url, origin, own_host, lines, host_at }))
    }

    /// Path, query, version and host, as HTTP/1.1 sends them. The URL is plain text without blanks
    /// or line ends: that is how it was parsed.
    pub(crate) fn request_line_and_host(&self) -> &str {
        &self.lines
    }

    /// The same without the host.
    pub(crate) fn request_line(&self) -> &str {
        &self.lines[..self.host_at]
    }
}

/// The addresses that the users of one thread and host have asked for.
#[derive(Debug)]
pub(crate) struct Targets {
    pub(crate) home: Url,
    known: RefCell<HashMap<String, Rc<Target>>>,
}

impl Targets {
    pub(crate) fn new(home: Url) -> Self {
        Self { home, known: RefCell::default() }
    }

    /// The target of a path or a whole URL.
    pub(crate) fn find(&self, address: &str) -> Result<Rc<Target>, RequestFailed> {
        if let Some(target) = self.known.borrow().get(address) {
            return Ok(Rc::clone(target));
        }
        let bad = |error| RequestFailed::new(FailureKind::Request, format!("{address:?}: {error}"));
        let target = Target::new(self.join(address).map_err(bad)?, &self.home)?;
        let mut known = self.known.borrow_mut();
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert(address.to_owned(), Rc::clone(&target));
        Ok(target)
    }

    /// A path follows the host's own, as in Locust: `/x` at `http://h/api` is `/api/x`.
    fn join(&self, address: &str) -> Result<Url, url::ParseError> {
        let base = self.home.path().trim_end_matches('/');
        if base.is_empty() || !address.starts_with('/') || address.starts_with("//") {
            return self.home.join(address);
        }
        self.home.join(&format!("{base}{address}"))
    }
}
