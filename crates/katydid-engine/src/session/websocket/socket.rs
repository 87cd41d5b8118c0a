//! An open WebSocket as the suite's code sees it.

use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use katydid_core::{Bytes, FailureKind, format_span};
use tokio::time::{Instant, timeout_at};
use tungstenite::Message;
use tungstenite::protocol::CloseFrame;
use tungstenite::protocol::frame::coding::CloseCode;

use super::end::End;
use super::home::{Deed, Home};
use super::inbox::Arrived;
use super::link::Link;
use super::message::WebSocketMessage;
use super::operation::Operation;
use super::payload::Payload;
use crate::error::RequestFailed;
use crate::run::CENTURY;

/// An open WebSocket.
///
/// Everything done on it is counted as a request with the method [`WS`](crate::WEBSOCKET), in a row
/// for each kind: `NAME[connect]`, `NAME[send]`, `NAME[receive]`, `NAME[exchange]`, `NAME[close]`.
/// What a response time is:
///
/// | row | from | to |
/// | --- | --- | --- |
/// | `connect` | due | last byte of the server's consent; connecting belongs to it |
/// | `send` | the call | last byte handed to the system |
/// | `receive` | the call | the message arrived; 0 if it was here already |
/// | `exchange` | the call | the first message that came after the call arrived |
/// | `close` | the call | the server's Close frame arrived |
///
/// So a `receive` says how long the user waited, and an `exchange` how long the server took. A
/// message arrives when its last byte is read from the socket, whatever the user does at that time:
/// messages are read, and pings answered, at any time, also between tasks if the WebSocket is kept
/// in the user's state.
///
/// Dropped while it is open it is closed with the code 1001, *going away*, without waiting.
pub struct WebSocket {
    link: Rc<Link>,
    home: Home,
    url: Rc<str>,
    protocol: Option<String>,
    limit: Duration,
    /// The suite has been told how it ended.
    told: bool,
}

impl WebSocket {
    pub(super) fn new(
        link: Rc<Link>,
        home: Home,
        url: Rc<str>,
        protocol: Option<String>,
        limit: Duration,
    ) -> Self {
        Self { link, home, url, protocol, limit, told: false }
    }

    /// The subprotocol that the server has chosen.
    pub fn protocol(&self) -> Option<&str> {
        self.protocol.as_deref()
    }

    /// Whether nothing is known of an end. Asking costs nothing and counts as nothing.
    pub fn is_open(&self) -> bool {
        self.link.look();
        self.link.end().is_none()
    }

    /// Messages that have arrived and wait to be received.
    pub fn waiting(&self) -> usize {
        self.link.look();
        self.link.waiting()
    }

    /// Sends a message of text.
    ///
    /// # Errors
    /// When the connection does not take it within the time limit, or has ended.
    pub async fn send_text(&mut self, text: impl Into<String>) -> Result<(), RequestFailed> {
        self.send(text.into()).await
    }

    /// Sends a message: text, JSON or bytes.
    ///
    /// # Errors
    /// When the connection does not take it within the time limit, or has ended.
    pub async fn send(&mut self, message: impl Into<Payload>) -> Result<(), RequestFailed> {
        let Payload(message) = message.into();
        let operation = self.home.begin(Deed::Send, &self.url, Some(message.clone())).await?;
        let body = message.len() as u64;
        let (operation, sent_ns) = self.put(operation, message).await?;
        let bytes = Bytes { sent: self.link.take_sent(), received: 0, body };
        operation.succeed(sent_ns, sent_ns, bytes);
        Ok(())
    }

    /// Waits for the next message, at most `limit`. A message that comes too late is the next one
    /// of the next call.
    ///
    /// # Errors
    /// When none comes in time, or the WebSocket ends, however it does.
    pub async fn receive(&mut self, limit: Duration) -> Result<WebSocketMessage, RequestFailed> {
        let operation = self.home.begin(Deed::Receive, &self.url, None).await?;
        match self.hear(0, limit).await {
            Heard::Message(arrived) => Ok(self.hand_over(operation, arrived)),
            Heard::End(end) => Err(self.ended(operation, &end)),
            Heard::Nothing => Err(self.missed(operation, limit)),
        }
    }

