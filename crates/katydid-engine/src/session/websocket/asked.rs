//! What happened on a WebSocket, for an exemplar of it.

use std::rc::Rc;

use katydid_core::mask::Mask;
use katydid_core::{Exemplar, masked_line, message_text};
use tungstenite::Message as Frame;

use crate::hooks::Answered;

/// A message that was sent or waited for.
pub(in crate::session) struct Message {
    url: Rc<str>,
    sent: Option<Frame>,
}

impl Message {
    /// On the WebSocket at `url`.
    pub(super) fn new(url: &Rc<str>, sent: Option<Frame>) -> Self {
        Self { url: Rc::clone(url), sent }
    }

    /// What is kept of it. No command line sends it again: the connection is a part of it.
    pub(in crate::session) fn fill(
        &self,
        exemplar: &mut Exemplar,
        mask: &Mask,
        answer: Option<Answered<'_>>,
    ) {
        exemplar.url = masked_line(&self.url, mask);
        exemplar.request = match &self.sent {
            Some(frame) => text(&frame.clone().into_data(), mask),
            None => "(a message was waited for)".to_owned(),
        };
        exemplar.answer = answer.map_or_else(String::new, |answer| text(answer.body, mask));
    }
}

fn text(data: &[u8], mask: &Mask) -> String {
    message_text("(message)", &[], data, mask)
}
