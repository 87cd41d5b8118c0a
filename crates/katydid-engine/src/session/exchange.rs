//! The path of one request: connection, hops, time limit, measurement.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use cookie_store::CookieStore;
use http::header::{
    AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, COOKIE, HeaderValue, SET_COOKIE,
};
use http::{Method, StatusCode};
use katydid_core::{FailureKind, Look, Sample};
use tokio::time::Instant;
use url::Url;

use super::asked::Asked;
use super::connection::{Answer, Connection as _, Origin, Wire, open, open_http1};
use super::decode;
use super::headers::Headers;
use super::meter::Phase;
use super::outgoing::Outgoing;
use super::record::Record;
use super::redirect;
use super::request::RequestBuilder;
use super::response::Response;
use super::target::Target;
use super::user_session::Session;
use crate::error::RequestFailed;
use crate::hooks::{Listeners, Told};
use crate::run::Ticket;

/// A request without a whole answer, not counted yet.
pub(super) struct Unanswered {
    pub(super) failed: RequestFailed,
    /// `None`: it was never begun.
    pub(super) record: Option<Record>,
    sample: Sample,
}

impl Unanswered {
    /// Counts it as failed.
    pub(super) fn count(mut self) -> RequestFailed {
        if let Some(record) = &mut self.record {
            record.close(&mut self.sample, Some(&self.failed), None);
        }
        self.failed
    }

    /// A request that is not sent because the run may send no more.
    fn not_begun() -> Box<Self> {
        Box::new(Self { failed: not_sent(), record: None, sample: Sample::default() })
    }
}

/// Why nothing is sent any more.
pub(super) fn not_sent() -> RequestFailed {
    let text = "not sent: the run has used up its requests or its money";
    RequestFailed::new(FailureKind::Request, text)
}

/// Sends a request, once.
pub(super) async fn send(request: &mut RequestBuilder<'_>) -> Result<Response, Box<Unanswered>> {
    let counts = Counts::default();
    let guarded = request.session.setup.gate.is_some();
    if guarded && !pass(request, &counts, true).await {
        return Err(Unanswered::not_begun());
    }
    let name = request.name.as_deref().unwrap_or(&request.url);
    let tags = request.tags.as_ref().unwrap_or(&request.session.tags);
    let session = &*request.session;
    let row = {
        let mut recorder = session.setup.recorder.borrow_mut();
        let row = recorder.row(request.counted_as(), name, tags);
        recorder.asks(row, session.setup.index, &request.url, &request.body);
        row
    };
    let listeners = session.setup.listeners.as_ref().filter(|them| them.hear_requests());
    let told = listeners.map(|listeners| Box::new(told(request, listeners)));
    let mut record = Record::new(&session.setup.recorder, &session.work, row, told);
    let clock = session.setup.clock;
    let sent_ns = clock.now_ns();
    let due_ns = sent_ns.saturating_sub(session.work.late_ns.take());
    record.set_due(clock, due_ns);
    let meter = Rc::clone(&session.meter);
    meter.begin(sent_ns);
    if let Some(run) = request.session.setup.http.settings.traces {
        request.trace = Some(request.session.next_trace(run));
    }
    let retry = request.is_retry;
    let done = within_limit(request, clock.at(sent_ns), &counts).await;
    let limit = request.session.setup.http.settings.max_body;
    record.asked(Asked::take(request));
    let finish = meter.finish(done.is_ok());
    let mut bytes = finish.bytes;
    let mut sample = Sample {
        due_ns,
        sent_ns,
        first_byte_ns: finish.first_byte_ns,
        last_byte_ns: finish.last_byte_ns,
        phases: finish.phases,
        bytes,
        redirects: counts.redirects.get(),
        connections: counts.connections.get(),
        retry,
        ..Sample::default()
    };
    let decoded = match done {
        Ok((answer, target)) => decoded(answer, target, limit).await,
        Err(failed) => Err(failed),
    };
    match decoded {
        Ok((answer, target)) => {
            bytes.body = answer.body.len() as u64;
            sample.bytes = bytes;
            Ok(response(answer, target, record, sample))
        }
        Err(failed) => Err(Box::new(Unanswered { failed, record: Some(record), sample })),
    }
}

/// What hooks will be told of a request besides its outcome.
fn told(request: &RequestBuilder<'_>, listeners: &Rc<Listeners>) -> Told {
    let session = &*request.session;
    Told {
        listeners: Rc::clone(listeners),
        by: session.setup.actor(session.work.task.get()),
        method: Method::from_bytes(request.counted_as().as_bytes()).unwrap_or_default(),
        name: request.name.clone(),
        asked: request.url.clone(),
        targets: Rc::clone(&session.setup.targets),
        tags: Arc::clone(request.tags.as_ref().unwrap_or(&session.tags)),
    }
}

