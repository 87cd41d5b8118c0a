//! A message that was received, and what the suite makes of it.

use std::borrow::Cow;
use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use bytes::Bytes;
use katydid_core::{FailureKind, Look, Sample};
use serde::de::DeserializeOwned;

use crate::error::RequestFailed;
use crate::hooks::Answered;
use crate::session::record::Record;
use crate::session::response::JsonError;

/// A message of a WebSocket.
///
/// It is counted once, when it goes out of scope: as a failure if a check said so, else as a
/// success. Looking at it costs no response time: that ended when it arrived.
pub struct WebSocketMessage {
    pub(super) text: bool,
    pub(super) data: Bytes,
    pub(super) url: Rc<str>,
    pub(super) record: Record,
    pub(super) sample: Sample,
    pub(super) judged: Option<RequestFailed>,
    /// How far the suite has looked at it.
    pub(super) looked_at: Cell<Look>,
}

impl WebSocketMessage {
    /// Whether it was sent as text.
    pub fn is_text(&self) -> bool {
        self.look();
        self.text
    }

    /// What it holds, as text; what is not UTF-8 in a binary message becomes `�`.
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(self.bytes())
    }

    /// What it holds.
    pub fn bytes(&self) -> &[u8] {
        self.look();
        &self.data
    }

    /// What it holds, read as JSON.
    ///
    /// # Errors
    /// When it is not JSON, or not of this shape.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, JsonError> {
        Ok(serde_json::from_slice(self.bytes())?)
    }

    /// The response time: from when it was due, which is when it was asked for, until it arrived;
    /// nothing if it was here already.
    pub fn elapsed(&self) -> Duration {
        Duration::from_nanos(self.sample.response_ns())
    }

    /// Demands that `holds` says yes; `what` names the demand in the report.
    ///
    /// # Errors
    /// When it says no: the message counts as failed.
    pub fn check(
        self,
        what: &str,
        holds: impl FnOnce(&Self) -> bool,
    ) -> Result<Self, RequestFailed> {
        self.look();
        if holds(&self) {
            return Ok(self);
        }
        Err(self.failed(FailureKind::Check, format!("check failed: {what}")))
    }

    /// Counts the message as failed, for a reason of the suite's own.
    pub fn fail(self, why: &str) -> RequestFailed {
        self.failed(FailureKind::Manual, why.to_owned())
    }

    fn look(&self) {
        self.looked_at.set(Look::Answer);
    }

    fn failed(mut self, kind: FailureKind, text: String) -> RequestFailed {
        self.look();
        let failed = RequestFailed::new(kind, text);
        self.judged = Some(failed.clone());
        failed
    }
}

impl Drop for WebSocketMessage {
    fn drop(&mut self) {
        self.sample.looked_at = self.looked_at.get();
        let answer = Answered { status: None, url: &self.url, headers: None, body: &self.data };
        self.record.close(&mut self.sample, self.judged.as_ref(), Some(answer));
    }
}

impl std::fmt::Debug for WebSocketMessage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kind = if self.text { "text" } else { "binary" };
        write!(f, "WebSocketMessage({kind}, {} bytes)", self.data.len())
    }
}
