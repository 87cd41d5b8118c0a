//! What stands between a WebSocket's driver, which reads, and its user, who sends and asks.

use std::cell::RefCell;
use std::task::{Context, Poll, Waker};

use katydid_core::FailureKind;
use tungstenite::protocol::frame::coding::CloseCode;
use tungstenite::{Error, Message};

use super::end::{End, failure};
use super::inbox::{Arrived, Inbox, Room};
use super::line::Line;
use crate::error::RequestFailed;

/// The two ends of a WebSocket on this thread. The line is read and written with the driver's waker
/// whoever does it, so that nobody takes the other's place in the socket.
pub(super) struct Link {
    /// `None`: let go of.
    line: RefCell<Option<Line>>,
    inbox: RefCell<Inbox>,
    end: RefCell<Option<End>>,
    driver: RefCell<Option<Waker>>,
    user: RefCell<Option<Waker>>,
}

impl Link {
    pub(super) fn new(line: Line, room: Room) -> Self {
        Self {
            line: RefCell::new(Some(line)),
            inbox: RefCell::new(Inbox::new(room)),
            end: RefCell::default(),
            driver: RefCell::default(),
            user: RefCell::default(),
        }
    }

    /// The driver's work: sends what is to be sent, reads what comes. Ready when the end is known.
    pub(super) fn poll_drive(&self, cx: &mut Context<'_>) -> Poll<()> {
        register(&self.driver, cx);
        self.move_on(cx)
    }

    /// The driver's work after a Close frame: the server closes the connection first (RFC 6455,
    /// 7.1.1), so that its side keeps the port. Ready when it has.
    pub(super) fn poll_closing(&self, cx: &mut Context<'_>) -> Poll<()> {
        let mut slot = self.line.borrow_mut();
        let Some(line) = slot.as_mut() else { return Poll::Ready(()) };
        if matches!(*self.end.borrow(), Some(End::Failed { .. })) {
            return Poll::Ready(());
        }
        if let Poll::Ready(Err(_)) = line.poll_flush(cx) {
            return Poll::Ready(());
        }
        while let Poll::Ready(heard) = line.poll_read(cx) {
            if heard.is_err() {
                return Poll::Ready(());
            }
        }
        Poll::Pending
    }

    /// Does the driver's work now, from the user's side: what has come by now counts as here.
    pub(super) fn look(&self) {
        self.as_driver(|cx| {
            let _ = self.move_on(cx);
        });
    }

    /// Takes a message to be sent.
    pub(super) fn send(&self, message: Message) -> Result<(), End> {
        self.look();
        if let Some(end) = self.end() {
            return Err(end);
        }
        let sent = self.as_driver(|cx| match self.line.borrow_mut().as_mut() {
            Some(line) => line.send(message, cx),
            None => Poll::Ready(Err(Error::AlreadyClosed)),
        });
        if let Poll::Ready(Err(error)) = sent {
            // What the server said before it stopped listening is the better reason.
            self.look();
            return Err(self.end_or(&error));
        }
        Ok(())
    }

    /// When the last byte of what is sent was handed to the system.
    pub(super) fn poll_sent(&self, cx: &mut Context<'_>) -> Poll<Result<u64, End>> {
        if let Some(line) = &*self.line.borrow()
            && !line.is_sending()
        {
            return Poll::Ready(Ok(line.wrote_ns()));
        }
        self.poll_end(cx).map(Err)
    }

