//! One connection to one origin, and how it is opened.
//!
//! The layer is a small trait, so that hyper's HTTP/1.1 can be replaced by our own codec without
//! touching a suite.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::{Body as _, Incoming};
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioIo, TokioTimer};
use katydid_core::FailureKind;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

use super::body::Collected;
use super::meter::{Carries, Meter, Metered, Phase};
use super::user_session::HttpContext;
use crate::error::RequestFailed;

/// Where a connection leads: scheme, host and port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    pub(crate) tls: bool,
    pub(crate) host: String,
    pub(crate) port: u16,
}

/// An answer with its body, as it came off the wire.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) head: http::response::Parts,
    pub(crate) body: Bytes,
}

/// A connection that carries one request at a time.
pub(crate) trait Connection {
    /// Whether a request can still be sent; looks whether the other side has closed it.
    async fn is_open(&mut self) -> bool;

    /// Sends a request and reads the whole answer, at most `limit` bytes of body.
    async fn exchange(
        &mut self,
        request: http::Request<Full<Bytes>>,
        limit: usize,
    ) -> Result<Answer, RequestFailed>;

    /// HTTP/2 wants whole URIs, HTTP/1.1 only their path.
    fn is_http2(&self) -> bool;
}

type Io = TokioIo<Metered<Box<dyn Stream>>>;

/// The side of an HTTP/1.1 connection that moves bytes.
type Driver = Pin<Box<http1::Connection<Io, Full<Bytes>>>>;

trait Stream: AsyncRead + AsyncWrite + Unpin {}
impl<S: AsyncRead + AsyncWrite + Unpin> Stream for S {}

/// A connection of either version.
pub(crate) enum Wire {
    Http1(Http1),
    Http2(Http2),
}

impl Connection for Wire {
    async fn is_open(&mut self) -> bool {
        match self {
            Self::Http1(http1) => http1.is_open().await,
            Self::Http2(http2) => http2.is_open().await,
        }
    }

    async fn exchange(
        &mut self,
        request: http::Request<Full<Bytes>>,
        limit: usize,
    ) -> Result<Answer, RequestFailed> {
        match self {
            Self::Http1(http1) => http1.exchange(request, limit).await,
            Self::Http2(http2) => http2.exchange(request, limit).await,
        }
    }

    fn is_http2(&self) -> bool {
        matches!(self, Self::Http2(_))
    }
}

/// HTTP/1.1 by hyper. Its driver is polled by the request itself: no second task, no wake-up
/// between the two.
pub(crate) struct Http1 {
    sender: http1::SendRequest<Full<Bytes>>,
    driver: Option<Driver>,
}

impl Http1 {
    async fn new(io: Io) -> Result<Self, RequestFailed> {
        let (sender, driver) = http1::Builder::new()
            .writev(false)
            .handshake(io)
            .await
            .map_err(|error| failure(&error))?;
        Ok(Self { sender, driver: Some(Box::pin(driver)) })
    }

    /// Lets the connection work; an error of it ends it and is told by the request's own future.
    fn drive(driver: &mut Option<Driver>, cx: &mut Context<'_>) {
        if let Some(connection) = driver
            && connection.as_mut().poll(cx).is_ready()
        {
            *driver = None;
        }
    }
}

impl Connection for Http1 {
    async fn is_open(&mut self) -> bool {
        let Self { sender, driver } = self;
        poll_fn(|cx| {
            Self::drive(driver, cx);
            Poll::Ready(driver.is_some() && matches!(sender.poll_ready(cx), Poll::Ready(Ok(()))))
        })
        .await
    }

    async fn exchange(
        &mut self,
        request: http::Request<Full<Bytes>>,
        limit: usize,
    ) -> Result<Answer, RequestFailed> {
        let Self { sender, driver } = self;
        let mut answer = pin!(sender.send_request(request));
        let answer = poll_fn(|cx| {
            Self::drive(driver, cx);
            answer.as_mut().poll(cx)
        });
        let (head, mut body) = answer.await.map_err(|error| failure(&error))?.into_parts();
        let mut collected = Collected::new(limit);
        while let Some(frame) = poll_fn(|cx| {
            Self::drive(driver, cx);
            Pin::new(&mut body).poll_frame(cx)
        })
        .await
        {
            collected.push(frame)?;
        }
        Ok(Answer { head, body: collected.into_bytes() })
    }

    fn is_http2(&self) -> bool {
        false
    }
}

/// HTTP/2 by hyper. Its driver answers pings between requests, so it is a task of its own.
pub(crate) struct Http2 {
    sender: http2::SendRequest<Full<Bytes>>,
    meter: Rc<Meter>,
}

/// Runs hyper's futures on the thread of the user.
#[derive(Clone, Copy)]
struct SameThread;

impl<F: Future + 'static> hyper::rt::Executor<F> for SameThread {
    fn execute(&self, future: F) {
        tokio::task::spawn_local(async move {
            future.await;
        });
    }
}

impl Http2 {
    async fn new(io: Io, meter: Rc<Meter>) -> Result<Self, RequestFailed> {
        let (sender, driver) = http2::Builder::new(SameThread)
            .timer(TokioTimer::new())
            .initial_stream_window_size(1 << 20)
            .initial_connection_window_size(1 << 21)
            .handshake(io)
            .await
            .map_err(|error| failure(&error))?;
        tokio::task::spawn_local(async move {
            // Its end shows in the next request.
            let _ = driver.await;
        });
        Ok(Self { sender, meter })
    }
}

