//! What a request sent last, carried until its answer is judged.
//!
//! Every request carries it and next to none needs it, so nothing is copied or written down before
//! somebody wants an exemplar of it: its parts are moved here instead of being dropped.

use std::rc::Rc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, HOST, TRANSFER_ENCODING};
use http::{HeaderMap, Method, StatusCode};
use katydid_core::mask::Mask;
use katydid_core::{Curl, Exemplar, RowKey, Sample, Why, masked_line, message_text};
use url::Position;

use super::outgoing::{Outgoing, TRACEPARENT};
use super::request::RequestBuilder;
use super::target::Target;
use super::user_session::HttpContext;
use crate::error::RequestFailed;
use crate::failure_log::FailureLog;
use crate::hooks::{Actor, Answered};

/// The last hop of a request, as it was sent or, without a connection, as it would have been.
pub(crate) struct Asked {
    http: Rc<HttpContext>,
    by: Actor,
    method: Method,
    own: HeaderMap,
    session: Rc<HeaderMap>,
    cookies: Option<String>,
    trace: Option<Box<str>>,
    body: Bytes,
    /// `None` where the address was none.
    target: Option<Rc<Target>>,
    /// What the suite wrote instead of one.
    address: String,
    http2: bool,
}

impl Asked {
    /// Takes the parts of a request that is over.
    pub(super) fn take(request: &mut RequestBuilder<'_>) -> Self {
        let target = request.target.take();
        let no_target = target.is_none();
        let session = &*request.session;
        Self {
            http: Rc::clone(&session.setup.http),
            by: session.setup.actor(session.task),
            method: std::mem::take(&mut request.method),
            own: std::mem::take(&mut request.headers),
            session: Rc::clone(&session.headers),
            cookies: request.cookies.take(),
            trace: request.trace.take(),
            body: std::mem::take(&mut request.body),
            target,
            address: if no_target { std::mem::take(&mut request.url) } else { String::new() },
            http2: request.http2,
        }
    }

    /// Everything that is worth knowing of it.
    #[cold]
    pub(super) fn exemplar(
        &self,
        key: &RowKey,
        mask: &Mask,
        sample: &Sample,
        failed: Option<&RequestFailed>,
        answer: Option<Answered<'_>>,
    ) -> Exemplar {
        let info = &self.http.tasks[self.by.task.0 as usize];
        let (flow, task) = if self.by.in_task {
            (info.flow.clone(), info.task.clone())
        } else {
            Default::default()
        };
        let headers = self.headers();
        let trace = headers.iter().find(|(name, _)| *name == TRACEPARENT.as_str());
        Exemplar {
            why: failed.map_or(Why::Slow, |failed| Why::Failed(failed.kind)),
            ended: Duration::from_nanos(sample.last_byte_ns),
            user: self.by.user,
            class: info.class.clone(),
            flow,
            task,
            tags: key.tags.clone(),
            method: key.method.clone(),
            name: key.name.clone(),
            url: masked_line(self.url(), mask),
            status: answer.map(|answer| answer.status),
            error: failed.map(|failed| masked_line(&failed.text, mask)),
            response_time: Duration::from_nanos(sample.response_ns()),
            service_time: Duration::from_nanos(sample.service_ns()),
            phases: sample.phases,
            redirects: sample.redirects,
            retry: sample.retry,
            request: self.request(&headers, mask),
            answer: answer.map_or_else(String::new, |answer| answer_text(&answer, mask)),
            traceparent: trace.map(|(_, value)| value.clone()),
            curl: self.curl(&headers, mask),
        }
    }

    /// Where failures are told, if anywhere.
    pub(super) fn log(&self) -> Option<&FailureLog> {
        self.http.failure_log.as_ref()
    }

    fn url(&self) -> &str {
        self.target.as_ref().map_or(&self.address, |target| target.url.as_str())
    }

    fn request(&self, headers: &[(String, String)], mask: &Mask) -> String {
        let version = if self.http2 { "HTTP/2" } else { "HTTP/1.1" };
        let first = match &self.target {
            Some(target) => {
                let path = &target.url[Position::BeforePath..Position::AfterQuery];
                format!("{} {path} {version}", self.method)
            }
            None => format!("{} {}", self.method, self.address),
        };
        message_text(&first, headers, &self.body, mask)
    }

    fn curl(&self, headers: &[(String, String)], mask: &Mask) -> String {
        let Some(target) = &self.target else { return String::new() };
        let curl = Curl {
            method: self.method.as_str(),
            url: &target.url[..Position::AfterQuery],
            headers,
            body: &self.body,
            http2: self.http2,
            verified: self.http.settings.verify_tls,
        };
        curl.line(mask)
    }

    /// All headers, names in small letters: the host first, the frame of the body last.
    fn headers(&self) -> Vec<(String, String)> {
        let Some(target) = &self.target else { return Vec::new() };
        let outgoing = Outgoing {
            method: &self.method,
            target,
            session: target.own_host.then_some(&*self.session),
            own: &self.own,
            cookies: self.cookies.as_deref(),
            body: &self.body,
            label: self.http.label.as_ref(),
            trace: self.trace.as_deref(),
        };
        let mut headers = Vec::new();
        let mut add = |name: &str, value: &[u8]| {
            headers.push((name.to_owned(), String::from_utf8_lossy(value).into_owned()));
        };
        if outgoing.gives(&HOST) {
            outgoing.given(&HOST).for_each(|host| add(HOST.as_str(), host.as_bytes()));
        } else {
            let host = &target.url[Position::BeforeHost..Position::AfterPort];
            add(HOST.as_str(), host.as_bytes());
        }
        outgoing.headers(|name, value| {
            if name != HOST.as_str() {
                add(name, value);
            }
        });
        if outgoing.gives(&TRANSFER_ENCODING) && !self.http2 {
            add(TRANSFER_ENCODING.as_str(), b"chunked");
        } else if outgoing.tells_length() || outgoing.gives(&CONTENT_LENGTH) {
            add(CONTENT_LENGTH.as_str(), self.body.len().to_string().as_bytes());
        }
        headers
    }
}

fn answer_text(answer: &Answered<'_>, mask: &Mask) -> String {
    let status = StatusCode::from_u16(answer.status).ok();
    let reason = status.and_then(|status| status.canonical_reason()).unwrap_or_default();
    let headers = answer
        .headers
        .iter()
        .map(|(name, value)| (name.into_owned(), String::from_utf8_lossy(value).into_owned()));
    let first = format!("{} {reason}", answer.status);
    message_text(first.trim_end(), &headers.collect::<Vec<_>>(), answer.body, mask)
}
