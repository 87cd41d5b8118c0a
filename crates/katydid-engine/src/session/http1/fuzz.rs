//! The decoder under any bytes, for the fuzz target `http1` and for the tests.

use super::broken::Broken;
use super::decoder::{Decoder, Done};
use super::head::Asked;

/// What a decoder made of an answer, comparable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Read {
    pub(super) status: u16,
    pub(super) body: Vec<u8>,
    /// Whether another request may follow, as far as the answer itself says.
    pub(super) reusable: bool,
}

/// Feeds the pieces, then the end of the connection.
pub(super) fn decode<'a>(
    asked: Asked,
    limit: usize,
    pieces: impl IntoIterator<Item = &'a [u8]>,
) -> Result<Read, Broken> {
    let mut decoder = Decoder::new(asked, limit);
    for piece in pieces.into_iter().filter(|piece| !piece.is_empty()) {
        if let Some(done) = decoder.feed(piece)? {
            return Ok(read(done));
        }
    }
    decoder.closed().map(read)
}

fn read(done: Done) -> Read {
    let Done { answer, reusable } = done;
    Read { status: answer.status.as_u16(), body: answer.body.to_vec(), reusable }
}

/// The same but for reuse: what comes after an answer is only seen with its last piece.
pub(super) fn result(read: Result<Read, Broken>) -> Result<Read, Broken> {
    read.map(|read| Read { reusable: false, ..read })
}

/// Whether these bytes are an answer; a promise of the decoder that they break is a panic.
///
/// The first byte says what was asked, how much body is allowed, and in which pieces the rest comes.
pub fn answer(data: &[u8]) -> bool {
    let Some((how, bytes)) = data.split_first() else { return false };
    let asked = [Asked::Body, Asked::Head, Asked::Tunnel][usize::from(how % 3)];
    let limit = if how & 4 == 0 { 1_000 } else { 7 };
    let whole = result(decode(asked, limit, [bytes]));
    let pieces = bytes.chunks(1 + usize::from(how >> 3));
    assert_eq!(whole, result(decode(asked, limit, pieces)), "pieces change nothing");
    let body = whole.map(|read| read.body.len());
    assert!(body.as_ref().is_ok_and(|length| *length <= limit) || body.is_err(), "{body:?}");
    body.is_ok()
}