/// What a request needed, readable after it was given up.
#[derive(Default)]
struct Counts {
    redirects: Cell<u32>,
    connections: Cell<u32>,
    /// The right to what is under way.
    ticket: RefCell<Option<Ticket>>,
}

/// Waits for the guards of the run. `false`: nothing may be sent any more. That is only told to
/// hooks, which are in nobody's numbers; a task waits until the end of the run cuts it.
fn pass(
    request: &RequestBuilder<'_>,
    counts: &Counts,
    first_hop: bool,
) -> impl Future<Output = bool> {
    // What the hop before had is used.
    drop(counts.ticket.take());
    let session = &*request.session;
    // Rare; boxed so that requests without guards don't carry the room for it.
    Box::pin(async move {
        let Some(gate) = &session.setup.gate else { return true };
        if session.work.task.get().is_none() && gate.is_closed() {
            return false;
        }
        let clock = session.setup.clock;
        let begun_ns = clock.now_ns();
        let passed = session.pool.watch_during(gate.pass(&session.setup.recorder)).await;
        *counts.ticket.borrow_mut() = passed;
        // On later hops the request has begun, and its time goes on.
        if gate.keeps_due && first_hop {
            let held_ns = clock.now_ns().saturating_sub(begun_ns);
            let late_ns = &session.work.late_ns;
            late_ns.set(late_ns.get() + held_ns);
        }
        true
    })
}

fn response(answer: Answer, target: Rc<Target>, record: Record, sample: Sample) -> Response {
    Response {
        status: answer.status,
        headers: answer.headers,
        body: answer.body,
        target,
        record,
        sample,
        judged: None,
        looked_at: Cell::new(Look::Unseen),
        excused: false,
    }
}

/// Undoes compression. After the last byte: the time is the generator's, not the target's.
async fn decoded(
    answer: Answer,
    target: Rc<Target>,
    limit: usize,
) -> Result<(Answer, Rc<Target>), RequestFailed> {
    let Answer { status, headers, mut body } = answer;
    if !body.is_empty() {
        let codings: Vec<_> = headers.get_all(CONTENT_ENCODING.as_str()).collect();
        if !codings.is_empty() {
            // Several lines are one list.
            let encoding = String::from_utf8_lossy(&codings.join(&b", "[..])).into_owned();
            body = Box::pin(decode::decode(body, &encoding, limit)).await?;
        }
    }
    Ok((Answer { status, headers, body }, target))
}

/// Runs the request under its time limit.
///
/// The timer belongs to the session and is moved at most once per limit, not once per request: a
/// request that ends in time costs the timer wheel nothing.
async fn within_limit(
    request: &mut RequestBuilder<'_>,
    sent: Instant,
    counts: &Counts,
) -> Result<(Answer, Rc<Target>), RequestFailed> {
    request.check()?;
    let limit = request.limit();
    let deadline = sent + limit;
    let timer = request.session.deadline.take();
    let mut timer = match timer {
        Some(mut timer) if timer.is_elapsed() || timer.deadline() > deadline => {
            timer.as_mut().reset(deadline);
            timer
        }
        Some(timer) => timer,
        None => Box::pin(tokio::time::sleep_until(deadline)),
    };
    let done = {
        let mut hops = pin!(follow(request, counts));
        poll_fn(|cx| {
            if let Poll::Ready(done) = hops.as_mut().poll(cx) {
                return Poll::Ready(done);
            }
            while timer.as_mut().poll(cx).is_ready() {
                if Instant::now() >= deadline {
                    return Poll::Ready(Err(timed_out(limit)));
                }
                timer.as_mut().reset(deadline);
            }
            Poll::Pending
        })
        .await
    };
    request.session.deadline = Some(timer);
    done
}

fn timed_out(limit: Duration) -> RequestFailed {
    let text = format!("no whole answer within {}", katydid_core::format_span(limit));
    RequestFailed::new(FailureKind::Timeout, text)
}

/// Sends, and follows redirects: from hop to hop the request becomes what is sent next.
///
/// Everything here works on the one request by reference: each future that held it itself would
/// make every task larger, and a task is boxed.
async fn follow(
    request: &mut RequestBuilder<'_>,
    counts: &Counts,
) -> Result<(Answer, Rc<Target>), RequestFailed> {
    let mut target = request.session.setup.targets.find(&request.url)?;
    let most = request.session.setup.http.settings.max_redirects;
    loop {
        request.target = Some(Rc::clone(&target));
        request.cookies = cookies(request.session, &target.url);
        let answer = one_hop(request, &target, counts).await?;
        remember_cookies(request.session, &target.url, &answer.headers);
        let next = if request.redirects {
            redirect::target(answer.status, &answer.headers, &target.url)?
        } else {
            None
        };
        let Some(next) = next else { return Ok((answer, target)) };
        if counts.redirects.get() as usize >= most {
            let text = format!("more than {most} redirects");
            return Err(RequestFailed::new(FailureKind::Redirect, text));
        }
        counts.redirects.set(counts.redirects.get() + 1);
        if request.session.setup.gate.is_some() && !pass(request, counts, false).await {
            return Err(Unanswered::not_begun().failed);
        }
        let method = redirect::method(answer.status, &request.method);
        if method != request.method {
            request.body = Bytes::new();
            request.headers.remove(CONTENT_TYPE);
        }
        request.method = method;
        if !redirect::same_origin(&target.url, &next) {
            request.headers.remove(AUTHORIZATION);
            request.headers.remove(COOKIE);
        }
        target = Target::new(next, &request.session.setup.targets.home)?;
    }
}

