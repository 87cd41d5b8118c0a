//! What can be wrong with an answer.

use katydid_core::FailureKind;

use crate::error::RequestFailed;
use crate::session::decode::too_large;

/// Longest piece of an answer repeated in a failure text.
const QUOTED: usize = 40;

/// Why there is no answer, as far as the bytes tell.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Broken {
    #[error("the answer's head is not HTTP/1: {0}")]
    Head(httparse::Error),
    #[error("the answer's head has more than {0} headers")]
    TooManyHeaders(usize),
    #[error("the answer's head is larger than {} KiB", .0 >> 10)]
    HeadTooLarge(usize),
    #[error("the answer begins with an empty line")]
    EmptyLine,
    #[error("{0} is no status")]
    Status(u16),
    #[error("content-length is {0:?}, which is no length")]
    ContentLength(String),
    #[error("two answers in one: content-length says {0} and {1}")]
    TwoLengths(u64, u64),
    #[error("transfer-encoding is {0:?}, but only `chunked` was allowed")]
    TransferEncoding(String),
    #[error("broken chunk: {0}")]
    Chunk(&'static str),
    #[error("more than {} KiB of chunk extensions and trailers", .0 >> 10)]
    ChunkOverhead(usize),
    #[error("the body is larger than the limit of {0} bytes")]
    TooLarge(usize),
    #[error("closed before an answer came")]
    NoAnswer,
    #[error("closed within the answer's head")]
    HalfHead,
    #[error("closed within the answer's body")]
    HalfBody,
}

impl From<Broken> for RequestFailed {
    fn from(broken: Broken) -> Self {
        let kind = match broken {
            Broken::TooLarge(limit) => return too_large(limit),
            Broken::NoAnswer | Broken::HalfHead | Broken::HalfBody => FailureKind::Connection,
            _ => FailureKind::Protocol,
        };
        Self::new(kind, broken.to_string())
    }
}

/// The beginning of a header's value, for a failure text.
pub(super) fn quoted(value: &[u8]) -> String {
    String::from_utf8_lossy(&value[..value.len().min(QUOTED)]).into_owned()
}