    /// Waits for the next message, at most `limit`, or for the normal end: `None` when the server
    /// closes with the code 1000 or without one. That counts as `NAME[close]`.
    ///
    /// # Errors
    /// When neither comes in time, or the WebSocket ends in another way.
    pub async fn next(
        &mut self,
        limit: Duration,
    ) -> Result<Option<WebSocketMessage>, RequestFailed> {
        let operation = self.home.begin(Deed::Receive, &self.url, None).await?;
        match self.hear(0, limit).await {
            Heard::Message(arrived) => Ok(Some(self.hand_over(operation, arrived))),
            Heard::End(end) if end.is_normal() => {
                self.told = true;
                let bytes = self.moved();
                operation.succeed_as(self.home.row(Deed::Close), end.at_ns(), bytes);
                Ok(None)
            }
            Heard::End(end) => Err(self.ended(operation, &end)),
            Heard::Nothing => Err(self.missed(operation, limit)),
        }
    }

    /// Sends a message and waits for the first one that comes after it, all within `limit`: a
    /// request and its answer, with one time. Messages that came before stay for
    /// [`receive`](Self::receive).
    ///
    /// # Errors
    /// Those of [`send`](Self::send) and of [`receive`](Self::receive).
    pub async fn exchange(
        &mut self,
        message: impl Into<Payload>,
        limit: Duration,
    ) -> Result<WebSocketMessage, RequestFailed> {
        let Payload(message) = message.into();
        let operation = self.home.begin(Deed::Exchange, &self.url, Some(message.clone())).await?;
        self.link.look();
        let before = self.link.waiting();
        let deadline = Instant::now() + limit.min(CENTURY);
        let (operation, sent_ns) = self.put(operation, message).await?;
        let left = deadline.saturating_duration_since(Instant::now());
        match self.hear(before, left).await {
            Heard::Message(arrived) => {
                let sent = self.link.take_sent();
                Ok(operation.hand_over(arrived, &self.url, sent_ns, sent))
            }
            Heard::End(end) => Err(self.ended(operation, &end)),
            Heard::Nothing => Err(self.missed(operation, limit)),
        }
    }

    /// Waits until the server closes with this code, at most `limit`.
    ///
    /// # Errors
    /// When it does not, closes with another code, or sends a message instead. The message stays for
    /// [`receive`](Self::receive).
    pub async fn expect_close(&mut self, code: u16, limit: Duration) -> Result<(), RequestFailed> {
        let operation = self.home.begin(Deed::AwaitClose, &self.url, None).await?;
        let deadline = Instant::now() + limit.min(CENTURY);
        self.link.look();
        let end = poll_fn(|cx| match self.link.waiting() {
            0 => self.link.poll_end(cx).map(Some),
            _ => Poll::Ready(None),
        });
        let end = timeout_at(deadline, self.home.pool.watch_during(end)).await;
        let now_ns = self.home.clock.now_ns();
        match end {
            Ok(Some(end)) => {
                self.told = true;
                if !matches!(&end, End::Closed { code: closed, .. } if *closed == code) {
                    return Err(operation.end(&end, self.moved()));
                }
                let (begun_ns, bytes) = (operation.begun_ns, self.moved());
                operation.succeed(begun_ns, end.at_ns(), bytes);
                Ok(())
            }
            Ok(None) => {
                let text = format!("a message came instead of the end with code {code}");
                let failed = RequestFailed::new(FailureKind::Check, text);
                Err(operation.fail(failed, now_ns, Bytes::default()))
            }
            Err(_) => {
                let text = format!("not closed within {}", format_span(limit));
                Err(operation.time_out(text, now_ns, self.moved()))
            }
        }
    }

