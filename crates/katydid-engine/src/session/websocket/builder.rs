//! A WebSocket before it is opened.

use std::borrow::Cow;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use http::Method;
use serde::Serialize;

use super::driver::drive;
use super::handshake::Handshake;
use super::home::{Home, label};
use super::inbox::Room;
use super::line::Line;
use super::link::Link;
use super::socket::WebSocket;
use crate::error::RequestFailed;
use crate::session::exchange;
use crate::session::request::RequestBuilder;
use crate::session::user_session::Session;

/// Messages that may wait to be received, unless the suite says otherwise.
const UNREAD: usize = 1_000;

impl Session {
    /// A WebSocket: a path of the run's host, or a whole address (`ws:`, `wss:`).
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use katydid_engine::{Session, TaskResult};
    ///
    /// async fn follow(session: &mut Session) -> TaskResult {
    ///     let mut socket =
    ///         session.websocket("/jobs/7/progress").name("/jobs/{id}/progress").connect().await?;
    ///     socket.send_text("begin").await?;
    ///     while let Some(message) = socket.next(Duration::from_secs(10)).await? {
    ///         message.check("names the job", |message| message.text().contains("7"))?;
    ///     }
    ///     Ok(())
    /// }
    /// ```
    pub fn websocket(&mut self, url: impl AsRef<str>) -> WebSocketBuilder<'_> {
        WebSocketBuilder::new(self, url.as_ref())
    }
}

/// A WebSocket of a session, not opened yet.
///
/// Its handshake carries what every request of the session carries: headers, bearer token, cookies.
/// Mistakes do not stop the run: the handshake is then counted as failed, with the mistake as its
/// text.
#[must_use = "a WebSocket does nothing until it is connected"]
pub struct WebSocketBuilder<'s> {
    request: RequestBuilder<'s>,
    name: Cow<'static, str>,
    protocols: Vec<String>,
    most_message: usize,
    room: Room,
}

impl<'s> WebSocketBuilder<'s> {
    fn new(session: &'s mut Session, url: &str) -> Self {
        let most = session.setup.http.settings.max_body;
        let address = match url.split_once("://") {
            Some(("ws", rest)) => Cow::Owned(format!("http://{rest}")),
            Some(("wss", rest)) => Cow::Owned(format!("https://{rest}")),
            _ => Cow::Borrowed(url),
        };
        let mut request = RequestBuilder::new(session, Method::GET, &address);
        request.redirects = false;
        request.upgrade = Some(Box::default());
        Self {
            request,
            name: Cow::Owned(url.to_owned()),
            protocols: Vec::new(),
            most_message: most,
            room: Room { messages: UNREAD, bytes: most },
        }
    }

    /// What its rows in the report are called, instead of the path: `NAME[connect]`, `NAME[send]`
    /// and so on.
    pub fn name(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.name = name.into();
        self
    }

    /// Tags of its rows, instead of the task's.
    pub fn tags<'a>(mut self, tags: impl IntoIterator<Item = &'a str>) -> Self {
        self.request = self.request.tags(tags);
        self
    }

    /// Offers a subprotocol; the first one offered is the one liked best. The server must choose
    /// one of them.
    pub fn subprotocol(mut self, name: &str) -> Self {
        let token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
        // The name is not repeated: some send a token this way.
        let mistake = if name.is_empty() || !name.chars().all(token) {
            "a subprotocol has a sign that none may have, such as a blank, a comma or `=`"
        } else if self.protocols.iter().any(|known| known == name) {
            "a subprotocol is offered twice"
        } else {
            self.protocols.push(name.to_owned());
            return self;
        };
        self.request = self.request.broken(mistake.to_owned());
        self
    }

    /// Adds a header to the handshake.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.request = self.request.header(name, value);
        self
    }

    /// Sends a bearer token with this handshake only.
    pub fn bearer(mut self, token: &str) -> Self {
        self.request = self.request.bearer(token);
        self
    }

    /// Adds a query to the address.
    pub fn query<T: Serialize + ?Sized>(mut self, query: &T) -> Self {
        self.request = self.request.query(query);
        self
    }

    /// A time limit for the handshake, for each message sent and for closing, instead of
    /// `--timeout`.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.request = self.request.timeout(limit);
        self
    }

    /// The largest message that is taken, in bytes, instead of `--max-body`.
    pub fn max_message(mut self, bytes: usize) -> Self {
        self.most_message = bytes;
        self.room.bytes = self.room.bytes.max(bytes);
        self
    }

    /// How many messages may wait to be received, instead of 1,000. With one more the WebSocket is
    /// closed, and what needs it next fails.
    pub fn max_unread(mut self, messages: usize) -> Self {
        self.room.messages = messages;
        self
    }

    /// Opens it: a connection of its own and the handshake.
    ///
    /// # Errors
    /// When the server does not consent, or there is no whole answer. It has been counted as failed.
    pub async fn connect(self) -> Result<WebSocket, RequestFailed> {
        let Self { mut request, name, protocols, most_message, room } = self;
        let limit = request.limit();
        let handshake = Handshake::new(protocols);
        handshake.ask(&mut request);
        request.name = Some(label(&name, "connect").into());
        let tags = Arc::clone(request.tags.as_ref().unwrap_or(&request.session.tags));
        let home = Home::new(request.session, &name, &tags);
        // Large and rare; boxed so that a task does not carry the room for it.
        let sent = Box::pin(exchange::send(&mut request)).await;
        let answer = sent.map_err(|unanswered| unanswered.count())?;
        let opened_ns = answer.sample.last_byte_ns;
        // As a browser shows it.
        let url: Rc<str> = answer.target.url.as_str().replacen("http", "ws", 1).into();
        let protocol = handshake.check(answer)?;
        let upgraded = request.upgrade.take().and_then(|upgrade| upgrade.taken_over);
        let (socket, rest) = upgraded.expect("an answer with 101 hands the connection over");
        let line = Line::new(socket, &rest, home.clock, opened_ns, most_message);
        let link = Rc::new(Link::new(line, room));
        tokio::task::spawn_local(drive(Rc::clone(&link)));
        Ok(WebSocket::new(link, home, url, protocol, limit))
    }
}

impl std::fmt::Debug for WebSocketBuilder<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "WebSocketBuilder({})", self.name)
    }
}
