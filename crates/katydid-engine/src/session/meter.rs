//! The stopwatch of one request: moments and phases, taken where the bytes pass.

use std::cell::Cell;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use katydid_core::{Bytes, Phases};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Instant;

/// Nanoseconds since the start of the run, from the monotonic clock (R7).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    epoch: Instant,
}

impl Clock {
    pub(crate) fn new(epoch: Instant) -> Self {
        Self { epoch }
    }

    #[inline]
    pub(crate) fn now_ns(self) -> u64 {
        self.epoch.elapsed().as_nanos() as u64
    }

    pub(crate) fn at(self, ns: u64) -> Instant {
        self.epoch + std::time::Duration::from_nanos(ns)
    }
}

/// What the request is doing now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    Dns,
    Connect,
    Tls,
    Send,
    Receive,
}

/// Follows one request through its phases. They follow each other without a gap, so their sum is
/// the service time (R14).
#[derive(Debug)]
pub(crate) struct Meter {
    clock: Clock,
    phase: Cell<Phase>,
    since_ns: Cell<u64>,
    written_ns: Cell<u64>,
    first_byte_ns: Cell<u64>,
    /// The last read of this answer.
    read_ns: Cell<u64>,
    phases: Cell<Phases>,
    bytes: Cell<Bytes>,
}

impl Meter {
    pub(crate) fn new(clock: Clock) -> Rc<Self> {
        Rc::new(Self {
            clock,
            phase: Cell::new(Phase::Send),
            since_ns: Cell::new(0),
            written_ns: Cell::new(0),
            first_byte_ns: Cell::new(0),
            read_ns: Cell::new(0),
            phases: Cell::new(Phases::default()),
            bytes: Cell::new(Bytes::default()),
        })
    }

    /// A new request begins at `now_ns`.
    pub(crate) fn begin(&self, now_ns: u64) {
        self.phase.set(Phase::Send);
        self.since_ns.set(now_ns);
        self.written_ns.set(0);
        self.first_byte_ns.set(0);
        self.read_ns.set(0);
        self.phases.set(Phases::default());
        self.bytes.set(Bytes::default());
    }

    /// The next phase begins now.
    pub(crate) fn enter(&self, phase: Phase) {
        if phase == Phase::Send && self.phase.get() == phase && self.written_ns.get() == 0 {
            // A request begins by sending: nothing to close yet, and no need to ask the clock.
            return;
        }
        self.close_phase(self.clock.now_ns());
        self.phase.set(phase);
        self.written_ns.set(0);
        self.read_ns.set(0);
    }

    /// The answer is whole, or the request is given up now.
    ///
    /// A whole answer ended when its last bytes were read: making sense of them is the generator's
    /// time, not the target's. Where nobody noted that moment (HTTP/2), it is now.
    pub(crate) fn finish(&self, whole: bool) -> Finish {
        let read_ns = self.read_ns.get();
        let last_byte_ns = if whole && read_ns > 0 { read_ns } else { self.clock.now_ns() };
        self.close_phase(last_byte_ns);
        let first_byte_ns = match self.first_byte_ns.get() {
            0 => last_byte_ns,
            ns => ns,
        };
        let (phases, bytes) = (self.phases.get(), self.bytes.get());
        Finish { last_byte_ns, first_byte_ns, phases, bytes }
    }

    /// So many bytes of the answer came, just now.
    pub(crate) fn read_answer(&self, count: usize) {
        let now_ns = self.clock.now_ns();
        self.read_ns.set(now_ns);
        self.answered_at(now_ns);
        self.read(count);
    }

    fn close_phase(&self, now_ns: u64) {
        let mut phases = self.phases.get();
        let spent = now_ns.saturating_sub(self.since_ns.get());
        match self.phase.get() {
            Phase::Dns => phases.dns_ns += spent,
            Phase::Connect => phases.connect_ns += spent,
            Phase::Tls => phases.tls_ns += spent,
            Phase::Receive => phases.receive_ns += spent,
            Phase::Send => {
                // Still waiting for the first byte: what came after the last write is the wait.
                let written = self.written_ns.get();
                let send = written.saturating_sub(self.since_ns.get()).min(spent);
                phases.send_ns += send;
                phases.wait_ns += spent - send;
            }
        }
        self.phases.set(phases);
        self.since_ns.set(now_ns);
    }

    /// So many bytes were written; the last ones count.
    pub(crate) fn wrote(&self, count: usize) {
        self.written_ns.set(self.clock.now_ns());
        let mut bytes = self.bytes.get();
        bytes.sent += count as u64;
        self.bytes.set(bytes);
    }

    /// The answer begins now, unless it has begun.
    pub(crate) fn answered(&self) {
        if self.phase.get() == Phase::Send {
            self.answered_at(self.clock.now_ns());
        }
    }

    fn answered_at(&self, now_ns: u64) {
        if self.phase.get() == Phase::Send {
            self.close_phase(now_ns);
            self.phase.set(Phase::Receive);
            self.first_byte_ns.set(now_ns);
        }
    }

    /// So many bytes came.
    pub(crate) fn read(&self, count: usize) {
        let mut bytes = self.bytes.get();
        bytes.received += count as u64;
        self.bytes.set(bytes);
    }
}

/// The end of a request as the meter saw it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Finish {
    pub(crate) last_byte_ns: u64,
    pub(crate) first_byte_ns: u64,
    pub(crate) phases: Phases,
    pub(crate) bytes: Bytes,
}

/// A stream that tells the meter of every byte. Those of the connection itself are among them
/// (HTTP/2 settings, pings, windows): only who reads the frames knows when the answer begins.
pub(crate) struct Metered<S> {
    stream: S,
    meter: Rc<Meter>,
}

impl<S> Metered<S> {
    pub(crate) fn new(stream: S, meter: Rc<Meter>) -> Self {
        Self { stream, meter }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Metered<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(cx, buf);
        let count = buf.filled().len() - before;
        if count > 0 {
            self.meter.read(count);
        }
        polled
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Metered<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write(cx, buf);
        if let Poll::Ready(Ok(count)) = polled {
            self.meter.wrote(count);
        }
        polled
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        if let Poll::Ready(Ok(count)) = polled {
            self.meter.wrote(count);
        }
        polled
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
