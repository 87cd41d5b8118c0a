//! The body of an answer, decoded as it comes and never larger than the limit.

use bytes::Bytes;

use super::broken::Broken;
use super::head::Framing;

/// Most bytes of chunk extensions and trailers in one body; nobody needs any.
const MAX_OVERHEAD: usize = 16 << 10;

/// A body on its way in.
#[derive(Debug)]
pub(super) struct Body {
    limit: usize,
    data: Vec<u8>,
    state: State,
}

#[derive(Debug)]
enum State {
    /// So many bytes are missing.
    Length(usize),
    Chunked(Chunked),
    UntilClose,
    Done,
}

impl Body {
    /// A body framed like this; refused at once when it is announced too large.
    pub(super) fn new(framing: Framing, limit: usize) -> Result<Self, Broken> {
        let state = match framing {
            Framing::Empty => State::Done,
            Framing::Length(length) => State::Length(within(length, limit, limit)?),
            Framing::Chunked => State::Chunked(Chunked::default()),
            Framing::UntilClose => State::UntilClose,
        };
        Ok(Self { limit, data: Vec::new(), state })
    }

    /// Takes what belongs to the body and says how much that was.
    pub(super) fn feed(&mut self, input: &[u8]) -> Result<usize, Broken> {
        match &mut self.state {
            State::Done => Ok(0),
            State::Length(missing) => {
                let taken = input.len().min(*missing);
                *missing -= taken;
                let done = *missing == 0;
                push(&mut self.data, &input[..taken], *missing);
                if done {
                    self.state = State::Done;
                }
                Ok(taken)
            }
            State::Chunked(chunked) => {
                let (taken, done) = chunked.feed(input, &mut self.data, self.limit)?;
                if done {
                    self.state = State::Done;
                }
                Ok(taken)
            }
            State::UntilClose => {
                within(input.len() as u64, self.limit - self.data.len(), self.limit)?;
                self.data.extend_from_slice(input);
                Ok(input.len())
            }
        }
    }

    pub(super) fn is_done(&self) -> bool {
        matches!(self.state, State::Done)
    }

    /// The other side has closed: an end for some bodies, a break for others.
    pub(super) fn closed(&mut self) -> Result<(), Broken> {
        match self.state {
            State::UntilClose | State::Done => {
                self.state = State::Done;
                Ok(())
            }
            _ => Err(Broken::HalfBody),
        }
    }

    #[cfg(test)]
    pub(super) fn memory(&self) -> usize {
        self.data.capacity()
    }

    pub(super) fn take(&mut self) -> Bytes {
        std::mem::take(&mut self.data).into()
    }
}

/// Appends; memory doubles with what came, but never goes beyond what is still to come.
fn push(data: &mut Vec<u8>, input: &[u8], missing: usize) {
    if data.capacity() - data.len() < input.len() {
        data.reserve_exact(input.len() + missing.min(data.len() + input.len()));
    }
    data.extend_from_slice(input);
}

/// `more` bytes, if `room` is left for them.
fn within(more: u64, room: usize, limit: usize) -> Result<usize, Broken> {
    usize::try_from(more).ok().filter(|more| *more <= room).ok_or(Broken::TooLarge(limit))
}

/// Where in the chunked coding (RFC 9112 §7.1) the next byte belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Within a chunk's size, after so many digits.
    Size(u8),
    /// Blanks after the size.
    Blank,
    /// After the `;`.
    Extension,
    SizeEnd,
    Data,
    DataCr,
    DataLf,
    LineStart,
    /// Within a trailer, before or after its colon.
    Trailer {
        colon: bool,
    },
    TrailerEnd,
    LastLf,
}

/// The chunked coding, byte by byte where it is not data.
#[derive(Debug)]
struct Chunked {
    place: Place,
    /// Bytes of this chunk still to come; while its size is read, the size so far.
    left: u64,
    overhead: usize,
}

impl Default for Chunked {
    fn default() -> Self {
        Self { place: Place::Size(0), left: 0, overhead: 0 }
    }
}

impl Chunked {
    /// Bytes taken, and whether the body is whole.
    fn feed(
        &mut self,
        input: &[u8],
        data: &mut Vec<u8>,
        limit: usize,
    ) -> Result<(usize, bool), Broken> {
        let mut at = 0;
        while let Some(byte) = input.get(at) {
            if self.place == Place::Data {
                let taken =
                    (input.len() - at).min(usize::try_from(self.left).unwrap_or(usize::MAX));
                data.extend_from_slice(&input[at..at + taken]);
                at += taken;
                self.left -= taken as u64;
                if self.left == 0 {
                    self.place = Place::DataCr;
                }
                continue;
            }
            at += 1;
            if self.place == Place::LastLf && *byte == b'\n' {
                return Ok((at, true));
            }
            self.place = self.next(*byte)?;
            if self.place == Place::Data {
                within(self.left, limit - data.len(), limit)?;
            }
        }
        Ok((at, false))
    }

    fn next(&mut self, byte: u8) -> Result<Place, Broken> {
        use Place::{
            Blank, Data, DataCr, DataLf, Extension, LastLf, LineStart, Size, SizeEnd, Trailer,
            TrailerEnd,
        };
        Ok(match (self.place, byte) {
            (Size(digits), b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F') => self.digit(digits, byte)?,
            (Size(1..) | Blank, b' ' | b'\t') => self.spend(Blank)?,
            (Size(1..) | Blank, b';') | (Extension, b' '..=b'~' | b'\t' | 0x80..) => {
                self.spend(Extension)?
            }
            (Size(1..) | Blank | Extension, b'\r') => SizeEnd,
            (SizeEnd, b'\n') if self.left == 0 => LineStart,
            (SizeEnd, b'\n') => Data,
            (DataCr, b'\r') => DataLf,
            (DataLf, b'\n') => Size(0),
            (LineStart, b'\r') => LastLf,
            (LineStart, b'!'..=b'9' | b';'..=b'~') => self.spend(Trailer { colon: false })?,
            (Trailer { colon }, b'!'..=b'~') => {
                self.spend(Trailer { colon: colon || byte == b':' })?
            }
            (Trailer { colon: true }, b' ' | b'\t' | 0x80..) => {
                self.spend(Trailer { colon: true })?
            }
            (Trailer { colon: true }, b'\r') => TrailerEnd,
            (TrailerEnd, b'\n') => LineStart,
            (Size(_) | Blank, _) => return Err(Broken::Chunk("its size is no number")),
            (DataCr | DataLf, _) => return Err(Broken::Chunk("longer than its size")),
            (LineStart | Trailer { .. } | TrailerEnd | LastLf, _) => {
                return Err(Broken::Chunk("what follows the last one is no trailer"));
            }
            _ => return Err(Broken::Chunk("its size line has no end")),
        })
    }

    fn digit(&mut self, digits: u8, byte: u8) -> Result<Place, Broken> {
        if digits == 0 {
            self.left = 0;
        }
        if digits >= 16 {
            return Err(Broken::Chunk("its size has more than 16 digits"));
        }
        let digit = char::from(byte).to_digit(16).unwrap_or_default();
        self.left = (self.left << 4) | u64::from(digit);
        Ok(Place::Size(digits + 1))
    }

    /// A byte that is neither data nor necessary.
    fn spend(&mut self, place: Place) -> Result<Place, Broken> {
        self.overhead += 1;
        if self.overhead > MAX_OVERHEAD {
            return Err(Broken::ChunkOverhead(MAX_OVERHEAD));
        }
        Ok(place)
    }
}
