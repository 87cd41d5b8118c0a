//! Messages that came and that nobody has asked for yet.

use std::collections::VecDeque;

use katydid_core::FailureKind;
use tungstenite::Message;

use crate::error::RequestFailed;

/// How much may wait in an inbox.
#[derive(Clone, Copy, Debug)]
pub(super) struct Room {
    pub(super) messages: usize,
    pub(super) bytes: usize,
}

/// A message with the moment at which its last byte was read.
#[derive(Debug)]
pub(super) struct Arrived {
    pub(super) message: Message,
    pub(super) at_ns: u64,
    /// Bytes that were read from the socket since the message before.
    pub(super) received: u64,
}

/// What has arrived, in order.
#[derive(Debug)]
pub(super) struct Inbox {
    waiting: VecDeque<Arrived>,
    bytes: usize,
    room: Room,
}

impl Inbox {
    pub(super) fn new(room: Room) -> Self {
        Self { waiting: VecDeque::new(), bytes: 0, room }
    }

    /// Adds a message.
    ///
    /// # Errors
    /// When there is no room for it: a server that says more than anybody listens to must not fill
    /// the generator's memory, and a message that is dropped in silence would be a lie.
    pub(super) fn push(&mut self, arrived: Arrived) -> Result<(), RequestFailed> {
        let bytes = self.bytes + arrived.message.len();
        let text = if self.waiting.len() >= self.room.messages {
            format!("more than {} messages wait to be received (max_unread)", self.room.messages)
        } else if bytes > self.room.bytes {
            format!("more than {} bytes wait to be received (--max-body)", self.room.bytes)
        } else {
            self.bytes = bytes;
            self.waiting.push_back(arrived);
            return Ok(());
        };
        Err(RequestFailed::new(FailureKind::TooLarge, text))
    }

    /// Takes the message behind so many others.
    pub(super) fn take(&mut self, behind: usize) -> Option<Arrived> {
        let arrived = self.waiting.remove(behind)?;
        self.bytes -= arrived.message.len();
        Some(arrived)
    }

    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Lets go of all, and says how many bytes they were on the wire.
    pub(super) fn clear(&mut self) -> u64 {
        self.bytes = 0;
        self.waiting.drain(..).map(|arrived| arrived.received).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arrived(text: &str) -> Arrived {
        Arrived { message: Message::text(text), at_ns: 0, received: text.len() as u64 + 2 }
    }

    #[test]
    fn what_waits_is_bounded_in_number_and_in_bytes_and_nothing_is_lost() {
        let mut inbox = Inbox::new(Room { messages: 2, bytes: 10 });
        inbox.push(arrived("aaaa")).expect("there is room");
        let failed = inbox.push(arrived("bbbbbbb")).expect_err("eleven bytes");
        assert_eq!(failed.kind(), FailureKind::TooLarge);
        inbox.push(arrived("cccccc")).expect("ten bytes");
        let failed = inbox.push(arrived("")).expect_err("three messages");
        assert_eq!(failed.text(), "more than 2 messages wait to be received (max_unread)");
        assert_eq!(inbox.take(1).map(|it| it.message), Some(Message::text("cccccc")));
        assert_eq!(inbox.take(1).map(|it| it.message), None);
        inbox.push(arrived("dddddd")).expect("there is room again");
        assert_eq!((inbox.len(), inbox.clear(), inbox.len()), (2, 14, 0));
    }
}
