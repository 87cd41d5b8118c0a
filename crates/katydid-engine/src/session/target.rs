//! Where a request goes, taken apart once per address and thread.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use http::{HeaderValue, Uri};
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
    pub(crate) origin: Origin,
    /// Path and query, for HTTP/1.1.
    pub(crate) path: Uri,
    /// Host and port, for HTTP/1.1.
    pub(crate) host: HeaderValue,
    /// Whether it is the run's own host, which alone gets the session's headers.
    pub(crate) own_host: bool,
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
        let origin = Origin { tls: url.scheme() == "https", host: name, port };
        let path = &url[Position::BeforePath..Position::AfterQuery];
        let path = path.parse().map_err(|error| bad(format!("{error}")))?;
        let host = &url[Position::BeforeHost..Position::AfterPort];
        let host = HeaderValue::from_str(host).map_err(|error| bad(error.to_string()))?;
        let own_host = url.origin() == home.origin();
        Ok(Rc::new(Self { url, origin, path, host, own_host }))
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
