//! Decompression of whole bodies, bounded: a small answer may unpack to any size.

use std::pin::Pin;

use async_compression::tokio::bufread::{BrotliDecoder, GzipDecoder, ZlibDecoder, ZstdDecoder};
use bytes::Bytes;
use katydid_core::FailureKind;
use tokio::io::{AsyncRead, AsyncReadExt as _};

use crate::error::RequestFailed;

/// What the session says it can read.
pub(crate) const ACCEPT_ENCODING: &str = "gzip, br, zstd, deflate";

/// Undoes a `Content-Encoding`.
///
/// # Errors
/// An unknown coding, broken data, or more than `limit` bytes.
pub(crate) async fn decode(
    body: Bytes,
    encoding: &str,
    limit: usize,
) -> Result<Bytes, RequestFailed> {
    let mut body = body;
    // Applied in the order listed, so undone from the last.
    for coding in encoding.rsplit(',').map(str::trim) {
        let source = &body[..];
        let mut decoder: Pin<Box<dyn AsyncRead + '_>> = match coding.to_ascii_lowercase().as_str() {
            "" | "identity" => continue,
            "gzip" | "x-gzip" => Box::pin(GzipDecoder::new(source)),
            "deflate" => Box::pin(ZlibDecoder::new(source)),
            "br" => Box::pin(BrotliDecoder::new(source)),
            "zstd" => Box::pin(ZstdDecoder::new(source)),
            other => {
                let text = format!("unknown content-encoding {other:?}");
                return Err(RequestFailed::new(FailureKind::Protocol, text));
            }
        };
        let mut out = Vec::new();
        let read =
            (&mut decoder).take((limit as u64).saturating_add(1)).read_to_end(&mut out).await;
        read.map_err(|error| {
            let text = format!("the body is not valid {coding}: {error}");
            RequestFailed::new(FailureKind::Protocol, text)
        })?;
        drop(decoder);
        if out.len() > limit {
            return Err(too_large(limit));
        }
        body = out.into();
    }
    Ok(body)
}

/// The failure of a body beyond the limit.
pub(crate) fn too_large(limit: usize) -> RequestFailed {
    let text = format!("the body is larger than the limit of {limit} bytes (--max-body)");
    RequestFailed::new(FailureKind::TooLarge, text)
}
