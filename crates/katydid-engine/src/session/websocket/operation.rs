//! Something done on a WebSocket, from its beginning until it is counted.

use std::cell::Cell;
use std::rc::Rc;

use katydid_core::{Bytes, FailureKind, Look, Outcome, Phases, RowId, Sample};

use super::end::End;
use super::inbox::Arrived;
use super::message::WebSocketMessage;
use crate::error::RequestFailed;
use crate::run::Ticket;
use crate::session::record::Record;

/// Under way. Dropped before its end it was cut.
pub(super) struct Operation {
    pub(super) record: Record,
    /// The right to it, given back at its end.
    pub(super) ticket: Option<Ticket>,
    pub(super) due_ns: u64,
    pub(super) begun_ns: u64,
}

impl Operation {
    /// Counts it as a success that ended at `end_ns`, with its message written until `sent_ns`.
    pub(super) fn succeed(mut self, sent_ns: u64, end_ns: u64, bytes: Bytes) {
        let mut sample = self.sample(sent_ns, end_ns, bytes);
        // What was agreed on has happened; there is nothing else to look at.
        sample.looked_at = Look::Answer;
        self.record.close(&mut sample, None, None);
        drop(self.ticket);
    }

    /// The same, in another row.
    pub(super) fn succeed_as(mut self, row: RowId, end_ns: u64, bytes: Bytes) {
        self.record.set_row(row);
        let begun_ns = self.begun_ns;
        self.succeed(begun_ns, end_ns, bytes);
    }

    /// Counts it as failed.
    pub(super) fn fail(
        mut self,
        failed: RequestFailed,
        end_ns: u64,
        bytes: Bytes,
    ) -> RequestFailed {
        let mut sample = self.sample(self.begun_ns, end_ns, bytes);
        self.record.close(&mut sample, Some(&failed), None);
        failed
    }

    /// Counts it as failed by the end of the connection.
    pub(super) fn end(self, end: &End, bytes: Bytes) -> RequestFailed {
        self.fail(end.failed(), end.at_ns(), bytes)
    }

    /// Counts it as failed by its time limit, now.
    pub(super) fn time_out(self, text: String, now_ns: u64, bytes: Bytes) -> RequestFailed {
        self.fail(RequestFailed::new(FailureKind::Timeout, text), now_ns, bytes)
    }

    /// Hands a message over to the suite, which judges it.
    pub(super) fn hand_over(
        self,
        arrived: Arrived,
        url: &Rc<str>,
        sent_ns: u64,
        sent: u64,
    ) -> WebSocketMessage {
        let body = arrived.message.len() as u64;
        let bytes = Bytes { sent, received: arrived.received, body };
        let sample = self.sample(sent_ns, arrived.at_ns, bytes);
        WebSocketMessage {
            text: arrived.message.is_text(),
            data: arrived.message.into_data(),
            url: Rc::clone(url),
            record: self.record,
            sample,
            judged: None,
            looked_at: Cell::new(Look::Unseen),
        }
    }

    /// What came before it was asked for took no time.
    fn sample(&self, sent_ns: u64, end_ns: u64, bytes: Bytes) -> Sample {
        let last_byte_ns = end_ns.max(self.begun_ns);
        let send_ns = sent_ns.clamp(self.begun_ns, last_byte_ns) - self.begun_ns;
        let wait_ns = last_byte_ns - self.begun_ns - send_ns;
        Sample {
            due_ns: self.due_ns,
            sent_ns: self.begun_ns,
            first_byte_ns: last_byte_ns,
            last_byte_ns,
            phases: Phases { send_ns, wait_ns, ..Phases::default() },
            bytes,
            outcome: Outcome::Success,
            ..Sample::default()
        }
    }
}
