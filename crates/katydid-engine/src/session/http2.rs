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
    // hyper also stops, without an error, at a stream that is reset with none (NO_ERROR).
    if !body.is_end_stream() {
        let text = "the stream was closed within the answer's body";
        return Err(RequestFailed::new(FailureKind::Connection, text));
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

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};

    use super::*;

    // Frames and a flag of RFC 9113 §6.
    const DATA: u8 = 0;
    const HEADERS: u8 = 1;
    const RESET: u8 = 3;
    const SETTINGS: u8 = 4;
    const END_STREAM: u8 = 1;
    const END_HEADERS: u8 = 4;

    fn frame(kind: u8, flags: u8, stream: u8, payload: &[u8]) -> Vec<u8> {
        let mut frame = vec![0, 0, payload.len() as u8, kind, flags, 0, 0, 0, stream];
        frame.extend_from_slice(payload);
        frame
    }

    /// Answers the first request with a head, the data `half` and then `end`.
    async fn serve(mut wire: DuplexStream, end: Vec<u8>) {
        let mut preface = [0; 24];
        wire.read_exact(&mut preface).await.unwrap();
        wire.write_all(&frame(SETTINGS, 0, 0, &[])).await.unwrap();
        loop {
            let mut head = [0; 9];
            wire.read_exact(&mut head).await.unwrap();
            let mut payload = vec![0; usize::from(head[1]) * 256 + usize::from(head[2])];
            wire.read_exact(&mut payload).await.unwrap();
            if head[3] == HEADERS {
                break;
            }
        }
        // `:status: 200` is number 8 of HPACK's own table.
        let head = frame(HEADERS, END_HEADERS, 1, &[0x88]);
        let answer = [head, frame(DATA, 0, 1, b"half"), end].concat();
        wire.write_all(&answer).await.unwrap();
        let mut rest = Vec::new();
        let _ = wire.read_to_end(&mut rest).await;
    }

    /// The body of an answer that goes on with these frames.
    async fn body_with(end: Vec<u8>) -> Result<Bytes, RequestFailed> {
        let client = async {
            let (ours, theirs) = tokio::io::duplex(1 << 16);
            tokio::task::spawn_local(serve(theirs, end));
            let builder = http2::Builder::new(SameThread);
            let (mut sender, driver) = builder.handshake(TokioIo::new(ours)).await.unwrap();
            tokio::task::spawn_local(async move {
                let _ = driver.await;
            });
            let mut request = http::Request::new(Full::new(Bytes::new()));
            *request.uri_mut() = Uri::from_static("http://localhost/");
            let answer = sender.send_request(request).await.unwrap();
            collect(answer.into_body(), 1_000).await
        };
        tokio::task::LocalSet::new().run_until(client).await
    }

    #[tokio::test]
    async fn a_stream_that_is_reset_without_an_error_in_its_body_is_no_whole_answer() {
        let last = || frame(DATA, END_STREAM, 1, b" whole");
        let reset = || frame(RESET, 0, 1, &[0; 4]);
        let trailer = frame(HEADERS, END_STREAM | END_HEADERS, 1, &[0, 1, b'a', 1, b'b']);
        assert_eq!(body_with(last()).await.unwrap(), "half whole");
        assert_eq!(body_with(trailer).await.unwrap(), "half");
        assert_eq!(body_with([last(), reset()].concat()).await.unwrap(), "half whole");
        let failed = body_with(reset()).await.unwrap_err();
        assert_eq!(failed.kind(), FailureKind::Connection);
        assert_eq!(failed.text(), "the stream was closed within the answer's body");
    }
}
