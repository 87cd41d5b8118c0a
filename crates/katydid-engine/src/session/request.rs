//! A request being put together.

use std::borrow::Cow;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderName, HeaderValue};
use http::{HeaderMap, Method};
use katydid_core::FailureKind;
use serde::Serialize;

use super::http1::Socket;
use super::multipart::Multipart;
use super::response::Response;
use super::retry::Retry;
use super::target::Target;
use super::user_session::Session;
use super::websocket::WEBSOCKET;
use crate::error::RequestFailed;
use crate::run::CENTURY;

/// A request of a session, not sent yet.
///
/// Mistakes (a bad header, a body that cannot be encoded) do not stop the run: the request is then
/// counted as failed when it is sent, with the mistake as its text.
#[must_use = "a request does nothing until it is sent"]
pub struct RequestBuilder<'s> {
    pub(super) session: &'s mut Session,
    pub(super) method: Method,
    pub(super) url: String,
    pub(super) name: Option<Cow<'static, str>>,
    pub(super) tags: Option<Arc<[Arc<str>]>>,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    pub(super) timeout: Option<Duration>,
    pub(super) redirects: bool,
    pub(super) upgrade: Option<Box<Upgrade>>,
    pub(super) retry: Option<Box<Retry>>,
    /// Repeats a request that came to nothing.
    pub(super) is_retry: bool,
    pub(super) mistake: Option<Box<str>>,
    /// Where the last hop went.
    pub(super) target: Option<Rc<Target>>,
    /// The cookies that it carried.
    pub(super) cookies: Option<Box<str>>,
    /// The `traceparent` of all hops.
    pub(super) trace: Option<Box<str>>,
    /// Whether the last hop went over HTTP/2.
    pub(super) http2: bool,
}

/// That a request asks for another protocol, and the connection it gets for that: the stream, and
/// what has been read of it.
#[derive(Default)]
pub(super) struct Upgrade {
    pub(super) taken_over: Option<(Socket, Bytes)>,
}

impl<'s> RequestBuilder<'s> {
    pub(super) fn new(session: &'s mut Session, method: Method, url: &str) -> Self {
        Self {
            session,
            method,
            url: url.to_owned(),
            name: None,
            tags: None,
            headers: HeaderMap::new(),
            body: Bytes::new(),
            timeout: None,
            redirects: true,
            upgrade: None,
            retry: None,
            is_retry: false,
            mistake: None,
            target: None,
            cookies: None,
            trace: None,
            http2: false,
        }
    }

    /// The name in the report, instead of the path: `/items/{id}` for 500 addresses.
    pub fn name(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Tags of the row, instead of the task's.
    pub fn tags<'a>(mut self, tags: impl IntoIterator<Item = &'a str>) -> Self {
        self.tags = Some(tags.into_iter().map(Arc::from).collect());
        self
    }

    /// Adds a header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        match (name.parse::<HeaderName>(), HeaderValue::from_str(value)) {
            (Ok(name), Ok(value)) => {
                self.headers.append(name, value);
                self
            }
            _ => self.broken(format!("{name:?} with this value is no header")),
        }
    }

    /// Sends a bearer token with this request only.
    pub fn bearer(self, token: &str) -> Self {
        self.header(AUTHORIZATION.as_str(), &format!("Bearer {token}"))
    }

    /// Adds a query to the address.
    pub fn query<T: Serialize + ?Sized>(mut self, query: &T) -> Self {
        match serde_urlencoded::to_string(query) {
            Ok(query) => {
                self.url.push(if self.url.contains('?') { '&' } else { '?' });
                self.url.push_str(&query);
                self
            }
            Err(error) => self.broken(format!("query: {error}")),
        }
    }

    /// A JSON body.
    pub fn json<T: Serialize + ?Sized>(self, value: &T) -> Self {
        match serde_json::to_vec(value) {
            Ok(body) => self.body(body, "application/json"),
            Err(error) => self.broken(format!("JSON body: {error}")),
        }
    }

    /// A form body.
    pub fn form<T: Serialize + ?Sized>(self, value: &T) -> Self {
        match serde_urlencoded::to_string(value) {
            Ok(body) => self.body(body, "application/x-www-form-urlencoded"),
            Err(error) => self.broken(format!("form body: {error}")),
        }
    }

    /// A body of several parts.
    pub fn multipart(self, form: Multipart) -> Self {
        let (content_type, body) = form.encode();
        self.body(body, &content_type)
    }

    /// Any body, with its content type.
    pub fn body(mut self, body: impl Into<Vec<u8>>, content_type: &str) -> Self {
        self.body = body.into().into();
        match HeaderValue::from_str(content_type) {
            Ok(value) => {
                self.headers.insert(CONTENT_TYPE, value);
                self
            }
            Err(_) => self.broken(format!("{content_type:?} is no content type")),
        }
    }

    /// A time limit for this request, redirects included, instead of `--timeout`.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = Some(limit.min(CENTURY));
        self
    }

    /// Takes a redirect as the answer instead of following it.
    pub fn no_redirects(mut self) -> Self {
        self.redirects = false;
        self
    }

    /// Tries again when it comes to nothing, as `retry` says. Every attempt is a request of its own
    /// in the counts.
    pub fn retry(mut self, retry: Retry) -> Self {
        match retry.mistake() {
            Some(mistake) => self.broken(mistake),
            None => {
                self.retry = Some(Box::new(retry));
                self
            }
        }
    }

    /// Sends the request and waits for the whole answer.
    ///
    /// # Errors
    /// When there is no whole answer: look-up, connection, TLS, time limit, broken or too large
    /// body, redirects without end. It has been counted as failed. An answer of 400 and above is
    /// no error here, see [`Response`].
    pub fn send(self) -> impl Future<Output = Result<Response, RequestFailed>> + use<'s> {
        let mut request = self;
        // Not an async function: that would hold the request twice.
        async move {
            match &request.retry {
                None => super::exchange::send(&mut request)
                    .await
                    .map_err(|unanswered| unanswered.count()),
                Some(_) => Box::pin(super::retry::send(request)).await,
            }
        }
    }

    /// What the method column says of it.
    pub(super) fn counted_as(&self) -> &str {
        if self.upgrade.is_some() { WEBSOCKET } else { self.method.as_str() }
    }

    /// The time limit of the whole request.
    pub(super) fn limit(&self) -> Duration {
        self.timeout.unwrap_or(self.session.setup.http.settings.timeout)
    }

    /// The same request for one attempt within what is left of its time limit.
    pub(super) fn attempt(&mut self, left: Duration, is_retry: bool) -> RequestBuilder<'_> {
        RequestBuilder {
            session: self.session,
            method: self.method.clone(),
            url: self.url.clone(),
            name: self.name.clone(),
            tags: self.tags.clone(),
            headers: self.headers.clone(),
            body: self.body.clone(),
            timeout: Some(left),
            redirects: self.redirects,
            upgrade: None,
            retry: None,
            is_retry,
            mistake: self.mistake.clone(),
            target: None,
            cookies: None,
            trace: None,
            http2: false,
        }
    }

    pub(super) fn broken(mut self, mistake: String) -> Self {
        self.mistake.get_or_insert_with(|| mistake.into());
        self
    }

    pub(super) fn check(&self) -> Result<(), RequestFailed> {
        match &self.mistake {
            Some(mistake) => Err(RequestFailed::new(FailureKind::Request, &**mistake)),
            None => Ok(()),
        }
    }
}

impl std::fmt::Debug for RequestBuilder<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RequestBuilder({} {})", self.method, self.url)
    }
}
