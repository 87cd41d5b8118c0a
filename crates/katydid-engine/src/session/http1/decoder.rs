//! One answer out of bytes that come in any pieces.

use bytes::Bytes;
use http::StatusCode;

use super::body::Body;
use super::broken::Broken;
use super::head::{self, Asked, Framing, Head, Parsed};
use crate::session::connection::Answer;

/// Most bytes of a head, interim answers before it included.
pub(super) const MAX_HEAD: usize = 64 << 10;

/// Reads one answer.
#[derive(Debug)]
pub(super) struct Decoder {
    asked: Asked,
    limit: usize,
    /// The bytes of a head that came in pieces.
    partial: Vec<u8>,
    /// Bytes of interim answers.
    interim: usize,
    /// Boxed: most answers come in one piece and never need the room.
    reading: Option<Box<(Head, Body)>>,
}

/// A whole answer.
#[derive(Debug)]
pub(super) struct Done {
    pub(super) answer: Answer,
    /// Whether the connection can carry another request: the answer allows it, and nothing came
    /// after it.
    pub(super) reusable: bool,
}

impl Decoder {
    /// For the answer to a request like this, with at most `limit` bytes of body.
    pub(super) fn new(asked: Asked, limit: usize) -> Self {
        Self { asked, limit, partial: Vec::new(), interim: 0, reading: None }
    }

    /// Takes the next bytes; the answer, once it is whole.
    pub(super) fn feed(&mut self, input: &[u8]) -> Result<Option<Done>, Broken> {
        if self.reading.is_some() {
            return self.body(input);
        }
        if self.partial.is_empty() {
            return self.head(input);
        }
        self.partial.extend_from_slice(input);
        // A line at a time: parsing anew for each byte would cost the square of the head.
        if !input.contains(&b'\n') && self.partial.len() < MAX_HEAD - self.interim {
            return Ok(None);
        }
        let bytes = std::mem::take(&mut self.partial);
        self.head(&bytes)
    }

    /// The other side has closed.
    pub(super) fn closed(&mut self) -> Result<Done, Broken> {
        if let Some(reading) = self.reading.take() {
            let (head, mut body) = *reading;
            body.closed()?;
            return Ok(done(head, body.take(), false));
        }
        // The last line may be wrong already.
        head::parse(&self.partial, self.asked)?;
        Err(if self.partial.is_empty() { Broken::NoAnswer } else { Broken::HalfHead })
    }

    /// Memory held, for the test that it has a bound.
    #[cfg(test)]
    pub(super) fn memory(&self) -> usize {
        self.partial.capacity() + self.reading.as_ref().map_or(0, |reading| reading.1.memory())
    }

    fn head(&mut self, mut bytes: &[u8]) -> Result<Option<Done>, Broken> {
        loop {
            let most = MAX_HEAD - self.interim;
            match head::parse(&bytes[..bytes.len().min(most)], self.asked)? {
                Parsed::Partial if bytes.len() >= most => {
                    return Err(Broken::HeadTooLarge(MAX_HEAD));
                }
                Parsed::Partial => {
                    self.partial.extend_from_slice(bytes);
                    return Ok(None);
                }
                Parsed::Interim(size) => {
                    self.interim += size;
                    bytes = &bytes[size..];
                }
                Parsed::Whole(head, size) => return self.begin(head, &bytes[size..]),
            }
        }
    }

    fn begin(&mut self, head: Head, rest: &[u8]) -> Result<Option<Done>, Broken> {
        if self.asked == Asked::Upgrade && head.status == StatusCode::SWITCHING_PROTOCOLS {
            return Ok(Some(done(head, Bytes::copy_from_slice(rest), false)));
        }
        // The usual case: head and body came together, and the body is copied once.
        let whole = match head.framing {
            Framing::Empty => Some(0),
            Framing::Length(length) => usize::try_from(length).ok(),
            Framing::Chunked | Framing::UntilClose => None,
        };
        if let Some(length) = whole
            && length <= rest.len()
            && length <= self.limit
        {
            let body = Bytes::copy_from_slice(&rest[..length]);
            return Ok(Some(done(head, body, length == rest.len())));
        }
        let body = Body::new(head.framing, self.limit)?;
        self.reading = Some(Box::new((head, body)));
        self.body(rest)
    }

    fn body(&mut self, input: &[u8]) -> Result<Option<Done>, Broken> {
        let Some(reading) = &mut self.reading else { return Ok(None) };
        let taken = reading.1.feed(input)?;
        if !reading.1.is_done() {
            return Ok(None);
        }
        let whole = self.reading.take().map(|whole| *whole);
        Ok(whole.map(|(head, mut body)| done(head, body.take(), taken == input.len())))
    }
}

fn done(head: Head, body: Bytes, clean: bool) -> Done {
    let reusable = head.keep_alive && clean;
    Done { answer: Answer { status: head.status, headers: head.headers, body }, reusable }
}
