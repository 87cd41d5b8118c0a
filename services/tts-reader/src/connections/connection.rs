//! One connection, from its first byte to its end.

use std::{
    convert::Infallible,
    future::poll_fn,
    net::SocketAddr,
    pin::{Pin, pin},
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
};

use axum::{
    Router,
    body::{Body, Bytes, HttpBody},
    extract::ConnectInfo,
    http::{Request, Response},
};
use hyper::{
    body::{Frame, Incoming, SizeHint},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use tokio::{
    net::TcpStream,
    time::{Instant, Sleep, sleep_until},
};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use super::{
    places::Seat,
    refusal,
    socket::Watched,
    takeover::{Taken, Takeover},
    watch::{Overdue, Watch},
};
use crate::{
    app::App,
    audit::Level,
    errors::ApiError,
    metrics::Ending,
    settings::{Limits, RequestLog},
};

/// Bytes that are kept for one connection each way, at least.
const BUFFER: usize = 64 * 1024;

/// What connections have in common.
#[derive(Debug, Clone)]
pub(super) struct Connections {
    pub(super) app: Arc<App>,
    pub(super) router: Router,
    /// The service was told to stop: no further requests.
    pub(super) stop: CancellationToken,
}

/// How serving a connection ended.
enum End {
    /// By its client, after its last answer, or for a head that is none.
    Over,
    /// With the service, while nothing was asked.
    Stopped,
    Overdue(Overdue),
    /// Somebody else needed the place.
    MadeRoom,
}

impl Connections {
    /// Serves one to its end.
    pub(super) async fn serve(self, socket: TcpStream, peer: SocketAddr, mut seat: Seat) {
        let limits = &self.app.settings.limits;
        let watch = Arc::new(Watch::new());
        // What the last answer hands the connection over to.
        let next = Mutex::new(None);
        let service = service_fn(|request| {
            // At once: hyper may leave the request alone until an earlier answer is written.
            watch.work_begins();
            self.answer(request, peer, Arc::clone(&watch), &next)
        });
        let io = TokioIo::new(Watched { socket, watch: Arc::clone(&watch) });
        let mut http = builder(limits).serve_connection(io, service);
        let end = {
            let mut stopped = pin!(self.stop.cancelled());
            let (mut stopping, mut asked) = (false, true);
            let mut alarm = pin!(sleep_until(Instant::now() + limits.idle));
            poll_fn(|cx| {
                // Before a request is looked at: whose place is gone must not begin it.
                if !seat.keep() {
                    return Poll::Ready(End::MadeRoom);
                }
                if !stopping && stopped.as_mut().poll(cx).is_ready() {
                    (stopping, asked) = (true, watch.idle().is_none());
                    Pin::new(&mut http).graceful_shutdown();
                }
                if Pin::new(&mut http).poll(cx).is_ready() {
                    return Poll::Ready(if asked { End::Over } else { End::Stopped });
                }
                wait(&watch, limits, &mut seat, alarm.as_mut(), cx).map(End::Overdue)
            })
            .await
        };
        let parts = http.into_parts();
        let socket = parts.io.into_inner().socket;
        let next = next.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let (End::Over, Some(takeover)) = (&end, next) {
            let taken = Taken { socket, read: parts.read_buf.into(), stop: self.stop.clone() };
            return hand_over(takeover, taken).await;
        }
        self.end(end, &watch, &parts.read_buf, socket, peer).await;
    }

    async fn answer(
        &self,
        request: Request<Incoming>,
        peer: SocketAddr,
        watch: Arc<Watch>,
        next: &Mutex<Option<Takeover>>,
    ) -> Result<Response<Answer>, Infallible> {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        let mut response = self.router.clone().oneshot(request).await?;
        if let Some(takeover) = Takeover::of(&mut response) {
            *next.lock().unwrap_or_else(PoisonError::into_inner) = Some(takeover);
        }
        watch.answer_begins();
        Ok(response.map(|body| Answer { body, watch }))
    }

    /// Says the last words, if there are any.
    async fn end(
        &self,
        end: End,
        watch: &Watch,
        unread: &[u8],
        socket: TcpStream,
        peer: SocketAddr,
    ) {
        let limits = &self.app.settings.limits;
        let (ending, error) = match end {
            End::Stopped => return,
            End::MadeRoom => (Ending::MadeRoom, None),
            End::Overdue(overdue) => (overdue.into(), refusal::of_overdue(overdue, limits)),
            End::Over => match watch.refusal() {
                Some(status) => (Ending::BadHead, Some(refusal::of_head(status, unread, limits))),
                None if watch.has_ended() => return,
                None => return refusal::see_out(socket, refusal::SCRAPS).await,
            },
        };
        self.app.metrics.connection_ended(ending);
        if let Some(error) = error.filter(|_| watch.can_answer()) {
            self.refuse(socket, peer, error).await;
        }
    }

    /// Answers what is no request.
    pub(super) async fn refuse(&self, socket: TcpStream, peer: SocketAddr, error: ApiError) {
        let (app, id) = (&self.app, self.app.request_ids.make());
        app.metrics.head_refused(error.status());
        let (status, address) = (error.status().as_u16(), peer.ip());
        if app.settings.log_requests >= RequestLog::Refused {
            tracing::info!(%id, peer = %address, status, cause = %error, "no request, refused");
        }
        let line = format!("No request, answered {status} to {address}, request {id}: {error}");
        app.audit.write(Level::Warning, "app.api", &line);
        refusal::answer(socket, error, id).await;
    }
}

/// What is spoken from here on is not HTTP.
async fn hand_over(takeover: Takeover, taken: Taken) {
    let Some(speaking) = takeover.begin(taken) else { return };
    if let Some(socket) = speaking.await {
        refusal::see_out(socket, refusal::SPILL).await;
    }
}

fn builder(limits: &Limits) -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder
        .max_header_size(limits.head_bytes)
        .max_buf_size(limits.head_bytes.max(BUFFER))
        // Watched here, where an idle connection and a slow head are two things.
        .header_read_timeout(None);
    // Without it hyper keeps room for 100 on the stack, which is faster.
    if limits.head_fields != Limits::default().head_fields {
        builder.max_headers(limits.head_fields);
    }
    builder
}

/// Ready when the connection is overdue. Offers its place to others when it has been idle for some
/// time. The alarm is set anew only when it would ring too late, so requests do not pay for it.
fn wait(
    watch: &Watch,
    limits: &Limits,
    seat: &mut Seat,
    mut alarm: Pin<&mut Sleep>,
    cx: &mut Context<'_>,
) -> Poll<Overdue> {
    loop {
        let Some((due, overdue)) = watch.due(limits) else { return Poll::Pending };
        let now = Instant::now();
        if due <= now {
            return Poll::Ready(overdue);
        }
        let mut next = due;
        if let Some((since, from)) = watch.idle() {
            if from <= now {
                seat.offer(since, cx.waker());
            } else {
                next = due.min(from);
            }
        }
        if alarm.is_elapsed() || next < alarm.deadline() {
            alarm.as_mut().reset(next);
        }
        if alarm.as_mut().poll(cx).is_pending() {
            return Poll::Pending;
        }
    }
}

impl From<Overdue> for Ending {
    fn from(overdue: Overdue) -> Self {
        match overdue {
            Overdue::Idle => Self::Idle,
            Overdue::Head => Self::SlowHead,
            Overdue::Answer => Self::SlowReader,
        }
    }
}

/// The body of an answer, which tells when all of it is handed over.
struct Answer {
    body: Body,
    watch: Arc<Watch>,
}

impl HttpBody for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        self.watch.answer_ends();
    }
}
