//! HTTP/1.1 messages as they are on the wire, unchanged, and where they end.

use std::io;

use bytes::{Bytes, BytesMut};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

/// The largest message that is passed on.
const LARGEST: usize = 64 * 1024 * 1024;
const MAX_HEADERS: usize = 128;

/// A message that came in whole.
#[derive(Debug)]
pub(super) struct Message {
    /// First line and headers with the empty line.
    pub(super) head: Bytes,
    /// As sent, chunks and all.
    pub(super) body: Bytes,
    /// `GET` or so; empty for an answer.
    pub(super) method: String,
    /// Without its query; empty for an answer.
    pub(super) path: String,
    /// Whether another message can follow on the connection.
    pub(super) keep_alive: bool,
}

/// A connection with what was read and not yet used.
pub(super) struct Stream {
    pub(super) socket: TcpStream,
    buffer: BytesMut,
}

/// What a head says of its message.
struct Head {
    length: usize,
    framing: Framing,
    status: u16,
    method: String,
    path: String,
    keep_alive: bool,
    expects_continue: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Framing {
    Length(usize),
    Chunked,
    /// Of an answer: up to the end of the connection.
    Close,
}

impl Stream {
    pub(super) fn new(socket: TcpStream) -> Self {
        // Messages are written whole; waiting for more to send would only add 40 ms.
        let _ = socket.set_nodelay(true);
        Self { socket, buffer: BytesMut::new() }
    }

    /// The next request; `None` when the client is done.
    pub(super) async fn request(&mut self) -> io::Result<Option<Message>> {
        let head = loop {
            if let Some(head) = request_head(&self.buffer)? {
                break head;
            }
            if !self.fill().await? {
                return Ok(None);
            }
        };
        if head.expects_continue {
            use tokio::io::AsyncWriteExt;
            self.socket.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").await?;
        }
        self.whole(head).await.map(Some)
    }

    /// The answer to a request of this method. Interim answers are left out.
    pub(super) async fn answer(&mut self, method: &str) -> io::Result<Message> {
        loop {
            let head = loop {
                if let Some(head) = answer_head(&self.buffer, method)? {
                    break head;
                }
                self.need().await?;
            };
            if (100..200).contains(&head.status) {
                drop(self.buffer.split_to(head.length));
                continue;
            }
            return self.whole(head).await;
        }
    }

    async fn whole(&mut self, head: Head) -> io::Result<Message> {
        let Head { length, framing, method, path, keep_alive, .. } = head;
        let end = match framing {
            Framing::Length(body) => self.up_to(length.saturating_add(body)).await?,
            Framing::Chunked => self.chunks(length).await?,
            Framing::Close => {
                while self.fill().await? {}
                self.buffer.len()
            }
        };
        let mut bytes = self.buffer.split_to(end).freeze();
        let head = bytes.split_to(length);
        Ok(Message { head, body: bytes, method, path, keep_alive })
    }

    /// Where the chunks that begin at `at` end, read whole.
    async fn chunks(&mut self, mut at: usize) -> io::Result<usize> {
        loop {
            let (line, after) = self.line(at).await?;
            let size = line.split(';').next().unwrap_or_default().trim();
            let size = usize::from_str_radix(size, 16).map_err(|_| bad("a chunk without size"))?;
            at = after;
            if size == 0 {
                // Trailers, up to the empty line.
                loop {
                    let (line, after) = self.line(at).await?;
                    at = after;
                    if line.is_empty() {
                        return Ok(at);
                    }
                }
            }
            at = self.up_to(at.saturating_add(size).saturating_add(2)).await?;
        }
    }

    /// The line that begins at `at`, and where the next one does.
    async fn line(&mut self, at: usize) -> io::Result<(String, usize)> {
        loop {
            if let Some(end) = self.buffer[at..].windows(2).position(|pair| pair == b"\r\n") {
                let line = String::from_utf8_lossy(&self.buffer[at..at + end]).into_owned();
                return Ok((line, at + end + 2));
            }
            self.need().await?;
        }
    }

    /// Reads until there are so many bytes.
    async fn up_to(&mut self, length: usize) -> io::Result<usize> {
        if length > LARGEST {
            return Err(bad("a message of more than 64 MiB"));
        }
        while self.buffer.len() < length {
            self.need().await?;
        }
        Ok(length)
    }

    async fn need(&mut self) -> io::Result<()> {
        if self.fill().await? { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    }

    /// Reads something; `false` at the end.
    async fn fill(&mut self) -> io::Result<bool> {
        if self.buffer.len() > LARGEST {
            return Err(bad("a message of more than 64 MiB"));
        }
        Ok(self.socket.read_buf(&mut self.buffer).await? > 0)
    }
}

fn bad(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.to_owned())
}

fn request_head(bytes: &[u8]) -> io::Result<Option<Head>> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut head = httparse::Request::new(&mut headers);
    let httparse::Status::Complete(length) =
        head.parse(bytes).map_err(|error| bad(&error.to_string()))?
    else {
        return Ok(None);
    };
    let said = Said::of(head.headers);
    let target = head.path.unwrap_or_default();
    Ok(Some(Head {
        length,
        framing: said.framing.unwrap_or(Framing::Length(0)),
        status: 0,
        method: head.method.unwrap_or_default().to_owned(),
        path: target.split('?').next().unwrap_or_default().to_owned(),
        keep_alive: said.keep_alive(head.version),
        expects_continue: said.expects_continue,
    }))
}

fn answer_head(bytes: &[u8], method: &str) -> io::Result<Option<Head>> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut head = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(length) =
        head.parse(bytes).map_err(|error| bad(&error.to_string()))?
    else {
        return Ok(None);
    };
    let said = Said::of(head.headers);
    let status = head.code.unwrap_or_default();
    let bodiless = method == "HEAD" || status < 200 || matches!(status, 204 | 304);
    let framing =
        if bodiless { Framing::Length(0) } else { said.framing.unwrap_or(Framing::Close) };
    Ok(Some(Head {
        length,
        framing,
        status,
        method: String::new(),
        path: String::new(),
        keep_alive: framing != Framing::Close && said.keep_alive(head.version),
        expects_continue: false,
    }))
}

/// What the headers say.
#[derive(Default)]
struct Said {
    framing: Option<Framing>,
    close: bool,
    keep: bool,
    expects_continue: bool,
}

impl Said {
    fn of(headers: &[httparse::Header<'_>]) -> Self {
        let mut said = Self::default();
        for header in headers {
            let value = String::from_utf8_lossy(header.value).to_ascii_lowercase();
            match header.name.to_ascii_lowercase().as_str() {
                "transfer-encoding" if value.ends_with("chunked") => {
                    said.framing = Some(Framing::Chunked);
                }
                "content-length" if said.framing.is_none() => {
                    said.framing = value.trim().parse().ok().map(Framing::Length);
                }
                "connection" => {
                    said.close = value.contains("close");
                    said.keep = value.contains("keep-alive");
                }
                "expect" => said.expects_continue = value == "100-continue",
                _ => {}
            }
        }
        said
    }

    fn keep_alive(&self, version: Option<u8>) -> bool {
        if version == Some(1) { !self.close } else { self.keep }
    }
}
