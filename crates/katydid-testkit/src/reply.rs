//! An answer before it becomes HTTP/1.1 bytes or an HTTP/2 stream.

use std::time::Duration;

use bytes::Bytes;

/// What a route answers, faults included.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Body,
    /// The wait before anything is sent.
    pub(crate) delay: Duration,
    /// The wait between head and body.
    pub(crate) body_delay: Duration,
    /// An interim status to send first.
    pub(crate) interim: Option<u16>,
    pub(crate) fault: Option<Fault>,
}

/// The body of an answer.
#[derive(Debug, Clone)]
pub(crate) enum Body {
    /// These bytes, with their length announced.
    Bytes(Bytes),
    /// So many `x`, made while they are sent.
    Fill(u64),
    /// These pieces, with chunked encoding.
    Chunks(Vec<Bytes>),
}

/// How an answer goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// RST instead of an answer.
    Reset,
    /// FIN instead of an answer.
    Close,
    /// Bytes that are no HTTP.
    Garbage,
    /// Twice the body's length is announced, then FIN.
    Half,
    /// The same, without an end.
    Unfinished,
    /// Half of the body's length is announced, then FIN.
    WrongLength,
}

impl Fault {
    /// The length that is announced when so many bytes are sent.
    pub(crate) fn promised(self, sent: u64) -> u64 {
        match self {
            Self::Half | Self::Unfinished => sent * 2,
            Self::WrongLength => sent / 2,
            Self::Reset | Self::Close | Self::Garbage => sent,
        }
    }
}

impl Reply {
    pub(crate) fn new(status: u16, content_type: &str, body: impl Into<Bytes>) -> Self {
        Self {
            status,
            headers: vec![("content-type", content_type.to_owned())],
            body: Body::Bytes(body.into()),
            delay: Duration::ZERO,
            body_delay: Duration::ZERO,
            interim: None,
            fault: None,
        }
    }

    pub(crate) fn text(status: u16, body: impl Into<Bytes>) -> Self {
        Self::new(status, "text/plain", body)
    }

    pub(crate) fn json(body: impl Into<Bytes>) -> Self {
        Self::new(200, "application/json", body)
    }

    pub(crate) fn fault(fault: Fault) -> Self {
        Self { fault: Some(fault), ..Self::text(200, "") }
    }

    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(crate) fn with_body(mut self, body: Body) -> Self {
        self.body = body;
        self
    }

    /// Whether this status has a body at all.
    pub(crate) fn has_body(&self) -> bool {
        !matches!(self.status, 204 | 304)
    }
}

impl Body {
    /// The length to announce; `None` for chunks.
    pub(crate) fn length(&self) -> Option<u64> {
        match self {
            Self::Bytes(bytes) => Some(bytes.len() as u64),
            Self::Fill(length) => Some(*length),
            Self::Chunks(_) => None,
        }
    }

    /// The body in pieces of bounded size.
    pub(crate) fn pieces(self) -> Box<dyn Iterator<Item = Bytes> + Send> {
        static FILL: [u8; 64 * 1024] = [b'x'; 64 * 1024];
        match self {
            Self::Bytes(bytes) => Box::new(std::iter::once(bytes).filter(|b| !b.is_empty())),
            Self::Chunks(chunks) => Box::new(chunks.into_iter()),
            Self::Fill(length) => {
                let size = FILL.len() as u64;
                let full = std::iter::repeat_n(Bytes::from_static(&FILL), (length / size) as usize);
                let rest = Bytes::from_static(&FILL[..(length % size) as usize]);
                Box::new(full.chain(Some(rest).filter(|b| !b.is_empty())))
            }
        }
    }
}

/// Waits, but not at all for zero: the timer would round that up to its next tick.
pub(crate) async fn wait(time: Duration) {
    if !time.is_zero() {
        tokio::time::sleep(time).await;
    }
}