    /// The message behind so many others that wait.
    pub(super) fn poll_message(
        &self,
        behind: usize,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Arrived, End>> {
        match self.inbox.borrow_mut().take(behind) {
            Some(arrived) => Poll::Ready(Ok(arrived)),
            None => self.poll_end(cx).map(Err),
        }
    }

    /// The end, once it is known.
    pub(super) fn poll_end(&self, cx: &mut Context<'_>) -> Poll<End> {
        match self.end() {
            Some(end) => Poll::Ready(end),
            None => {
                register(&self.user, cx);
                Poll::Pending
            }
        }
    }

    /// The end, if it is known.
    pub(super) fn end(&self) -> Option<End> {
        self.end.borrow().clone()
    }

    /// Messages that wait to be asked for.
    pub(super) fn waiting(&self) -> usize {
        self.inbox.borrow().len()
    }

    /// Lets go of messages that nobody has asked for; how many bytes they were on the wire.
    pub(super) fn forget_waiting(&self) -> u64 {
        self.inbox.borrow_mut().clear()
    }

    /// Bytes written since this was asked last.
    pub(super) fn take_sent(&self) -> u64 {
        self.line.borrow_mut().as_mut().map_or(0, Line::take_sent)
    }

    /// Bytes read since the last message.
    pub(super) fn take_received(&self) -> u64 {
        self.line.borrow_mut().as_mut().map_or(0, Line::take_received)
    }

    /// Ends it for a reason of ours.
    pub(super) fn give_up(&self, text: &str, at_ns: u64) {
        let failed = RequestFailed::new(FailureKind::Connection, text);
        self.set_end(End::Failed { failed, at_ns });
        self.let_go();
    }

    /// The user is gone: the server hears so, if it can be told without waiting.
    pub(super) fn abandon(&self) {
        if self.end.borrow().is_some() {
            // The driver waits for the server to close, or has let go already.
            return;
        }
        if let Some(mut line) = self.line.take() {
            self.as_driver(|cx| line.say_goodbye(CloseCode::Away, cx));
        }
        wake(&self.driver);
    }

    /// Closes the connection.
    pub(super) fn let_go(&self) {
        drop(self.line.take());
        wake(&self.driver);
    }

    fn as_driver<T>(&self, work: impl FnOnce(&mut Context<'_>) -> T) -> T {
        // Before its first turn, which comes in any case, the driver has no waker.
        let driver = self.driver.borrow().clone();
        let waker = driver.as_ref().unwrap_or(Waker::noop());
        work(&mut Context::from_waker(waker))
    }

    fn move_on(&self, cx: &mut Context<'_>) -> Poll<()> {
        let mut slot = self.line.borrow_mut();
        let Some(line) = slot.as_mut() else { return Poll::Ready(()) };
        let mut broken = None;
        if line.is_sending() {
            match line.poll_flush(cx) {
                Poll::Ready(Ok(())) => wake(&self.user),
                Poll::Ready(Err(error)) => broken = Some(error),
                Poll::Pending => {}
            }
        }
        while self.end.borrow().is_none() {
            match line.poll_read(cx) {
                Poll::Ready(Ok(message)) => self.hear(message, line, cx),
                Poll::Ready(Err(error)) => self.fail(&error, line, cx),
                Poll::Pending => match broken.take() {
                    // Nothing was said that would be a better reason.
                    Some(error) => self.fail(&error, line, cx),
                    None => return Poll::Pending,
                },
            }
        }
        Poll::Ready(())
    }

    fn hear(&self, message: Message, line: &mut Line, cx: &mut Context<'_>) {
        let at_ns = line.read_ns();
        match message {
            Message::Text(_) | Message::Binary(_) => {
                let arrived = Arrived { message, at_ns, received: line.take_received() };
                let kept = self.inbox.borrow_mut().push(arrived);
                match kept {
                    Ok(()) => wake(&self.user),
                    Err(failed) => {
                        line.say_goodbye(CloseCode::Policy, cx);
                        self.set_end(End::Failed { failed, at_ns });
                    }
                }
            }
            Message::Close(frame) => {
                // The answer; what cannot be written now the driver writes.
                let _ = line.poll_flush(cx);
                self.set_end(End::closed(frame, at_ns));
            }
            // Answered by the reading itself; unasked pongs mean nothing.
            Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => {}
        }
    }

    fn fail(&self, error: &Error, line: &mut Line, cx: &mut Context<'_>) {
        let (failed, code) = failure(error);
        if let Some(code) = code {
            line.say_goodbye(code, cx);
        }
        self.set_end(End::Failed { failed, at_ns: line.now_ns() });
    }

    fn end_or(&self, error: &Error) -> End {
        if let Some(end) = self.end() {
            return end;
        }
        let at_ns = self.line.borrow().as_ref().map_or(0, Line::now_ns);
        let end = End::Failed { failed: failure(error).0, at_ns };
        self.set_end(end.clone());
        end
    }

    fn set_end(&self, end: End) {
        self.end.replace(Some(end));
        wake(&self.user);
        wake(&self.driver);
    }
}

fn register(slot: &RefCell<Option<Waker>>, cx: &Context<'_>) {
    let mut slot = slot.borrow_mut();
    if slot.as_ref().is_none_or(|known| !known.will_wake(cx.waker())) {
        *slot = Some(cx.waker().clone());
    }
}

fn wake(slot: &RefCell<Option<Waker>>) {
    if let Some(waker) = &*slot.borrow() {
        waker.wake_by_ref();
    }
}
