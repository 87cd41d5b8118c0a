//! An answer, and what the suite makes of it.

use std::borrow::Cow;
use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use katydid_core::{FailureKind, Look, Sample};
use serde::de::DeserializeOwned;

use super::headers::Headers;
use super::record::Record;
use super::retry::retry_after;
use super::target::Target;
use crate::error::RequestFailed;
use crate::hooks::Answered;

/// A body that is not the JSON that was expected.
#[derive(Debug, thiserror::Error)]
#[error("the body is not the expected JSON: {0}")]
pub struct JsonError(#[from] serde_json::Error);

/// An answer with its whole body.
///
/// It is counted once, when it goes out of scope: as a failure if a check or `expect_status` said
/// so, or if its status is 400 or above and nobody expected it; else as a success. Looking at it
/// costs no response time: that ended with the last byte (R18).
pub struct Response {
    pub(crate) status: StatusCode,
    pub(crate) headers: Headers,
    pub(crate) body: Bytes,
    pub(crate) target: Rc<Target>,
    pub(crate) record: Record,
    pub(crate) sample: Sample,
    pub(crate) judged: Option<Result<(), RequestFailed>>,
    /// How far the suite has looked at it.
    pub(crate) looked_at: Cell<Look>,
    /// The suite has called it a success whatever its status.
    pub(crate) excused: bool,
}

impl Response {
    /// The status code.
    pub fn status(&self) -> u16 {
        self.look(Look::Status);
        self.status.as_u16()
    }

    /// A header as text; `None` when absent or not text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.look(Look::Answer);
        self.headers.text(name)
    }

    /// The decompressed body.
    pub fn bytes(&self) -> &[u8] {
        self.look(Look::Answer);
        &self.body
    }

    /// The body as text; what is not UTF-8 becomes `�`.
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(self.bytes())
    }

    /// The body read as JSON.
    ///
    /// # Errors
    /// When it is not JSON, or not of this shape.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, JsonError> {
        Ok(serde_json::from_slice(self.bytes())?)
    }

    /// The address that answered, after redirects.
    pub fn url(&self) -> &str {
        self.look(Look::Answer);
        self.target.url.as_str()
    }

    /// The response time: due to last byte.
    pub fn elapsed(&self) -> Duration {
        Duration::from_nanos(self.sample.response_ns())
    }

    /// Demands this status; it is then no failure, even 400 and above.
    ///
    /// # Errors
    /// When the status is another: the request counts as failed.
    pub fn expect_status(mut self, expected: u16) -> Result<Self, RequestFailed> {
        let status = self.status();
        if status == expected {
            self.judged.get_or_insert(Ok(()));
            return Ok(self);
        }
        let text = format!("HTTP {status} instead of {expected}{}", self.detail());
        Err(self.failed(FailureKind::Status(status), text))
    }

    /// Demands that `holds` says yes; `what` names the demand in the report.
    ///
    /// # Errors
    /// When it says no: the request counts as failed.
    pub fn check(
        self,
        what: &str,
        holds: impl FnOnce(&Self) -> bool,
    ) -> Result<Self, RequestFailed> {
        self.look(Look::Answer);
        if holds(&self) {
            return Ok(self);
        }
        Err(self.failed(FailureKind::Check, format!("check failed: {what}")))
    }

    /// Counts the request as failed, for a reason of the suite's own.
    pub fn fail(self, why: &str) -> RequestFailed {
        self.failed(FailureKind::Manual, why.to_owned())
    }

    /// Counts the request as a success whatever its status.
    pub fn succeed(mut self) {
        self.look(Look::Status);
        // A status that was named before is expected and not excused.
        self.excused = self.judged.is_none();
        self.judged = Some(Ok(()));
    }

    fn look(&self, look: Look) {
        self.looked_at.set(self.looked_at.get().max(look));
    }

    pub(super) fn failed(mut self, kind: FailureKind, text: String) -> RequestFailed {
        self.look(Look::Answer);
        let failed = RequestFailed::new(kind, text);
        self.judged = Some(Err(failed.clone()));
        failed
    }

    /// The beginning of an error body, the part that says what is wrong.
    fn detail(&self) -> String {
        let text = self.text();
        let start: String = text.trim().chars().take(120).collect();
        if start.is_empty() { start } else { format!(": {}", self.record.masked(&start)) }
    }
}

impl Drop for Response {
    fn drop(&mut self) {
        let status = self.status;
        self.sample.looked_at = self.looked_at.get();
        self.sample.excused = self.excused && status.as_u16() >= 400;
        if matches!(status.as_u16(), 429 | 503) {
            let asked = retry_after(&self.headers).map_or(0, |time| time.as_secs());
            self.sample.retry_after_s = u32::try_from(asked).unwrap_or(u32::MAX);
        }
        let judged = self.judged.take().unwrap_or_else(|| {
            if status.as_u16() < 400 {
                return Ok(());
            }
            let reason = status.canonical_reason().unwrap_or_default();
            let text = format!("HTTP {} {reason}{}", status.as_u16(), self.detail());
            Err(RequestFailed::new(FailureKind::Status(status.as_u16()), text))
        });
        let answer = Answered {
            status: Some(status.as_u16()),
            url: self.target.url.as_str(),
            headers: Some(&self.headers),
            body: &self.body,
        };
        self.record.close(&mut self.sample, judged.as_ref().err(), Some(answer));
    }
}

impl std::fmt::Debug for Response {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Response({} from {}, {} bytes)", self.status, self.url(), self.body.len())
    }
}
