//! A client that follows a request over a WebSocket.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use reqwest::Method;
use serde_json::Value;
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{
        Error, Message,
        client::IntoClientRequest,
        http::{HeaderName, HeaderValue, Request},
    },
};

use crate::app::{Reply, TestApp, User};

/// Nothing that a test waits for takes as long.
const PATIENCE: Duration = Duration::from_mins(1);

/// A WebSocket that was taken.
pub(crate) struct Socket(pub(crate) WebSocketStream<TcpStream>);

/// Why one was not.
#[derive(Debug)]
pub(crate) struct Refused {
    pub(crate) status: u16,
}

/// What was heard until a WebSocket ended.
#[derive(Debug)]
pub(crate) struct Heard {
    pub(crate) records: Vec<Value>,
    /// The code it was closed with; none: it broke.
    pub(crate) code: Option<u16>,
    pub(crate) why: String,
}

pub(crate) fn asked(app: &TestApp, path: &str, headers: &[(&'static str, &str)]) -> Request<()> {
    let url = format!("{}{path}", app.url.replace("http://", "ws://"));
    let mut request = url.into_client_request().unwrap();
    for (name, value) in headers {
        let value = HeaderValue::from_str(value).unwrap();
        request.headers_mut().insert(HeaderName::from_static(name), value);
    }
    request
}

impl Socket {
    /// Follows a request of a user: the token is the subprotocol.
    pub(crate) async fn follow(app: &TestApp, user: &User, id: &str) -> Self {
        let token = format!("bearer, {}", user.token);
        let path = format!("/api/extract/ws/{id}");
        Self::open(app, &path, &[("sec-websocket-protocol", &token)]).await.unwrap()
    }

    /// Without a token.
    pub(crate) async fn silent(app: &TestApp, id: &str) -> Self {
        Self::open(app, &format!("/api/extract/ws/{id}"), &[]).await.unwrap()
    }

    pub(crate) async fn open(
        app: &TestApp,
        path: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<Self, Refused> {
        let request = asked(app, path, headers);
        let offered = request.headers().contains_key("sec-websocket-protocol");
        let stream = TcpStream::connect(app.url.strip_prefix("http://").unwrap()).await.unwrap();
        match client_async(request, stream).await {
            Ok((socket, answer)) => {
                let chosen = answer.headers().get("sec-websocket-protocol");
                assert_eq!(chosen.is_some_and(|it| it == "bearer"), offered);
                assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
                Ok(Self(socket))
            }
            Err(Error::Http(answer)) => Err(Refused { status: answer.status().as_u16() }),
            Err(other) => panic!("{other}"),
        }
    }

    pub(crate) async fn say(&mut self, message: Message) {
        self.0.send(message).await.unwrap();
    }

    /// The next record.
    pub(crate) async fn record(&mut self) -> Value {
        loop {
            match timeout(PATIENCE, self.0.next()).await.unwrap().unwrap().unwrap() {
                Message::Text(text) => return serde_json::from_str(&text).unwrap(),
                Message::Ping(_) => {}
                other => panic!("no record: {other}"),
            }
        }
    }

    /// Everything until the end.
    pub(crate) async fn rest(mut self) -> Heard {
        let mut heard = Heard { records: Vec::new(), code: None, why: String::new() };
        while let Some(Ok(message)) = timeout(PATIENCE, self.0.next()).await.unwrap() {
            match message {
                Message::Text(text) => heard.records.push(serde_json::from_str(&text).unwrap()),
                Message::Close(Some(frame)) => {
                    heard.code = Some(frame.code.into());
                    heard.why = frame.reason.to_string();
                }
                _ => {}
            }
        }
        heard
    }
}

impl Heard {
    /// All records of a whole request, the first of them its beginning.
    #[track_caller]
    pub(crate) fn expect_whole(&self, status: &str) -> &Self {
        let sequences: Vec<u64> = self.numbers("sequence", |it| it.as_u64().unwrap());
        let first = sequences[0];
        let all: Vec<u64> = (first..first + sequences.len() as u64).collect();
        assert_eq!(sequences, all, "{self:#?}");
        assert_eq!(self.records[0]["status"], "starting", "{self:#?}");
        self.expect_end(status)
    }

    /// Records that never go back, to an end of that kind.
    #[track_caller]
    pub(crate) fn expect_end(&self, status: &str) -> &Self {
        assert!(self.numbers("progress", |it| it.as_f64().unwrap()).is_sorted(), "{self:#?}");
        assert!(self.numbers("sequence", |it| it.as_u64().unwrap()).is_sorted(), "{self:#?}");
        let last = self.records.last().unwrap();
        assert_eq!(
            (&last["status"], &last["progress"]),
            (&status.into(), &1.0.into()),
            "{self:#?}"
        );
        assert_eq!((self.code, self.why.as_str()), (Some(1000), ""), "{self:#?}");
        self
    }

    pub(crate) fn messages(&self) -> Vec<&str> {
        self.records.iter().map(|it| it["message"].as_str().unwrap()).collect()
    }

    fn numbers<T>(&self, name: &str, read: impl Fn(&Value) -> T) -> Vec<T> {
        self.records.iter().map(|it| read(&it[name])).collect()
    }
}

/// Extracts a page under a name.
pub(crate) async fn extract(app: &TestApp, user: &User, page: &str, id: &str) -> Reply {
    let request = app.request(Method::POST, "/api/extract").bearer_auth(&user.token);
    let body = serde_json::json!({ "url": page });
    app.send(request.header("x-progress-id", id).json(&body)).await
}
