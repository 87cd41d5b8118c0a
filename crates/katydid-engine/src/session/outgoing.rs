//! One request as both versions of HTTP get it: borrowed from those who keep its parts.

use bytes::Bytes;
use http::header::{
    ACCEPT_ENCODING, CONTENT_LENGTH, COOKIE, HeaderName, HeaderValue, TRANSFER_ENCODING, USER_AGENT,
};
use http::{HeaderMap, Method};

use super::decode;
use super::target::Target;

const AGENT: &str = concat!("katydid/", env!("CARGO_PKG_VERSION"));

/// The header that names the test to whoever runs the target.
const LABEL: HeaderName = HeaderName::from_static("x-load-test");

/// The header that names the request to tracing systems.
pub(crate) const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// What one hop sends.
///
/// A header of the request itself goes before the session's of that name, and both before ours.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outgoing<'a> {
    pub(crate) method: &'a Method,
    pub(crate) target: &'a Target,
    /// The session's headers; none for a host that is not the run's.
    pub(crate) session: Option<&'a HeaderMap>,
    /// The request's own headers.
    pub(crate) own: &'a HeaderMap,
    /// The cookies, unless the request has its own.
    pub(crate) cookies: Option<&'a str>,
    pub(crate) body: &'a Bytes,
    /// The name of the test.
    pub(crate) label: Option<&'a HeaderValue>,
    /// Its `traceparent`.
    pub(crate) trace: Option<&'a str>,
}

impl<'a> Outgoing<'a> {
    /// Every value that the suite gave to this header.
    pub(crate) fn given(&self, name: &HeaderName) -> impl Iterator<Item = &'a HeaderValue> {
        let from = match self.session {
            Some(session) if !self.own.contains_key(name) => session,
            _ => self.own,
        };
        from.get_all(name).into_iter()
    }

    /// Whether the suite gave this header.
    #[inline]
    pub(crate) fn gives(&self, name: &HeaderName) -> bool {
        let has = |map: &HeaderMap| !map.is_empty() && map.contains_key(name);
        has(self.own) || self.session.is_some_and(has)
    }

    /// Tells every header of this request but the host and those that frame the body.
    pub(crate) fn headers(&self, mut tell: impl FnMut(&str, &[u8])) {
        if !self.gives(&USER_AGENT) {
            tell(USER_AGENT.as_str(), AGENT.as_bytes());
        }
        if !self.gives(&ACCEPT_ENCODING) {
            tell(ACCEPT_ENCODING.as_str(), decode::ACCEPT_ENCODING.as_bytes());
        }
        if let Some(label) = self.label.filter(|_| !self.gives(&LABEL)) {
            tell(LABEL.as_str(), label.as_bytes());
        }
        if let Some(trace) = self.trace.filter(|_| !self.gives(&TRACEPARENT)) {
            tell(TRACEPARENT.as_str(), trace.as_bytes());
        }
        if let Some(session) = self.session {
            for (name, value) in session {
                if !self.own.contains_key(name) && !frames(name) {
                    tell(name.as_str(), value.as_bytes());
                }
            }
        }
        for (name, value) in self.own {
            if !frames(name) {
                tell(name.as_str(), value.as_bytes());
            }
        }
        if let Some(cookies) = self.cookies.filter(|_| !self.gives(&COOKIE)) {
            tell(COOKIE.as_str(), cookies.as_bytes());
        }
    }

    /// Whether the length is told: of every body, and of none where one is expected.
    pub(crate) fn tells_length(&self) -> bool {
        let expected = matches!(*self.method, Method::POST | Method::PUT | Method::PATCH);
        expected || !self.body.is_empty()
    }
}

fn frames(name: &HeaderName) -> bool {
    *name == CONTENT_LENGTH || *name == TRANSFER_ENCODING
}
