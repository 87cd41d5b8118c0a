//! The id of a request: in the answer, in every line that is logged for it, in the audit log.

use std::{
    fmt,
    sync::atomic::{AtomicU64, Ordering},
};

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use uuid::Uuid;

/// Who asks may choose the id with it, and is told it in it.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Longest id that is taken from a request.
const MOST_CHARACTERS: usize = 128;

/// Makes ids that no other process makes.
#[derive(Debug)]
pub(crate) struct RequestIds {
    process: u64,
    next: AtomicU64,
}

/// The id of one request; letters, digits, `.`, `_` and `-`.
#[derive(Debug, Clone)]
pub(crate) struct RequestId(HeaderValue);

impl RequestIds {
    pub(crate) fn new() -> Self {
        Self { process: Uuid::new_v4().as_u64_pair().0, next: AtomicU64::new(1) }
    }

    /// The id that a request brings, if it can be one; else a new one.
    pub(crate) fn of(&self, headers: &HeaderMap) -> RequestId {
        let brought = headers.get(REQUEST_ID).filter(|id| is_well_formed(id.as_bytes()));
        brought.map_or_else(|| self.make(), |id| RequestId(id.clone()))
    }

    pub(crate) fn make(&self) -> RequestId {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let text = format!("{:016x}-{number:x}", self.process);
        RequestId(HeaderValue::try_from(text).expect("digits and a hyphen"))
    }
}

impl RequestId {
    pub(crate) fn write(self, headers: &mut HeaderMap) {
        headers.insert(REQUEST_ID, self.0);
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.to_str().unwrap_or_default())
    }
}

/// Nothing that could break a line, a file's name or a query of whoever looks for it.
fn is_well_formed(id: &[u8]) -> bool {
    let fits = |byte: &u8| byte.is_ascii_alphanumeric() || b"._-".contains(byte);
    (1..=MOST_CHARACTERS).contains(&id.len()) && id.iter().all(fits)
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue};

    use super::{REQUEST_ID, RequestIds};

    #[test]
    fn an_id_is_taken_when_it_can_be_one() {
        let ids = RequestIds::new();
        let taken = |id: &[u8]| {
            let headers: HeaderMap =
                [(REQUEST_ID, HeaderValue::from_bytes(id).unwrap())].into_iter().collect();
            ids.of(&headers).to_string().as_bytes() == id
        };
        for good in ["a", "3f2a-17", "4bf92f35.77b3_4da6", &"x".repeat(128)] {
            assert!(taken(good.as_bytes()), "{good}");
        }
        for bad in ["", "a b", "a\tb", "a=b", "<script>", "\u{e9}", &"x".repeat(129)] {
            assert!(!taken(bad.as_bytes()), "{bad}");
        }
        let (one, other) = (ids.make().to_string(), RequestIds::new().make().to_string());
        assert_ne!(one, ids.make().to_string());
        assert_ne!(one, other);
    }
}