impl Connection for Http2 {
    async fn is_open(&mut self) -> bool {
        self.sender.ready().await.is_ok()
    }

    async fn exchange(
        &mut self,
        request: http::Request<Full<Bytes>>,
        limit: usize,
    ) -> Result<Answer, RequestFailed> {
        let answer = self.sender.send_request(request).await;
        self.meter.answered();
        let (head, body) = answer.map_err(|error| failure(&error))?.into_parts();
        Ok(Answer { head, body: collect(body, limit).await? })
    }

    fn is_http2(&self) -> bool {
        true
    }
}

async fn collect(mut body: Incoming, limit: usize) -> Result<Bytes, RequestFailed> {
    let mut collected = Collected::new(limit);
    while let Some(frame) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        collected.push(frame)?;
    }
    Ok(collected.into_bytes())
}

/// Opens a connection: look-up, TCP, TLS.
pub(crate) async fn open(
    origin: &Origin,
    http: &HttpContext,
    meter: &Rc<Meter>,
) -> Result<Wire, RequestFailed> {
    meter.enter(Phase::Dns);
    let addresses = http.names.resolve(&origin.host, origin.port).await?;
    meter.enter(Phase::Connect);
    let tcp = connect(&addresses, http.settings.connect_timeout).await?;
    if !origin.tls {
        meter.enter(Phase::Send);
        let stream: Box<dyn Stream> = Box::new(tcp);
        let io = TokioIo::new(Metered::new(stream, Rc::clone(meter), Carries::Answers));
        return Ok(Wire::Http1(Http1::new(io).await?));
    }
    meter.enter(Phase::Tls);
    let tls = handshake(origin, tcp, http).await?;
    meter.enter(Phase::Send);
    let http2 = tls.get_ref().1.alpn_protocol() == Some(b"h2");
    let stream: Box<dyn Stream> = Box::new(tls);
    let carries = if http2 { Carries::Frames } else { Carries::Answers };
    let io = TokioIo::new(Metered::new(stream, Rc::clone(meter), carries));
    if http2 {
        return Ok(Wire::Http2(Http2::new(io, Rc::clone(meter)).await?));
    }
    Ok(Wire::Http1(Http1::new(io).await?))
}

/// Tries the addresses in turn; the last error counts.
async fn connect(
    addresses: &[std::net::SocketAddr],
    limit: Duration,
) -> Result<TcpStream, RequestFailed> {
    let mut last = RequestFailed::new(FailureKind::Connect, "no address to connect to");
    for address in addresses {
        match tokio::time::timeout(limit, TcpStream::connect(address)).await {
            Ok(Ok(tcp)) => {
                // Small requests must not wait for Nagle's algorithm; a socket that refuses the
                // option works without it.
                let _ = tcp.set_nodelay(true);
                return Ok(tcp);
            }
            Ok(Err(error)) => {
                let text = format!("{address}: {}", system_text(&error));
                last = RequestFailed::new(FailureKind::Connect, text);
            }
            Err(_) => {
                let seconds = limit.as_secs_f64();
                let text = format!("no connection to {address} within {seconds} s");
                last = RequestFailed::new(FailureKind::Timeout, text);
            }
        }
    }
    Err(last)
}

/// Names the two exhaustions of the generator itself, which are not the target's fault.
fn system_text(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::AddrNotAvailable => {
            "no free local port left (the generator's limit, not the target's)".to_owned()
        }
        _ if error.raw_os_error() == Some(24) => {
            "no file descriptor left (the generator's limit: raise `ulimit -n`)".to_owned()
        }
        _ => error.to_string(),
    }
}

async fn handshake(
    origin: &Origin,
    tcp: TcpStream,
    http: &HttpContext,
) -> Result<tokio_rustls::client::TlsStream<TcpStream>, RequestFailed> {
    let failed = |text: String| RequestFailed::new(FailureKind::Tls, text);
    let host = origin.host.trim_matches(['[', ']']).to_owned();
    let name = ServerName::try_from(host).map_err(|error| failed(error.to_string()))?;
    let connector = tokio_rustls::TlsConnector::from(std::sync::Arc::clone(&http.tls));
    let limit = http.settings.connect_timeout;
    match tokio::time::timeout(limit, connector.connect(name, tcp)).await {
        Ok(done) => done.map_err(|error| failed(error.to_string())),
        Err(_) => Err(RequestFailed::new(FailureKind::Timeout, "TLS handshake took too long")),
    }
}

/// hyper's error as one of our classes, with the innermost reason.
pub(super) fn failure(error: &hyper::Error) -> RequestFailed {
    let mut reason: &dyn std::error::Error = error;
    while let Some(inner) = reason.source() {
        reason = inner;
    }
    let kind = if error.is_parse() || error.is_user() {
        FailureKind::Protocol
    } else if error.is_timeout() {
        FailureKind::Timeout
    } else {
        FailureKind::Connection
    };
    RequestFailed::new(kind, reason.to_string())
}
