//! The body of an HTTP/2 answer, read up to a limit.

use bytes::Bytes;

use super::decode::too_large;
use super::http2::failure;
use crate::error::RequestFailed;

/// A body as it comes; one frame, the usual case, is kept without a copy.
pub(super) struct Collected {
    limit: usize,
    first: Bytes,
    all: Vec<u8>,
}

impl Collected {
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, first: Bytes::new(), all: Vec::new() }
    }

    pub(super) fn push(
        &mut self,
        frame: Result<hyper::body::Frame<Bytes>, hyper::Error>,
    ) -> Result<(), RequestFailed> {
        // Trailers are read and let go.
        let Ok(data) = frame.map_err(|error| failure(&error))?.into_data() else { return Ok(()) };
        if self.first.len() + self.all.len() + data.len() > self.limit {
            return Err(too_large(self.limit));
        }
        if self.first.is_empty() && self.all.is_empty() {
            self.first = data;
        } else {
            if self.all.is_empty() {
                self.all.extend_from_slice(&std::mem::take(&mut self.first));
            }
            self.all.extend_from_slice(&data);
        }
        Ok(())
    }

    pub(super) fn into_bytes(self) -> Bytes {
        if self.all.is_empty() { self.first } else { self.all.into() }
    }
}
