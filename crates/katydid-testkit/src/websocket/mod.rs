//! WebSockets by hand: the handshake, and what each path does on one.

mod frame;

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::BytesMut;
use sha1::{Digest as _, Sha1};
use tokio::io::AsyncWriteExt as _;

use self::frame::{BINARY, CLOSE, CONTINUATION, FIN, Frame, PING, PONG, TEXT};
use crate::http1::Wire;
use crate::reply::wait;
use crate::request::{ReadError, Reader, Request};
use crate::routes::echo_text;

/// What every server appends to the client's key (RFC 6455, 1.3).
const GUID: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// Whether a request asks for a WebSocket.
pub(crate) fn is_asked(request: &Request) -> bool {
    request.path().starts_with("/ws/")
        && request.header("upgrade").is_some_and(|it| it.eq_ignore_ascii_case("websocket"))
}

/// Serves a connection as a WebSocket until either side ends it.
pub(crate) async fn serve<S: Wire>(stream: &mut S, reader: &mut Reader, request: &Request) {
    let mut talk = Talk { stream, reader, out: Vec::new() };
    talk.consent(request);
    // Either way the connection is over.
    if talk.by_path(request).await.is_ok() {
        let _ = talk.flush().await;
        let _ = talk.stream.shutdown().await;
    }
}

/// What the client's key is answered with.
fn accept(key: &str) -> String {
    STANDARD.encode(Sha1::digest(format!("{key}{GUID}")))
}

/// One side of a conversation.
struct Talk<'a, S> {
    stream: &'a mut S,
    reader: &'a mut Reader,
    /// What is written with the next flush, the handshake first.
    out: Vec<u8>,
}

