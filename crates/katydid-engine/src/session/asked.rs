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
use katydid_core::{
    Curl, Exemplar, RowKey, Sample, StatedTime, Why, masked_line, message_text, server_timings,
};
use url::Position;

use super::headers::Headers;
use super::outgoing::{Outgoing, TRACEPARENT};
use super::record::SERVER_TIMING;
use super::request::RequestBuilder;
use super::target::Target;
use super::user_session::HttpContext;
use super::websocket::Message;
use crate::error::RequestFailed;
use crate::failure_log::FailureLog;
use crate::hooks::{Actor, Answered};

/// What was sent, and by whom.
pub(crate) struct Asked {
    http: Rc<HttpContext>,
    by: Actor,
    what: What,
}

enum What {
    Request(Hop),
    Message(Message),
}

/// The last hop of a request, as it was sent or, without a connection, as it would have been.
struct Hop {
    method: Method,
    own: HeaderMap,
    session: Rc<HeaderMap>,
    cookies: Option<Box<str>>,
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
        let session = &*request.session;
        let http = Rc::clone(&session.setup.http);
        let by = session.setup.actor(session.work.task.get());
        Self { http, by, what: What::Request(Hop::take(request)) }
    }

    /// What happens on a WebSocket.
    pub(super) fn message(http: &Rc<HttpContext>, by: Actor, message: Message) -> Self {
        Self { http: Rc::clone(http), by, what: What::Message(message) }
    }

    /// Where failures are told, if anywhere.
    pub(super) fn log(&self) -> Option<&FailureLog> {
        self.http.failure_log.as_ref()
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
        let mut exemplar = Exemplar {
            why: failed.map_or(Why::Slow, |failed| Why::Failed(failed.kind)),
            ended: Duration::from_nanos(sample.last_byte_ns),
            user: self.by.user,
            class: info.class.clone(),
            flow,
            task,
            tags: key.tags.clone(),
            method: key.method.clone(),
            name: key.name.clone(),
            status: answer.and_then(|answer| answer.status),
            error: failed.map(|failed| masked_line(&failed.text, mask)),
            response_time: Duration::from_nanos(sample.response_ns()),
            service_time: Duration::from_nanos(sample.service_ns()),
            phases: sample.phases,
            server_timing: stated(answer, mask),
            redirects: sample.redirects,
            retry: sample.retry,
            ..Exemplar::default()
        };
        match &self.what {
            What::Request(hop) => hop.fill(&mut exemplar, &self.http, mask, answer),
            What::Message(message) => message.fill(&mut exemplar, mask, answer),
        }
        exemplar
    }
}

impl Hop {
    fn take(request: &mut RequestBuilder<'_>) -> Self {
        let target = request.target.take();
        let no_target = target.is_none();
        let session = &*request.session;
        Self {
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

    /// What is kept of it.
    fn fill(
        &self,
        exemplar: &mut Exemplar,
        http: &HttpContext,
        mask: &Mask,
        answer: Option<Answered<'_>>,
    ) {
        let headers = self.headers(http);
        let trace = headers.iter().find(|(name, _)| *name == TRACEPARENT.as_str());
        exemplar.url = masked_line(self.url(), mask);
        exemplar.request = self.request(&headers, mask);
        exemplar.answer = answer.map_or_else(String::new, |answer| answer_text(&answer, mask));
        exemplar.traceparent = trace.map(|(_, value)| value.clone());
        exemplar.curl = self.curl(&headers, http, mask);
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

    fn curl(&self, headers: &[(String, String)], http: &HttpContext, mask: &Mask) -> String {
        let Some(target) = &self.target else { return String::new() };
        let curl = Curl {
            method: self.method.as_str(),
            url: &target.url[..Position::AfterQuery],
            headers,
            body: &self.body,
            http2: self.http2,
            verified: http.settings.verify_tls,
        };
        curl.line(mask)
    }

    /// All headers, names in small letters: the host first, the frame of the body last.
    fn headers(&self, http: &HttpContext) -> Vec<(String, String)> {
        let Some(target) = &self.target else { return Vec::new() };
        let outgoing = Outgoing {
            method: &self.method,
            target,
            session: target.own_host.then_some(&*self.session),
            own: &self.own,
            cookies: self.cookies.as_deref(),
            body: &self.body,
            label: http.label.as_ref(),
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

/// What the answer says of its time.
fn stated(answer: Option<Answered<'_>>, mask: &Mask) -> Vec<StatedTime> {
    let headers = answer.and_then(|answer| answer.headers);
    let values = headers.into_iter().flat_map(|headers| headers.get_all(SERVER_TIMING));
    let stages = server_timings(values).map(|stage| StatedTime {
        name: masked_line(stage.name, mask),
        time: stage.time,
        about: masked_line(&stage.about, mask),
    });
    stages.collect()
}

fn answer_text(answer: &Answered<'_>, mask: &Mask) -> String {
    let code = answer.status.unwrap_or_default();
    let status = StatusCode::from_u16(code).ok();
    let reason = status.and_then(|status| status.canonical_reason()).unwrap_or_default();
    let headers = answer
        .headers
        .into_iter()
        .flat_map(Headers::iter)
        .map(|(name, value)| (name.into_owned(), String::from_utf8_lossy(value).into_owned()));
    let first = format!("{code} {reason}");
    message_text(first.trim_end(), &headers.collect::<Vec<_>>(), answer.body, mask)
}
