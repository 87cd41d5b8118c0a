//! One WebSocket, within bounds: what comes is small and seldom, what goes is taken in time.

use std::{borrow::Cow, time::Duration};

use futures_util::{SinkExt, StreamExt};
use socket2::SockRef;
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        Error, Message,
        error::{CapacityError, ProtocolError},
        protocol::{CloseFrame, Role, WebSocketConfig},
    },
};
use tokio_util::sync::CancellationToken;

use crate::connections::Taken;

/// Largest message of a client: a token fits.
const MOST_BYTES: usize = 8 * 1024;
/// Messages of a client between two of our pings.
const MOST_MESSAGES: u32 = 50;
/// Bytes that the system keeps for a client that does not read. It doubles them.
const SYSTEM_BUFFER: usize = 8 * 1024;
/// How long one message may take until the system has it: a client that does not read is dropped.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long the end of a WebSocket may take.
const FAREWELL: Duration = Duration::from_secs(2);

/// A WebSocket of one client.
pub(super) struct Line {
    socket: WebSocketStream<TcpStream>,
    /// The service stops.
    stop: CancellationToken,
    /// Something came since the last ping.
    heard: bool,
    messages: u32,
}

/// Why a WebSocket ends.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum End {
    /// The client is gone, or said so.
    Gone,
    /// Nothing comes from it any more.
    Silent,
    /// It does not read.
    Slow,
    /// It is told a code and why.
    Told(u16, Cow<'static, str>),
    /// … and did what no WebSocket does: nothing that it sends is read any more.
    Fault(u16, Cow<'static, str>),
}

impl End {
    pub(super) fn told(code: u16, why: impl Into<Cow<'static, str>>) -> Self {
        Self::Told(code, why.into())
    }

    pub(super) fn stopping() -> Self {
        Self::told(1012, "The service restarts; connect again")
    }
}

impl From<Error> for End {
    fn from(error: Error) -> Self {
        match error {
            Error::Capacity(CapacityError::MessageTooLong { .. }) => {
                Self::Fault(1009, format!("A message may have {MOST_BYTES} bytes").into())
            }
            Error::Protocol(fault) if !is_end(&fault) => {
                Self::Fault(1002, fault.to_string().into())
            }
            Error::Utf8(_) => Self::Fault(1007, "A text must be UTF-8".into()),
            _ => Self::Gone,
        }
    }
}

impl Line {
    pub(super) async fn on(taken: Taken) -> Self {
        let Taken { socket, read, stop } = taken;
        if let Err(error) = SockRef::from(&socket).set_send_buffer_size(SYSTEM_BUFFER) {
            tracing::debug!(%error, "cannot bound what the system keeps for a WebSocket");
        }
        let config = WebSocketConfig::default()
            .read_buffer_size(1_024)
            // Each record goes at once.
            .write_buffer_size(0)
            .max_write_buffer_size(64 * 1_024)
            .max_message_size(Some(MOST_BYTES))
            .max_frame_size(Some(MOST_BYTES));
        let socket =
            WebSocketStream::from_partially_read(socket, read, Role::Server, Some(config)).await;
        Self { socket, stop, heard: true, messages: 0 }
    }

    /// What the client sends next. May be dropped while it waits.
    ///
    /// # Errors
    /// The end, if that is next, or one message too many.
    pub(super) async fn hear(&mut self) -> Result<Message, End> {
        let message = match self.socket.next().await {
            Some(Ok(Message::Close(_))) | None => return Err(End::Gone),
            Some(message) => message?,
        };
        self.heard = true;
        self.messages += 1;
        if self.messages > MOST_MESSAGES {
            return Err(End::told(1008, "Too many messages"));
        }
        Ok(message)
    }

    /// # Errors
    /// The end, if the client is gone or does not read.
    pub(super) async fn say(&mut self, message: Message) -> Result<(), End> {
        tokio::select! {
            biased;
            said = timeout(PATIENCE, self.socket.send(message)) => match said {
                Ok(said) => said.map_err(End::from),
                Err(_) => Err(End::Slow),
            },
            () = self.stop.cancelled() => Err(End::stopping()),
        }
    }

    /// Asks whether the client is still there.
    ///
    /// # Errors
    /// When nothing came since it was last asked.
    pub(super) async fn ping(&mut self) -> Result<(), End> {
        self.messages = 0;
        if !std::mem::take(&mut self.heard) {
            return Err(End::Silent);
        }
        self.say(Message::Ping(Vec::new().into())).await
    }

    /// Ends it. What comes back still has something of the client's to be read.
    pub(super) async fn close(mut self, end: End) -> Option<TcpStream> {
        let (told, fault) = match end {
            End::Silent | End::Slow => return None,
            End::Gone => (None, false),
            End::Told(code, why) => (Some((code, why)), false),
            End::Fault(code, why) => (Some((code, why)), true),
        };
        let frame = told.map(|(code, why)| CloseFrame {
            code: code.into(),
            reason: String::from(shortened(&why)).into(),
        });
        let farewell = async {
            self.socket.close(frame).await?;
            // After a fault nothing can be read from it in order.
            while !fault && self.socket.next().await.transpose()?.is_some() {}
            Ok::<(), Error>(())
        };
        if !matches!(timeout(FAREWELL, farewell).await, Ok(Ok(()))) {
            tracing::debug!("a WebSocket ended without a farewell");
        }
        fault.then(|| self.socket.into_inner())
    }
}

/// Told as faults, but only the end without a farewell.
fn is_end(fault: &ProtocolError) -> bool {
    use ProtocolError::{ResetWithoutClosingHandshake, SendAfterClosing};
    matches!(fault, ResetWithoutClosingHandshake | SendAfterClosing)
}

/// A reason has at most 123 bytes.
fn shortened(why: &str) -> &str {
    &why[..why.floor_char_boundary(123)]
}

#[cfg(test)]
mod tests {
    use super::shortened;

    #[test]
    fn a_reason_fits_its_frame() {
        assert_eq!(shortened("short"), "short");
        assert_eq!(shortened(&"é".repeat(100)).len(), 122);
    }
}
