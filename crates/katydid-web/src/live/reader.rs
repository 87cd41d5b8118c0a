//! One reader of the stream.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::HttpBody;
use bytes::{BufMut as _, Bytes, BytesMut};
use hyper::body::Frame;
use schemars::JsonSchema;
use serde::Serialize;
use tokio::sync::{OwnedSemaphorePermit, watch};

use super::history::Place;
use super::{Live, Moment, text};
use crate::director::LogLine;
use crate::server::is_over;

/// A remark goes out when nothing else did for so long, so that both sides notice a broken line.
const QUIET: Duration = Duration::from_secs(15);

/// How far somebody has read the log: what the ids of events say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    session: String,
    line: u64,
}

impl Seen {
    /// From the id of an event: `session.line`. What is none of ours is nothing.
    pub(crate) fn of(id: &str) -> Self {
        let read = || {
            let (session, line) = id.split_once('.')?;
            Some(Self { session: session.to_owned(), line: line.parse().ok()? })
        };
        read().unwrap_or_default()
    }
}

/// Lines of the log.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ShownLines {
    lines: Vec<ShownLine>,
}

/// A line of the log.
#[derive(Debug, Serialize, JsonSchema)]
struct ShownLine {
    /// Grows by one with every line.
    number: u64,
    text: String,
}

impl ShownLines {
    pub(crate) fn of(lines: &[LogLine]) -> Self {
        let line = |it: &LogLine| ShownLine { number: it.number, text: it.text.clone() };
        Self { lines: lines.iter().map(line).collect() }
    }
}

/// One reader, with the numbers of what it has seen.
pub(crate) struct Reader {
    live: Live,
    beat: watch::Receiver<u64>,
    ended: watch::Receiver<bool>,
    seen: Seen,
    /// The view whose state was sent last.
    state: Option<u64>,
    /// The numbers that were sent last.
    moment: Option<Moment>,
    /// The part of the history that was sent last.
    history: Option<Place>,
    _place: OwnedSemaphorePermit,
}

impl Reader {
    pub(super) fn new(live: Live, seen: Seen, place: OwnedSemaphorePermit) -> Self {
        let line = if seen.session == live.session() { seen.line } else { 0 };
        let seen = Seen { session: live.session().to_owned(), line };
        let (beat, ended) = (live.0.beat.subscribe(), live.0.ended.clone());
        Self { live, beat, ended, seen, state: None, moment: None, history: None, _place: place }
    }

    /// What comes next, once there is something; `None` at the end of the server.
    async fn next(mut self) -> Option<(Bytes, Self)> {
        loop {
            // Before looking, so that what comes meanwhile is not missed.
            self.beat.borrow_and_update();
            let news = self.news();
            if !news.is_empty() {
                return Some((news, self));
            }
            let quiet = tokio::select! {
                () = is_over(&mut self.ended) => return None,
                _ = self.beat.changed() => false,
                () = tokio::time::sleep(QUIET) => true,
            };
            if quiet {
                return Some((Bytes::from_static(b":\n\n"), self));
            }
        }
    }

    fn news(&mut self) -> Bytes {
        let mut news = BytesMut::new();
        if self.state.is_none() {
            news.put_slice(b"retry: 1000\n\n");
        }
        let told = self.live.told();
        if self.state != Some(told.changed) {
            self.state = Some(told.changed);
            self.event("state", &told.state_text, &mut news);
        }
        if let Some((moment, text)) = &told.snapshot
            && self.moment != Some(*moment)
        {
            self.moment = Some(*moment);
            self.event("snapshot", text, &mut news);
        }
        if let Some((place, text)) = self.live.history_after(self.history) {
            self.history = Some(place);
            self.event("history", &text, &mut news);
        }
        let lines = self.live.lines_after(self.seen.line);
        if let Some(last) = lines.last() {
            self.seen.line = last.number;
            self.event("log", &text(&ShownLines::of(&lines)), &mut news);
        }
        news.freeze()
    }

    fn event(&self, name: &str, data: &[u8], news: &mut BytesMut) {
        let Seen { session, line } = &self.seen;
        news.put_slice(format!("event: {name}\nid: {session}.{line}\ndata: ").as_bytes());
        // JSON has no line ends of its own.
        news.put_slice(data);
        news.put_slice(b"\n\n");
    }

    /// As the body of an answer.
    pub(crate) fn into_body(self) -> Stream {
        Stream(Some(Box::pin(self.next())))
    }
}

type Next = Pin<Box<dyn Future<Output = Option<(Bytes, Reader)>> + Send>>;

/// The body of the answer: it asks for what comes next when the last has gone out.
pub(crate) struct Stream(Option<Next>);

impl HttpBody for Stream {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let Some(next) = &mut self.0 else { return Poll::Ready(None) };
        match next.as_mut().poll(context) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(None) => {
                self.0 = None;
                Poll::Ready(None)
            }
            Poll::Ready(Some((bytes, reader))) => {
                self.0 = Some(Box::pin(reader.next()));
                Poll::Ready(Some(Ok(Frame::data(bytes))))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_read_and_foreign_ones_are_nothing() {
        let seen = Seen::of("abc.12");
        assert_eq!(seen, Seen { session: "abc".to_owned(), line: 12 });
        for foreign in ["", "12", "abc", "abc.x", "abc.1.2", "abc.99999999999999999999999"] {
            assert_eq!(Seen::of(foreign), Seen::default(), "{foreign}");
        }
    }
}
