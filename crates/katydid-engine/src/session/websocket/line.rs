//! The socket below a WebSocket: frames by `tungstenite`, bytes by our own stream.

use std::io::{self, ErrorKind, Read, Write};
use std::task::{Context, Poll};

use bytes::Bytes;
use tokio::io::ReadBuf;
use tungstenite::protocol::frame::coding::CloseCode;
use tungstenite::protocol::{CloseFrame, Role, WebSocketConfig, WebSocketContext};
use tungstenite::{Error, Message};

use crate::session::http1::Socket;
use crate::session::meter::Clock;

/// Bytes read at once, and the memory that an idle WebSocket holds for it.
const READ: usize = 8 << 10;
/// Bytes of answers to pings that may wait for a server that does not read.
const PONGS: usize = 4 << 10;
/// More than the head of any frame.
const HEAD: usize = 16;

/// An open connection and the state of its frames.
pub(super) struct Line {
    socket: Socket,
    frames: WebSocketContext,
    seen: Seen,
    /// A message is on its way out.
    unsent: bool,
}

/// What passed through the socket, and when last.
struct Seen {
    clock: Clock,
    read_ns: u64,
    wrote_ns: u64,
    received: u64,
    sent: u64,
}

impl Line {
    /// A connection that is a WebSocket since `now_ns`; `rest` came behind the server's consent.
    /// Messages have at most `most` bytes.
    pub(super) fn new(
        socket: Socket,
        rest: &Bytes,
        clock: Clock,
        now_ns: u64,
        most: usize,
    ) -> Self {
        let config = WebSocketConfig::default()
            .read_buffer_size(READ)
            .write_buffer_size(0)
            .max_write_buffer_size(PONGS)
            .max_message_size(Some(most))
            .max_frame_size(Some(most));
        let frames =
            WebSocketContext::from_partially_read(rest.to_vec(), Role::Client, Some(config));
        let seen = Seen { clock, read_ns: now_ns, wrote_ns: now_ns, received: 0, sent: 0 };
        Self { socket, frames, seen, unsent: false }
    }

    /// The next thing that the server says. Pings are answered on the way.
    pub(super) fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<Result<Message, Error>> {
        let Self { socket, frames, seen, .. } = self;
        pending(frames.read(&mut Stream { socket, cx, seen }))
    }

    /// Takes a message, and sends as much of it as the connection takes now.
    pub(super) fn send(
        &mut self,
        message: Message,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(), Error>> {
        let Self { socket, frames, seen, unsent } = self;
        // It is the suite's own memory already; only what the server can make grow is bounded.
        let most = PONGS + HEAD + message.len();
        frames.set_config(|config| config.max_write_buffer_size = most);
        *unsent = true;
        match pending(frames.write(&mut Stream { socket, cx, seen }, message)) {
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            _ => self.poll_flush(cx),
        }
    }

    /// Ready when everything is handed to the system.
    pub(super) fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        let Self { socket, frames, seen, unsent } = self;
        let polled = pending(frames.flush(&mut Stream { socket, cx, seen }));
        if matches!(polled, Poll::Ready(Ok(()))) && std::mem::take(unsent) {
            frames.set_config(|config| config.max_write_buffer_size = PONGS);
        }
        polled
    }

    /// Whether a message is still on its way out.
    pub(super) fn is_sending(&self) -> bool {
        self.unsent
    }

    /// Tells the server why nothing more comes, if that can be done without waiting.
    pub(super) fn say_goodbye(&mut self, code: CloseCode, cx: &mut Context<'_>) {
        let frame = CloseFrame { code, reason: "".into() };
        // It may hear it or not; we are leaving.
        let _ = self.send(Message::Close(Some(frame)), cx);
    }

    /// Now.
    pub(super) fn now_ns(&self) -> u64 {
        self.seen.clock.now_ns()
    }

    /// When something was read last.
    pub(super) fn read_ns(&self) -> u64 {
        self.seen.read_ns
    }

    /// When something was written last.
    pub(super) fn wrote_ns(&self) -> u64 {
        self.seen.wrote_ns
    }

    /// Bytes read since this was asked last.
    pub(super) fn take_received(&mut self) -> u64 {
        std::mem::take(&mut self.seen.received)
    }

    /// Bytes written since this was asked last.
    pub(super) fn take_sent(&mut self) -> u64 {
        std::mem::take(&mut self.seen.sent)
    }
}

/// Not ready is an error only between `tungstenite` and us.
fn pending<T>(done: Result<T, Error>) -> Poll<Result<T, Error>> {
    match done {
        Err(Error::Io(error)) if error.kind() == ErrorKind::WouldBlock => Poll::Pending,
        done => Poll::Ready(done),
    }
}

/// Our socket as `tungstenite` wants one: it says so instead of waiting, and wakes who polls.
struct Stream<'a, 'c> {
    socket: &'a mut Socket,
    cx: &'a mut Context<'c>,
    seen: &'a mut Seen,
}

fn now<T>(polled: Poll<io::Result<T>>) -> io::Result<T> {
    match polled {
        Poll::Ready(done) => done,
        Poll::Pending => Err(ErrorKind::WouldBlock.into()),
    }
}

impl Read for Stream<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut buffer = ReadBuf::new(buffer);
        now(self.socket.poll_read(self.cx, &mut buffer))?;
        let count = buffer.filled().len();
        if count > 0 {
            self.seen.read_ns = self.seen.clock.now_ns();
            self.seen.received += count as u64;
        }
        Ok(count)
    }
}

impl Write for Stream<'_, '_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let pieces = [bytes, &[], &[]].map(io::IoSlice::new);
        let count = now(self.socket.poll_write(self.cx, &pieces))?;
        self.seen.wrote_ns = self.seen.clock.now_ns();
        self.seen.sent += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        now(self.socket.poll_flush(self.cx))
    }
}
