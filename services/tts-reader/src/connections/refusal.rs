//! Answers to what never becomes a request: written by hand, whole, in the form that all answers
//! have; and the end of a connection whose client may still be sending.

use std::{io, time::Duration};

use axum::{
    body::to_bytes,
    http::{HeaderValue, StatusCode, header},
    response::IntoResponse,
};
use tokio::{
    io::AsyncWriteExt,
    net::TcpStream,
    time::{Instant, sleep_until, timeout_at},
};

use super::watch::Overdue;
use crate::{
    errors::ApiError,
    middleware::{self, RequestId},
    settings::Limits,
};

/// How long the end of a connection may take.
const PATIENCE: Duration = Duration::from_secs(2);
/// How much of what a refused client still sends is read and thrown away.
pub(super) const SCRAPS: usize = 256 * 1024;
/// … of one that sent more than it may over a WebSocket: programs send a large message whole before they
/// look at what came.
pub(super) const SPILL: usize = 16 * 1024 * 1024;
/// More than any refusal has.
const MOST_BYTES: usize = 64 * 1024;

/// What is wrong with a head that hyper refused with this status. `unread` is what came.
pub(super) fn of_head(status: u16, unread: &[u8], limits: &Limits) -> ApiError {
    let too_large = matches!(status, 414 | 431);
    if too_large && address_bytes(unread) > limits.url_bytes {
        return ApiError::UrlTooLong { limit: limits.url_bytes };
    }
    if too_large {
        return ApiError::HeadTooLarge { bytes: limits.head_bytes, fields: limits.head_fields };
    }
    ApiError::BadHead
}

/// What an overdue connection is told, if anything.
pub(super) fn of_overdue(overdue: Overdue, limits: &Limits) -> Option<ApiError> {
    match overdue {
        Overdue::Head => Some(ApiError::TooSlow { what: "head", limit: limits.head_time }),
        // Nobody asked, or nobody listens.
        Overdue::Idle | Overdue::Answer => None,
    }
}

/// The length of the address in a head that may not be whole.
fn address_bytes(head: &[u8]) -> usize {
    let line = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
    line.split(|byte| *byte == b' ').nth(1).map_or(0, <[u8]>::len)
}

/// The bytes of an answer after which the connection ends.
async fn bytes_of(error: ApiError, id: RequestId) -> Vec<u8> {
    let (mut head, body) = error.into_response().into_parts();
    let body = to_bytes(body, MOST_BYTES).await.unwrap_or_default();
    middleware::write_common(&mut head.headers);
    id.write(&mut head.headers);
    head.headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    head.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
    if let Some(date) = now() {
        head.headers.insert(header::DATE, date);
    }
    let mut bytes = status_line(head.status);
    for (name, value) in &head.headers {
        bytes.extend_from_slice(name.as_str().as_bytes());
        bytes.extend_from_slice(b": ");
        bytes.extend_from_slice(value.as_bytes());
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(b"\r\n");
    bytes.extend_from_slice(&body);
    bytes
}

fn status_line(status: StatusCode) -> Vec<u8> {
    let reason = status.canonical_reason().unwrap_or_default();
    format!("HTTP/1.1 {} {reason}\r\n", status.as_u16()).into_bytes()
}

fn now() -> Option<HeaderValue> {
    let printer = jiff::fmt::rfc2822::DateTimePrinter::new();
    let text = printer.timestamp_to_rfc9110_string(&jiff::Timestamp::now()).ok()?;
    HeaderValue::try_from(text).ok()
}

/// Answers, and ends the connection.
pub(super) async fn answer(mut socket: TcpStream, error: ApiError, id: RequestId) {
    let bytes = bytes_of(error, id).await;
    if let Ok(Ok(())) = timeout_at(Instant::now() + PATIENCE, socket.write_all(&bytes)).await {
        see_out(socket, SCRAPS).await;
    }
}

/// Ends a connection whose last answer is written. Were it closed while more is coming, the client's
/// system would throw the answer away unread; so what comes is read for a while, up to so many bytes.
pub(super) async fn see_out(mut socket: TcpStream, most: usize) {
    let end = Instant::now() + PATIENCE;
    if socket.shutdown().await.is_err() {
        return;
    }
    let mut left = most;
    while left > 0 {
        match timeout_at(end, socket.readable()).await {
            Ok(Ok(())) => match scrap(&socket) {
                Ok(0) => return,
                Ok(read) => left = left.saturating_sub(read),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(_) => return,
            },
            Ok(Err(_)) | Err(_) => return,
        }
    }
    sleep_until(end).await;
}

/// Not kept while waiting: a buffer of its own for each connection would be memory for nothing.
fn scrap(socket: &TcpStream) -> io::Result<usize> {
    socket.try_read(&mut [0; 16 * 1024])
}

#[cfg(test)]
mod tests {
    use super::{bytes_of, of_head};
    use crate::{errors::ApiError, middleware::RequestIds, settings::Limits};

    #[test]
    fn a_head_is_too_large_by_its_address_or_by_the_rest() {
        let limits = Limits::default();
        let long = format!("GET /{} HTTP/1.1\r\nhost: x\r\n", "a".repeat(limits.url_bytes));
        let endless = "a".repeat(20_000);
        for (status, head, told) in [
            (431, long.as_str(), 414),
            (414, long.as_str(), 414),
            (431, &format!("GET /{endless}"), 414),
            (431, &format!("GET / HTTP/1.1\r\nx: {endless}"), 431),
            // No address at all.
            (431, &endless, 431),
            (400, "nonsense\r\n\r\n", 400),
        ] {
            assert_eq!(of_head(status, head.as_bytes(), &limits).status().as_u16(), told);
        }
    }

    #[tokio::test]
    async fn an_answer_by_hand_has_the_form_of_all_answers() {
        let (error, id) =
            (ApiError::Busy { what: "The service", retry_after: 1 }, RequestIds::new());
        let bytes = bytes_of(error, id.make()).await;
        let text = String::from_utf8(bytes).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 503 Service Unavailable\r\n"), "{head}");
        for line in [
            "content-type: application/json",
            "connection: close",
            "retry-after: 1",
            "x-content-type-options: nosniff",
            &format!("content-length: {}", body.len()),
        ] {
            assert_eq!(head.lines().filter(|one| *one == line).count(), 1, "{line}: {head}");
        }
        assert_eq!(body, r#"{"detail":"The service is busy; try again in 1 seconds"}"#);
    }
}
