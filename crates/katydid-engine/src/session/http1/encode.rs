//! A request as bytes, ready for one write.

use http::header::{CONNECTION, CONTENT_LENGTH, HOST, TRANSFER_ENCODING};
use http::{HeaderName, Method};
use katydid_core::FailureKind;

use super::head::Asked;
use crate::error::RequestFailed;
use crate::session::outgoing::Outgoing;

/// Writes everything up to the body, and for chunks the first one's size.
pub(super) fn head(request: &Outgoing<'_>, out: &mut Vec<u8>) -> Result<(), RequestFailed> {
    out.extend_from_slice(request.method.as_str().as_bytes());
    out.push(b' ');
    let target = request.target;
    if request.gives(&HOST) {
        out.extend_from_slice(target.request_line().as_bytes());
        for host in request.given(&HOST) {
            line(out, HOST.as_str(), host.as_bytes());
        }
    } else {
        out.extend_from_slice(target.request_line_and_host().as_bytes());
    }
    request.headers(|name, value| {
        if name != HOST.as_str() {
            line(out, name, value);
        }
    });
    framing(request, out)
}

#[inline]
fn line(out: &mut Vec<u8>, name: &str, value: &[u8]) {
    for part in [name.as_bytes(), b": ", value, b"\r\n"] {
        out.extend_from_slice(part);
    }
}

/// The length, unless the suite asks for chunks: then the body is one chunk.
fn framing(request: &Outgoing<'_>, out: &mut Vec<u8>) -> Result<(), RequestFailed> {
    let length = request.body.len();
    let mistake = |text: String| Err(RequestFailed::new(FailureKind::Request, text));
    for given in request.given(&CONTENT_LENGTH) {
        if given.as_bytes() != length.to_string().as_bytes() {
            return mistake(format!(
                "the header content-length says {given:?}, but the body has {length} bytes; leave \
                 the header out"
            ));
        }
    }
    if is_chunked(request) {
        if request.given(&TRANSFER_ENCODING).any(|value| value != "chunked") {
            return mistake("of the transfer-encodings only `chunked` can be sent".to_owned());
        }
        line(out, TRANSFER_ENCODING.as_str(), b"chunked");
        out.extend_from_slice(b"\r\n");
        if length > 0 {
            out.extend_from_slice(format!("{length:x}\r\n").as_bytes());
        }
        return Ok(());
    }
    if request.tells_length() || request.gives(&CONTENT_LENGTH) {
        out.extend_from_slice(b"content-length: ");
        number(out, length);
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(b"\r\n");
    Ok(())
}

/// What follows the body.
pub(super) fn tail(request: &Outgoing<'_>) -> &'static [u8] {
    match (is_chunked(request), request.body.is_empty()) {
        (false, _) => b"",
        (true, true) => b"0\r\n\r\n",
        (true, false) => b"\r\n0\r\n\r\n",
    }
}

fn is_chunked(request: &Outgoing<'_>) -> bool {
    request.gives(&TRANSFER_ENCODING)
}

fn number(out: &mut Vec<u8>, number: usize) {
    let mut digits = [0; 20];
    let (mut at, mut rest) = (digits.len(), number);
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[at..]);
}

/// What the request says about its answer.
pub(super) fn asked(method: &Method) -> Asked {
    match *method {
        Method::HEAD => Asked::Head,
        Method::CONNECT => Asked::Tunnel,
        _ => Asked::Body,
    }
}

/// Whether the suite asks the server to close after the answer.
pub(super) fn closes(request: &Outgoing<'_>) -> bool {
    let has = |name: &HeaderName| request.gives(name);
    has(&CONNECTION)
        && request.given(&CONNECTION).any(|value| {
            let mut tokens = value.as_bytes().split(|byte| *byte == b',');
            tokens.any(|token| token.trim_ascii().eq_ignore_ascii_case(b"close"))
        })
}
