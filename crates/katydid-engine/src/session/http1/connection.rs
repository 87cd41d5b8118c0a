//! The socket of an HTTP/1.1 connection: one write out, as few reads as the answer needs.

use std::cell::Cell;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use katydid_core::FailureKind;
use tokio::io::{AsyncRead as _, AsyncWrite as _, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

use super::decoder::{Decoder, Done};
use super::encode;
use super::head::Asked;
use crate::error::RequestFailed;
use crate::session::connection::{Answer, Connection};
use crate::session::meter::Meter;
use crate::session::outgoing::Outgoing;

/// Bodies up to this size are copied behind the head: cheaper than a second piece.
const SMALL_BODY: usize = 16 << 10;

/// A read takes this much at most. More than what usually waits, so that one read empties the
/// socket and the runtime knows that without asking the system again.
const READ: usize = 64 << 10;

/// Memory to read into and write from, one for all connections of a thread: it is used between
/// two awaits and never kept, so an idle connection costs none.
#[derive(Default)]
pub(crate) struct Buffers {
    read: Cell<Box<[u8]>>,
    write: Cell<Vec<u8>>,
}

/// The stream below HTTP.
pub(crate) enum Socket {
    Tcp(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

/// An HTTP/1.1 connection.
pub(crate) struct Http1 {
    socket: Socket,
    meter: Rc<Meter>,
    buffers: Rc<Buffers>,
    reusable: bool,
}

impl Http1 {
    pub(crate) fn new(socket: Socket, meter: Rc<Meter>, buffers: Rc<Buffers>) -> Self {
        Self { socket, meter, buffers, reusable: true }
    }

    /// Asks for another protocol. Where the other side consents (101), the body of the answer is what
    /// came behind its head: the beginning of that protocol.
    pub(crate) async fn upgrade(
        &mut self,
        request: &Outgoing<'_>,
        limit: usize,
    ) -> Result<Answer, RequestFailed> {
        self.ask(request, Asked::Upgrade, limit).await
    }

    /// The stream, to speak something else on it.
    pub(crate) fn into_socket(self) -> Socket {
        self.socket
    }

    /// Ready when the other side has closed or said something unasked: the connection is of no
    /// more use. To be polled while no request is under way.
    pub(crate) fn poll_idle(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.socket.poll_read(cx, &mut ReadBuf::new(&mut [0])).map(|_| ())
    }
}

impl Connection for Http1 {
    async fn is_open(&mut self) -> bool {
        match &self.socket {
            // Costs no system call unless the runtime has seen something arrive.
            Socket::Tcp(tcp) => {
                matches!(tcp.try_read(&mut [0]), Err(e) if e.kind() == io::ErrorKind::WouldBlock)
            }
            Socket::Tls(_) => poll_fn(|cx| Poll::Ready(self.poll_idle(cx).is_pending())).await,
        }
    }

    async fn exchange(
        &mut self,
        request: &Outgoing<'_>,
        limit: usize,
    ) -> Result<Answer, RequestFailed> {
        self.ask(request, encode::asked(request.method), limit).await
    }

    fn is_reusable(&self) -> bool {
        self.reusable
    }
}

impl Http1 {
    async fn ask(
        &mut self,
        request: &Outgoing<'_>,
        asked: Asked,
        limit: usize,
    ) -> Result<Answer, RequestFailed> {
        // Whatever ends this early, a cut run included, leaves half a message on the wire.
        self.reusable = false;
        let mut unsent = Unsent::new(request, self.buffers.write.take())?;
        let mut decoder = Decoder::new(asked, limit);
        let done = poll_fn(|cx| self.poll_exchange(cx, &mut unsent, &mut decoder)).await?;
        self.reusable = done.reusable && unsent.state == Sending::Sent && !encode::closes(request);
        Ok(done.answer)
    }

    /// Sends and reads at once: a server may answer before it has read the whole body, and one
    /// that echoes a large body wants its answer taken while it reads.
    fn poll_exchange(
        &mut self,
        cx: &mut Context<'_>,
        unsent: &mut Unsent,
        decoder: &mut Decoder,
    ) -> Poll<Result<Done, RequestFailed>> {
        if unsent.state == Sending::Yes {
            match unsent.poll(cx, &mut self.socket, &self.meter) {
                Poll::Ready(Ok(())) => {
                    unsent.state = Sending::Sent;
                    self.buffers.write.set(unsent.reclaim());
                }
                // The answer may tell why the server stopped reading; it is looked for first.
                Poll::Ready(Err(error)) => unsent.state = Sending::Failed(lost(&error)),
                Poll::Pending => {}
            }
        }
        let mut buffer = self.buffers.read.take();
        if buffer.is_empty() {
            buffer = vec![0; READ].into_boxed_slice();
        }
        let polled = self.poll_answer(cx, &mut buffer, decoder);
        self.buffers.read.set(buffer);
        match (polled, &mut unsent.state) {
            (Poll::Ready(Err(Stop::Lost(_))), Sending::Failed(text)) => {
                Poll::Ready(Err(broken_connection(std::mem::take(text))))
            }
            (polled, _) => polled.map_err(RequestFailed::from),
        }
    }

    fn poll_answer(
        &mut self,
        cx: &mut Context<'_>,
        buffer: &mut [u8],
        decoder: &mut Decoder,
    ) -> Poll<Result<Done, Stop>> {
        loop {
            let mut buffer = ReadBuf::new(buffer);
            let read = ready!(self.socket.poll_read(cx, &mut buffer));
            let bytes = buffer.filled();
            if let Err(error) = read {
                return Poll::Ready(Err(Stop::Lost(lost(&error))));
            }
            if bytes.is_empty() {
                return Poll::Ready(decoder.closed().map_err(Stop::from));
            }
            self.meter.read_answer(bytes.len());
            if let Some(done) = decoder.feed(bytes)? {
                return Poll::Ready(Ok(done));
            }
        }
    }
}

/// Why reading ended without an answer.
enum Stop {
    /// The connection is gone, for this reason.
    Lost(String),
    Failed(RequestFailed),
}

impl From<super::broken::Broken> for Stop {
    fn from(broken: super::broken::Broken) -> Self {
        let failed = RequestFailed::from(broken);
        match failed.kind {
            FailureKind::Connection => Self::Lost(failed.text),
            _ => Self::Failed(failed),
        }
    }
}

impl From<Stop> for RequestFailed {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Lost(text) => broken_connection(text),
            Stop::Failed(failed) => failed,
        }
    }
}

fn broken_connection(text: String) -> RequestFailed {
    RequestFailed::new(FailureKind::Connection, text)
}

fn lost(error: &io::Error) -> String {
    error.to_string()
}

/// How far sending has come.
#[derive(Debug, PartialEq, Eq)]
enum Sending {
    Yes,
    Sent,
    /// The connection does not take more, for this reason.
    Failed(String),
}

/// What is still to be sent.
#[derive(Debug)]
struct Unsent {
    state: Sending,
    head: Vec<u8>,
    body: Bytes,
    tail: &'static [u8],
    /// Bytes sent of all three.
    sent: usize,
}

impl Unsent {
    /// A whole request, its head in the emptied memory of `head`.
    fn new(request: &Outgoing<'_>, mut head: Vec<u8>) -> Result<Self, RequestFailed> {
        head.clear();
        encode::head(request, &mut head)?;
        let (mut body, mut tail) = (Bytes::new(), encode::tail(request));
        if request.body.len() <= SMALL_BODY {
            head.extend_from_slice(request.body);
            head.extend_from_slice(std::mem::take(&mut tail));
        } else {
            body = request.body.clone();
        }
        Ok(Self { state: Sending::Yes, head, body, tail, sent: 0 })
    }

    fn poll(
        &mut self,
        cx: &mut Context<'_>,
        socket: &mut Socket,
        meter: &Meter,
    ) -> Poll<io::Result<()>> {
        let whole = self.head.len() + self.body.len() + self.tail.len();
        while self.sent < whole {
            let mut skip = self.sent;
            let pieces = [&self.head[..], &self.body[..], self.tail].map(|piece| {
                let (skipped, rest) = piece.split_at(skip.min(piece.len()));
                skip -= skipped.len();
                io::IoSlice::new(rest)
            });
            let count = ready!(socket.poll_write(cx, &pieces))?;
            if count == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.sent += count;
            meter.wrote(count);
        }
        socket.poll_flush(cx)
    }

    /// The memory of the head, for the next request.
    fn reclaim(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.head)
    }
}

impl Socket {
    pub(crate) fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self {
            Self::Tcp(tcp) => Pin::new(tcp).poll_read(cx, buffer),
            Self::Tls(tls) => Pin::new(tls).poll_read(cx, buffer),
        }
    }

    pub(crate) fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>; 3],
    ) -> Poll<io::Result<usize>> {
        let rest = pieces.iter().position(|piece| !piece.is_empty()).unwrap_or(pieces.len());
        match (self, &pieces[rest..]) {
            // One piece is the usual case, and the cheaper call.
            (Self::Tcp(tcp), [one, others @ ..]) if others.iter().all(|piece| piece.is_empty()) => {
                Pin::new(tcp).poll_write(cx, one)
            }
            (Self::Tcp(tcp), pieces) => Pin::new(tcp).poll_write_vectored(cx, pieces),
            (Self::Tls(tls), pieces) => Pin::new(tls).poll_write_vectored(cx, pieces),
        }
    }

    pub(crate) fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self {
            Self::Tcp(_) => Poll::Ready(Ok(())),
            Self::Tls(tls) => Pin::new(tls).poll_flush(cx),
        }
    }
}