impl<S: Wire> Talk<'_, S> {
    /// The consent; the subprotocol offered first is the one chosen.
    fn consent(&mut self, request: &Request) {
        let key = match request.path() {
            "/ws/wrong-key" => "another key",
            _ => request.header("sec-websocket-key").unwrap_or_default(),
        };
        let offered = request.header("sec-websocket-protocol");
        let chosen = match request.path().strip_prefix("/ws/protocol/") {
            Some("none") => None,
            Some(name) => Some(name),
            None => offered.and_then(|names| names.split(',').next()),
        };
        let mut head = format!(
            "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\n\
             sec-websocket-accept: {}\r\n",
            accept(key)
        );
        if let Some(chosen) = chosen {
            head += &format!("sec-websocket-protocol: {}\r\n", chosen.trim());
        }
        head += "\r\n";
        self.out.extend_from_slice(head.as_bytes());
    }

    async fn by_path(&mut self, request: &Request) -> Result<(), ReadError> {
        let path = request.path();
        let (route, number) = path["/ws/".len()..].split_once('/').unwrap_or((&path[4..], "0"));
        let count = number.parse::<u64>().unwrap_or_default();
        let time = Duration::from_millis(count);
        match route {
            "hello" => {
                self.text(&echo_text(request));
                self.echo(Duration::ZERO).await
            }
            "echo" | "protocol" => self.echo(Duration::ZERO).await,
            "slow" => self.echo(time).await,
            "every" => self.every(time).await,
            "count" => {
                (0..count).for_each(|number| self.text(&number.to_string()));
                self.end(1000, "").await
            }
            "flood" => {
                (0..count).for_each(|_| self.text("0123456789"));
                self.listen().await
            }
            "ping" => self.ping(count).await,
            "fragments" => {
                self.fragments(count);
                self.end(1000, "").await
            }
            "close" if count == 0 => {
                self.send(CLOSE, &[]);
                self.wait_for_close().await
            }
            "close" => self.end(count as u16, "as asked").await,
            "drop" => {
                self.next().await?;
                Ok(())
            }
            "silent" | "wrong-key" => self.listen().await,
            "deaf" => {
                self.flush().await?;
                std::future::pending().await
            }
            "broken" => {
                self.broken(number);
                self.listen().await
            }
            _ => self.end(1008, "the test server has no such path").await,
        }
    }

    /// Sends every message back, after a wait.
    async fn echo(&mut self, time: Duration) -> Result<(), ReadError> {
        while let Some(frame) = self.next().await? {
            wait(time).await;
            self.send(frame.opcode, &frame.payload);
        }
        Ok(())
    }

    /// Counts up, a message each time.
    async fn every(&mut self, time: Duration) -> Result<(), ReadError> {
        for number in 0_u64.. {
            self.flush().await?;
            tokio::select! {
                () = tokio::time::sleep(time) => self.text(&number.to_string()),
                heard = self.next() => match heard? {
                    Some(_) => {}
                    None => return Ok(()),
                }
            }
        }
        Ok(())
    }

    /// Pings so often, each time when the last one is answered; then says so.
    async fn ping(&mut self, times: u64) -> Result<(), ReadError> {
        for number in 0..times {
            let payload = number.to_be_bytes();
            self.send(PING, &payload);
            loop {
                let frame = self.frame().await?;
                if frame.opcode == PONG && *frame.payload == payload {
                    break;
                }
            }
        }
        self.text(&format!("{times} pongs"));
        self.end(1000, "").await
    }

    /// A message in so many parts, with a ping between.
    fn fragments(&mut self, parts: u64) {
        for part in 0..parts {
            let opcode = if part == 0 { TEXT } else { CONTINUATION };
            let fin = if part + 1 == parts { FIN } else { 0 };
            frame::write(&mut self.out, fin | opcode, 2, "é".as_bytes());
            self.send(PING, b"between");
        }
    }

    /// What no server may send.
    fn broken(&mut self, how: &str) {
        let out = &mut self.out;
        match how {
            "masked" => frame::write_masked(out, FIN | TEXT, b"hello"),
            "reserved" => frame::write(out, FIN | 0x40 | TEXT, 5, b"hello"),
            "opcode" => frame::write(out, FIN | 0x3, 5, b"hello"),
            "utf8" => frame::write(out, FIN | TEXT, 2, b"\xff\xfe"),
            "ping" => frame::write(out, FIN | PING, 126, &[b'x'; 126]),
            "continuation" => frame::write(out, FIN | CONTINUATION, 5, b"hello"),
            // As long as it says it is; what is there of it has no end.
            "huge" => frame::write(out, FIN | BINARY, 1 << 40, &[b'x'; 1024]),
            _ => out.extend_from_slice(&b"HTTP/1.1 200 OK\r\n".repeat(20)),
        }
    }

    /// Reads to the end and answers nothing, not even a Close frame.
    async fn listen(&mut self) -> Result<(), ReadError> {
        loop {
            self.frame().await?;
        }
    }

    /// Closes, and waits for the client to agree.
    async fn end(&mut self, code: u16, reason: &str) -> Result<(), ReadError> {
        let mut payload = code.to_be_bytes().to_vec();
        payload.extend_from_slice(reason.as_bytes());
        self.send(CLOSE, &payload);
        self.wait_for_close().await
    }

    async fn wait_for_close(&mut self) -> Result<(), ReadError> {
        while self.frame().await?.opcode != CLOSE {}
        Ok(())
    }

    fn text(&mut self, text: &str) {
        self.send(TEXT, text.as_bytes());
    }

    /// A whole message or a control frame.
    fn send(&mut self, opcode: u8, payload: &[u8]) {
        frame::write(&mut self.out, FIN | opcode, payload.len() as u64, payload);
    }

    /// The next message, which came in one frame; `None` once the client has closed. Its pings are
    /// answered.
    async fn next(&mut self) -> Result<Option<Frame>, ReadError> {
        loop {
            let frame = self.frame().await?;
            match frame.opcode {
                PING => self.send(PONG, &frame.payload),
                PONG => {}
                CLOSE => {
                    self.send(CLOSE, &frame.payload);
                    return Ok(None);
                }
                _ => return Ok(Some(frame)),
            }
        }
    }

    /// The next frame. May be given up while it waits.
    async fn frame(&mut self) -> Result<Frame, ReadError> {
        self.flush().await?;
        self.reader.until(self.stream, frame::read).await
    }

    async fn flush(&mut self) -> Result<(), ReadError> {
        let out = std::mem::take(&mut self.out);
        self.stream.write_all(&out).await.map_err(|_| ReadError::Closed)?;
        self.stream.flush().await.map_err(|_| ReadError::Closed)
    }
}

impl Reader {
    /// Reads until `take` finds something whole in what has been read.
    async fn until<S: Wire, T>(
        &mut self,
        stream: &mut S,
        take: impl Fn(&mut BytesMut) -> Result<Option<T>, ()>,
    ) -> Result<T, ReadError> {
        loop {
            match take(self.bytes()) {
                Ok(Some(taken)) => return Ok(taken),
                Ok(None) => self.more(stream).await?,
                Err(()) => return Err(ReadError::Closed),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_of_the_standard_is_answered_as_the_standard_says() {
        assert_eq!(accept("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }
}
