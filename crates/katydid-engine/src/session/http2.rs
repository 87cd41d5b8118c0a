//! HTTP/2 by hyper.

use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;

use bytes::Bytes;
use http::Uri;
use http::header::{CONTENT_LENGTH, HeaderName, HeaderValue};
use http_body_util::Full;
use hyper::body::{Body as _, Incoming};
use hyper::client::conn::http2;
use hyper_util::rt::{TokioIo, TokioTimer};
use katydid_core::FailureKind;
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;
use url::{Position, Url};

use super::body::Collected;
use super::connection::{Answer, Connection};
use super::headers::Headers;
use super::meter::{Meter, Metered};
use super::outgoing::Outgoing;
use crate::error::RequestFailed;

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
    pub(crate) async fn new(
        tls: TlsStream<TcpStream>,
        meter: Rc<Meter>,
    ) -> Result<Self, RequestFailed> {
        let io = TokioIo::new(Metered::new(tls, Rc::clone(&meter)));
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
        request: &Outgoing<'_>,
        limit: usize,
    ) -> Result<Answer, RequestFailed> {
        let answer = self.sender.send_request(build(request)?).await;
        self.meter.answered();
        let (head, body) = answer.map_err(|error| failure(&error))?.into_parts();
        let body = collect(body, limit).await?;
        Ok(Answer { status: head.status, headers: Headers::Map(head.headers), body })
    }

    fn is_reusable(&self) -> bool {
        true
    }
}

fn build(request: &Outgoing<'_>) -> Result<http::Request<Full<Bytes>>, RequestFailed> {
    let mut message = http::Request::new(Full::new(request.body.clone()));
    *message.method_mut() = request.method.clone();
    *message.uri_mut() = whole_uri(&request.target.url)?;
    let headers = message.headers_mut();
    request.headers(|name, value| {
        // Both come from parsed headers and our own constants.
        if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_bytes(value))
        {
            headers.append(name, value);
        }
    });
    if request.tells_length() {
        headers.insert(CONTENT_LENGTH, request.body.len().into());
    }
    Ok(message)
}

fn whole_uri(url: &Url) -> Result<Uri, RequestFailed> {
    let bad = |error| RequestFailed::new(FailureKind::Request, format!("{url}: {error}"));
    url[..Position::AfterQuery].parse().map_err(bad)
}

async fn collect(mut body: Incoming, limit: usize) -> Result<Bytes, RequestFailed> {
    let mut collected = Collected::new(limit);
    while let Some(frame) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        collected.push(frame)?;
    }
    Ok(collected.into_bytes())
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
