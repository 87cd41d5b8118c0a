//! HTTP/2 by hyper, with the same routes. Faults end the stream, not the connection.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, StatusCode};
use http_body_util::BodyExt;
use hyper::body::{Frame, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::Sleep;

use crate::counters::Connection;
use crate::reply::{Fault, Reply, wait};
use crate::request::Request;
use crate::routes;
use crate::server::Shared;

/// Time for hyper to write what is queued on a stream.
const FLUSH: Duration = Duration::from_millis(10);

/// A fault, as the error that makes hyper reset the stream.
#[derive(Debug)]
struct StreamFault;

impl std::fmt::Display for StreamFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a fault that was asked for")
    }
}

impl std::error::Error for StreamFault {}

/// Serves one connection until either side ends it.
pub(crate) async fn serve<S>(stream: S, connection: Connection, shared: Arc<Shared>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let connection = Arc::new(connection);
    let service = service_fn(move |request| {
        let (connection, shared) = (Arc::clone(&connection), Arc::clone(&shared));
        async move { respond(request, &connection, &shared).await }
    });
    let builder = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
    // An error here is the client's leaving.
    let _ = builder.serve_connection(TokioIo::new(stream), service).await;
}

async fn respond(
    request: http::Request<Incoming>,
    connection: &Connection,
    shared: &Shared,
) -> Result<http::Response<ReplyBody>, StreamFault> {
    let request = collect(request).await.map_err(|_| StreamFault)?;
    let nth = connection.request(request.path());
    let mut reply = routes::answer(&request, nth, &shared.bombs).await;
    wait(reply.delay).await;
    shared.thawed().await;
    if !matches!(reply.fault, None | Some(Fault::Half)) {
        return Err(StreamFault);
    }
    let mut response = http::Response::builder()
        .status(StatusCode::from_u16(reply.status).map_err(|_| StreamFault)?);
    for (name, value) in reply.headers.drain(..) {
        // A value that came from the path may be no header value.
        let value = HeaderValue::from_str(&value).map_err(|_| StreamFault)?;
        response = response.header(HeaderName::from_static(name), value);
    }
    if let Some(length) = reply.body.length().filter(|_| reply.has_body()) {
        let factor = if reply.fault == Some(Fault::Half) { 2 } else { 1 };
        response = response.header("content-length", length * factor);
    }
    let silent = request.method == "HEAD" || !reply.has_body();
    response.body(ReplyBody::new(reply, silent)).map_err(|_| StreamFault)
}

async fn collect(request: http::Request<Incoming>) -> Result<Request, hyper::Error> {
    let (head, body) = request.into_parts();
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    Ok(Request {
        method: head.method.to_string(),
        target: head.uri.path_and_query().map_or("/", |p| p.as_str()).to_owned(),
        headers: head.headers.iter().map(|(n, v)| (n.to_string(), text(v))).collect(),
        body: body.collect().await?.to_bytes(),
        keep_alive: true,
    })
}

/// A reply's body: a wait, its pieces, and for a half one an error at the end.
struct ReplyBody {
    wait: Option<Pin<Box<Sleep>>>,
    pieces: Box<dyn Iterator<Item = Bytes> + Send>,
    end: End,
}

/// How a body ends.
enum End {
    Whole,
    /// With an error, once what was sent is out.
    Breaking,
    /// With an error, now.
    Broken,
}

impl ReplyBody {
    fn new(reply: Reply, silent: bool) -> Self {
        let pieces = if silent { Box::new(std::iter::empty()) } else { reply.body.pieces() };
        let wait =
            (!reply.body_delay.is_zero()).then(|| Box::pin(tokio::time::sleep(reply.body_delay)));
        let half = reply.fault == Some(Fault::Half);
        Self { wait, pieces, end: if half { End::Breaking } else { End::Whole } }
    }
}

impl hyper::body::Body for ReplyBody {
    type Data = Bytes;
    type Error = StreamFault;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, StreamFault>>> {
        if let Some(wait) = &mut self.wait {
            ready!(wait.as_mut().poll(context));
            self.wait = None;
        }
        if let Some(piece) = self.pieces.next() {
            return Poll::Ready(Some(Ok(Frame::data(piece))));
        }
        match self.end {
            End::Whole => Poll::Ready(None),
            End::Broken => Poll::Ready(Some(Err(StreamFault))),
            End::Breaking => {
                // A reset overtakes what is still queued; the half must arrive first.
                self.wait = Some(Box::pin(tokio::time::sleep(FLUSH)));
                self.end = End::Broken;
                self.poll_frame(context)
            }
        }
    }
}