    /// Closes it: sends a Close frame with the code 1000 and waits for the server's. What the server
    /// said before and nobody received is let go. Where the server has closed already, and the suite
    /// has been told so, nothing is done and nothing counted.
    ///
    /// # Errors
    /// When the server does not answer within the time limit, or the connection breaks.
    pub async fn close(mut self) -> Result<(), RequestFailed> {
        self.link.look();
        if self.told && self.link.end().is_some() {
            return Ok(());
        }
        let operation = self.home.begin(Deed::Close, &self.url, None).await?;
        let deadline = Instant::now() + self.limit;
        if self.link.end().is_none() {
            let frame = CloseFrame { code: CloseCode::Normal, reason: "".into() };
            // What goes wrong is the end that is waited for.
            let _ = self.link.send(Message::Close(Some(frame)));
        }
        let end = poll_fn(|cx| self.link.poll_end(cx));
        let end = timeout_at(deadline, self.home.pool.watch_during(end)).await;
        self.told = true;
        let mut bytes = self.moved();
        bytes.received += self.link.forget_waiting();
        match end {
            Ok(end) if end.is_normal() => {
                let begun_ns = operation.begun_ns;
                operation.succeed(begun_ns, end.at_ns(), bytes);
                Ok(())
            }
            Ok(end) => Err(operation.end(&end, bytes)),
            Err(_) => {
                let text = format!("no Close frame within {}", format_span(self.limit));
                Err(operation.time_out(text, self.home.clock.now_ns(), bytes))
            }
        }
    }

    /// Sends a message as a part of `operation`; when its last byte was handed to the system.
    async fn put(
        &mut self,
        operation: Operation,
        message: Message,
    ) -> Result<(Operation, u64), RequestFailed> {
        let deadline = Instant::now() + self.limit;
        if let Err(end) = self.link.send(message) {
            return Err(self.ended(operation, &end));
        }
        let sent = poll_fn(|cx| self.link.poll_sent(cx));
        let sent = timeout_at(deadline, self.home.pool.watch_during(sent)).await;
        match sent {
            Ok(Ok(sent_ns)) => Ok((operation, sent_ns)),
            Ok(Err(end)) => Err(self.ended(operation, &end)),
            Err(_) => {
                let (now_ns, bytes) = (self.home.clock.now_ns(), self.moved());
                // Nothing can follow half a message.
                self.link.give_up("a message before was sent only in part", now_ns);
                let limit = format_span(self.limit);
                let text = format!("the server did not take the message within {limit}");
                Err(operation.time_out(text, now_ns, bytes))
            }
        }
    }

    /// Waits for the message behind so many others.
    async fn hear(&self, behind: usize, limit: Duration) -> Heard {
        self.link.look();
        let deadline = Instant::now() + limit.min(CENTURY);
        let message = poll_fn(|cx| self.link.poll_message(behind, cx));
        let heard = timeout_at(deadline, self.home.pool.watch_during(message)).await;
        let heard = match heard {
            Ok(heard) => Poll::Ready(heard),
            Err(_) => {
                // Perhaps it is here, and only the driver has had no turn.
                self.link.look();
                self.link.poll_message(behind, &mut Context::from_waker(Waker::noop()))
            }
        };
        match heard {
            Poll::Ready(Ok(arrived)) => Heard::Message(arrived),
            Poll::Ready(Err(end)) => Heard::End(end),
            Poll::Pending => Heard::Nothing,
        }
    }

    fn hand_over(&self, operation: Operation, arrived: Arrived) -> WebSocketMessage {
        let begun_ns = operation.begun_ns;
        operation.hand_over(arrived, &self.url, begun_ns, self.link.take_sent())
    }

    fn ended(&mut self, operation: Operation, end: &End) -> RequestFailed {
        self.told = true;
        operation.end(end, self.moved())
    }

    fn missed(&self, operation: Operation, limit: Duration) -> RequestFailed {
        let text = format!("no message within {}", format_span(limit));
        operation.time_out(text, self.home.clock.now_ns(), Bytes::default())
    }

    /// What went over the wire and belongs to no message.
    fn moved(&self) -> Bytes {
        Bytes { sent: self.link.take_sent(), received: self.link.take_received(), body: 0 }
    }
}

/// What came while somebody waited.
enum Heard {
    Message(Arrived),
    End(End),
    Nothing,
}

impl Drop for WebSocket {
    fn drop(&mut self) {
        self.link.abandon();
    }
}

impl std::fmt::Debug for WebSocket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "WebSocket({})", self.url)
    }
}
