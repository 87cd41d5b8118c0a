//! HTTP/1.1 by hand: requests in, answers and faults out.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::counters::Connection;
use crate::reply::{Body, Fault, Reply, wait};
use crate::request::{ReadError, Reader, Request};
use crate::routes;
use crate::server::Shared;
use crate::websocket;

/// Bytes that are no HTTP.
pub(crate) const GARBAGE: &[u8] = b"\x15\x03\x01 this is no HTTP \xff\xfe\r\n\r\n\0\0";

/// A stream with a TCP connection at its bottom, which some faults need.
pub(crate) trait Wire: AsyncRead + AsyncWrite + Unpin {
    /// The connection itself.
    fn tcp(&self) -> &TcpStream;
}

impl Wire for TcpStream {
    fn tcp(&self) -> &TcpStream {
        self
    }
}

/// Serves one connection until either side ends it.
pub(crate) async fn serve<S: Wire>(mut stream: S, connection: &Connection, shared: &Shared) {
    let mut reader = Reader::default();
    loop {
        match next_request(&mut stream, &mut reader, shared.options.idle_close).await {
            Ok(request) => {
                let nth = connection.request(request.path());
                if websocket::is_asked(&request) {
                    shared.thawed().await;
                    return websocket::serve(&mut stream, &mut reader, &request).await;
                }
                let reply = routes::answer(&request, nth, &shared.bombs).await;
                wait(reply.delay).await;
                shared.thawed().await;
                if !matches!(send(&mut stream, reply, &request).await, Ok(Next::Request)) {
                    return;
                }
            }
            Err(ReadError::Closed) => return,
            Err(ReadError::Status(status)) => {
                let reply = Reply::text(status, "the test server does not understand this\n");
                let head = head(&reply, Some(0), false);
                let _ = stream.write_all(&head).await;
                let _ = stream.shutdown().await;
                return;
            }
        }
    }
}

async fn next_request<S: Wire>(
    stream: &mut S,
    reader: &mut Reader,
    idle: Option<Duration>,
) -> Result<Request, ReadError> {
    let head = reader.head(stream);
    let mut request = match idle {
        None => head.await?,
        Some(idle) => tokio::time::timeout(idle, head).await.map_err(|_| ReadError::Closed)??,
    };
    if request.expects_continue() {
        let go_on = b"HTTP/1.1 100 Continue\r\n\r\n";
        stream.write_all(go_on).await.map_err(|_| ReadError::Closed)?;
    }
    reader.body(stream, &mut request).await?;
    Ok(request)
}

/// What follows an answer.
enum Next {
    Request,
    End,
}

async fn send<S: Wire>(stream: &mut S, reply: Reply, request: &Request) -> io::Result<Next> {
    match reply.fault {
        Some(Fault::Reset) => {
            // Closing with unsent data thrown away is what makes the system send RST.
            socket2::SockRef::from(stream.tcp()).set_linger(Some(Duration::ZERO))?;
            return Ok(Next::End);
        }
        Some(Fault::Close) => {}
        Some(Fault::Garbage) => {
            stream.write_all(GARBAGE).await?;
        }
        Some(fault @ (Fault::Half | Fault::Unfinished | Fault::WrongLength)) => {
            let promised = reply.body.length().map(|sent| fault.promised(sent));
            stream.write_all(&head(&reply, promised, request.keep_alive)).await?;
            for piece in reply.body.pieces() {
                stream.write_all(&piece).await?;
            }
            if fault == Fault::Unfinished {
                // Until the client has had enough.
                let _ = stream.read_u8().await;
            }
        }
        None => return answer(stream, reply, request).await,
    }
    stream.shutdown().await?;
    Ok(Next::End)
}

async fn answer<S: Wire>(stream: &mut S, reply: Reply, request: &Request) -> io::Result<Next> {
    if let Some(status) = reply.interim {
        stream.write_all(format!("HTTP/1.1 {status} Interim\r\n\r\n").as_bytes()).await?;
    }
    let length = reply.body.length().filter(|_| reply.has_body());
    let mut out = head(&reply, length, request.keep_alive);
    if !reply.body_delay.is_zero() {
        stream.write_all(&out).await?;
        out.clear();
        wait(reply.body_delay).await;
    }
    if reply.has_body() && request.method != "HEAD" {
        let chunked = matches!(reply.body, Body::Chunks(_));
        for piece in reply.body.pieces() {
            push(&mut out, &piece, chunked);
            stream.write_all(&out).await?;
            out.clear();
        }
        if chunked {
            out.extend_from_slice(b"0\r\n\r\n");
        }
    }
    stream.write_all(&out).await?;
    stream.flush().await?;
    if request.keep_alive {
        return Ok(Next::Request);
    }
    stream.shutdown().await?;
    Ok(Next::End)
}

fn push(out: &mut Vec<u8>, piece: &Bytes, chunked: bool) {
    if chunked {
        out.extend_from_slice(format!("{:x}\r\n", piece.len()).as_bytes());
    }
    out.extend_from_slice(piece);
    if chunked {
        out.extend_from_slice(b"\r\n");
    }
}

/// Status line and headers, with the empty line.
fn head(reply: &Reply, length: Option<u64>, keep_alive: bool) -> Vec<u8> {
    let reason = StatusCode::from_u16(reply.status).ok().and_then(|s| s.canonical_reason());
    let mut head = format!("HTTP/1.1 {} {}\r\n", reply.status, reason.unwrap_or("Unknown"));
    for (name, value) in &reply.headers {
        head.extend([name, ": ", value.as_str(), "\r\n"]);
    }
    match length {
        Some(length) => head.push_str(&format!("content-length: {length}\r\n")),
        None if reply.has_body() => head.push_str("transfer-encoding: chunked\r\n"),
        None => {}
    }
    head.push_str(if keep_alive { "\r\n" } else { "connection: close\r\n\r\n" });
    head.into_bytes()
}
