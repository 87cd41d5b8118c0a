//! The head of an answer: status, how the body is framed, whether the connection goes on.

use std::mem::MaybeUninit;

use bytes::Bytes;
use http::StatusCode;

use super::broken::{Broken, quoted};
use crate::session::headers::{Headers, Lines, Names};

/// Most headers in one head.
pub(super) const MAX_HEADERS: usize = 128;

/// What the request says about its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// The answer has a body, if its status has.
    Body,
    /// The answer to HEAD ends with its head.
    Head,
    /// An accepted CONNECT has no body and is no HTTP any more.
    Tunnel,
    /// An accepted upgrade (101) goes on as something else.
    Upgrade,
}

/// How a body's end is found (RFC 9112 §6.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    Empty,
    Length(u64),
    Chunked,
    UntilClose,
}

/// A whole head.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) status: StatusCode,
    pub(super) headers: Headers,
    pub(super) framing: Framing,
    /// Whether another request may follow.
    pub(super) keep_alive: bool,
}

/// What the bytes begin with.
#[derive(Debug)]
pub(super) enum Parsed {
    /// A part of a head.
    Partial,
    /// An interim answer (1xx) of so many bytes.
    Interim(usize),
    /// A head of so many bytes.
    Whole(Head, usize),
}

/// Reads a head from the beginning of `bytes`.
///
/// Strict where leniency would guess at the end of the body: no folded lines, no blank before a
/// colon, one length, `chunked` alone.
pub(super) fn parse(bytes: &[u8], asked: Asked) -> Result<Parsed, Broken> {
    match bytes.first() {
        None => return Ok(Parsed::Partial),
        Some(b'\r' | b'\n') => return Err(Broken::EmptyLine),
        Some(_) => {}
    }
    let mut room = [const { MaybeUninit::uninit() }; MAX_HEADERS];
    let mut head = httparse::Response::new(&mut []);
    let parsed = httparse::ParserConfig::default()
        .parse_response_with_uninit_headers(&mut head, bytes, &mut room)
        .map_err(|error| match error {
            httparse::Error::TooManyHeaders => Broken::TooManyHeaders(MAX_HEADERS),
            error => Broken::Head(error),
        })?;
    let httparse::Status::Complete(size) = parsed else { return Ok(Parsed::Partial) };
    let code = head.code.unwrap_or_default();
    let status = StatusCode::from_u16(code).map_err(|_| Broken::Status(code))?;
    if status.is_informational() && status != StatusCode::SWITCHING_PROTOCOLS {
        return Ok(Parsed::Interim(size));
    }
    let mut said = Said::default();
    let mut names = Names::default();
    for header in &*head.headers {
        names.insert(header.name);
        said.hear(header)?;
    }
    let http10 = head.version == Some(0);
    let framing = said.framing(status, asked);
    // Both framings at once, or chunks in HTTP/1.0, are signs of a confused middleman: the answer
    // is taken as RFC 9112 says, but nothing further is believed.
    let confused = said.chunked && (said.length.is_some() || http10);
    let ended = framing == Framing::UntilClose
        || status == StatusCode::SWITCHING_PROTOCOLS
        || (asked == Asked::Tunnel && status.is_success());
    let wanted = if http10 { said.keep_alive && !said.close } else { !said.close };
    let start = bytes.iter().position(|byte| *byte == b'\n').map_or(size, |at| at + 1);
    let lines = Bytes::copy_from_slice(&bytes[start.min(size)..size]);
    let headers = Headers::Lines(Lines::new(lines, names));
    let keep_alive = wanted && !confused && !ended;
    Ok(Parsed::Whole(Head { status, headers, framing, keep_alive }, size))
}

/// What the headers say about the connection and the body.
#[derive(Debug, Default)]
struct Said {
    length: Option<u64>,
    chunked: bool,
    close: bool,
    keep_alive: bool,
}

impl Said {
    #[inline]
    fn hear(&mut self, header: &httparse::Header<'_>) -> Result<(), Broken> {
        // By length first: most headers are none of these.
        match header.name.len() {
            10 if header.name.eq_ignore_ascii_case("connection") => self.connection(header.value),
            14 if header.name.eq_ignore_ascii_case("content-length") => {
                return self.content_length(header.value);
            }
            17 if header.name.eq_ignore_ascii_case("transfer-encoding") => {
                return self.transfer_encoding(header.value);
            }
            _ => {}
        }
        Ok(())
    }

    fn connection(&mut self, value: &[u8]) {
        for token in value.split(|byte| *byte == b',').map(<[u8]>::trim_ascii) {
            self.close |= token.eq_ignore_ascii_case(b"close");
            self.keep_alive |= token.eq_ignore_ascii_case(b"keep-alive");
        }
    }

    /// A length that is repeated, in lines or in a list, is one length as long as it is the same.
    fn content_length(&mut self, value: &[u8]) -> Result<(), Broken> {
        for token in value.split(|byte| *byte == b',').map(<[u8]>::trim_ascii) {
            let length = digits(token).ok_or_else(|| Broken::ContentLength(quoted(value)))?;
            match self.length {
                Some(known) if known != length => return Err(Broken::TwoLengths(known, length)),
                _ => self.length = Some(length),
            }
        }
        Ok(())
    }

    /// Nothing but `chunked`, once: no other coding was offered (there is no TE header).
    fn transfer_encoding(&mut self, value: &[u8]) -> Result<(), Broken> {
        let unknown = || Broken::TransferEncoding(quoted(value));
        for token in value.split(|byte| *byte == b',').map(<[u8]>::trim_ascii) {
            if self.chunked || !token.eq_ignore_ascii_case(b"chunked") {
                return Err(unknown());
            }
            self.chunked = true;
        }
        Ok(())
    }

    fn framing(&self, status: StatusCode, asked: Asked) -> Framing {
        let tunnel = asked == Asked::Tunnel && status.is_success();
        if asked == Asked::Head || tunnel || matches!(status.as_u16(), 101 | 204 | 304) {
            return Framing::Empty;
        }
        match self.length {
            _ if self.chunked => Framing::Chunked,
            Some(0) => Framing::Empty,
            Some(length) => Framing::Length(length),
            None => Framing::UntilClose,
        }
    }
}

/// A number of digits alone: `str::parse` would allow a plus sign.
fn digits(text: &[u8]) -> Option<u64> {
    if text.is_empty() {
        return None;
    }
    text.iter().try_fold(0_u64, |number, byte| {
        let digit = byte.is_ascii_digit().then(|| u64::from(byte - b'0'))?;
        number.checked_mul(10)?.checked_add(digit)
    })
}