/// One request and its answer on one connection.
async fn one_hop(
    request: &mut RequestBuilder<'_>,
    target: &Target,
    counts: &Counts,
) -> Result<Answer, RequestFailed> {
    if request.upgrade.is_some() {
        return Box::pin(upgrade(request, target, counts)).await;
    }
    let session = &*request.session;
    let origin = &target.origin;
    let mut known = session.pool.take(origin);
    if let Some(wire) = &mut known
        && !wire.is_open().await
    {
        // A server may close an idle connection at any time: a new one then, not a failure.
        known = None;
    }
    let mut wire = match known {
        Some(wire) => wire,
        None => new_wire(session, origin, counts).await?,
    };
    request.http2 = matches!(wire, Wire::Http2(_));
    session.meter.enter(Phase::Send);
    let outgoing = outgoing(request, target);
    let answer = wire.exchange(&outgoing, session.setup.http.settings.max_body).await?;
    if wire.is_reusable() {
        session.pool.put(Rc::clone(origin), wire);
    }
    Ok(answer)
}

fn outgoing<'a>(request: &'a RequestBuilder<'_>, target: &'a Target) -> Outgoing<'a> {
    let session = &*request.session;
    Outgoing {
        method: &request.method,
        target,
        session: target.own_host.then_some(&*session.headers),
        own: &request.headers,
        cookies: request.cookies.as_deref(),
        body: &request.body,
        label: session.setup.http.label.as_ref(),
        trace: request.trace.as_deref(),
    }
}

/// The same for a request that asks for another protocol: on a connection of its own, which is taken
/// over with what came behind the answer.
async fn upgrade(
    request: &mut RequestBuilder<'_>,
    target: &Target,
    counts: &Counts,
) -> Result<Answer, RequestFailed> {
    let session = &*request.session;
    counts.connections.set(counts.connections.get() + 1);
    let mut wire = open_http1(&target.origin, &session.setup.http, &session.meter).await?;
    let most = session.setup.http.settings.max_body;
    let mut answer = wire.upgrade(&outgoing(request, target), most).await?;
    if answer.status == StatusCode::SWITCHING_PROTOCOLS
        && let Some(upgrade) = &mut request.upgrade
    {
        upgrade.taken_over = Some((wire.into_socket(), std::mem::take(&mut answer.body)));
    }
    Ok(answer)
}

async fn new_wire(
    session: &Session,
    origin: &Origin,
    counts: &Counts,
) -> Result<Wire, RequestFailed> {
    counts.connections.set(counts.connections.get() + 1);
    // Rare and large; boxed so that requests on a kept connection don't carry the room for it.
    Box::pin(open(origin, &session.setup.http, &session.meter)).await
}

/// The cookies for an address, as one header.
fn cookies(session: &Session, url: &Url) -> Option<Box<str>> {
    let pairs = session.cookies.as_ref()?.get_request_values(url);
    let line = pairs.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ");
    // Nothing that a server put into a cookie may become a header of its own.
    let fit = !line.is_empty() && HeaderValue::from_str(&line).is_ok();
    fit.then(|| line.into_boxed_str())
}

fn remember_cookies(session: &mut Session, url: &Url, headers: &Headers) {
    for cookie in headers.get_all(SET_COOKIE.as_str()) {
        let Ok(text) = std::str::from_utf8(cookie) else { continue };
        let store = session.cookies.get_or_insert_with(|| Box::new(CookieStore::default()));
        // A cookie for another site is not kept, as in a browser.
        let _ = store.parse(text, url);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_small_to_carry() {
        fn size<A, F>(_: fn(A) -> F) -> usize {
            size_of::<F>()
        }
        // Every task boxes this; it was 11 KiB when opening a connection was part of it. What was sent
        // is carried along for an exemplar: 250 bytes. That it may ask for another protocol: 16. When it
        // was due, should it be cut off: 24.
        let bytes = size(RequestBuilder::<'static>::send);
        assert!(bytes <= 1_640, "{bytes}");
    }
}
