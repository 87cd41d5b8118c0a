//! A client that sends bytes as it likes.

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// A connection to a service.
pub(crate) struct Raw(pub(crate) TcpStream);

/// An answer, as it came.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) json: Value,
}

impl Raw {
    pub(crate) async fn to(url: &str) -> Self {
        Self(TcpStream::connect(url.strip_prefix("http://").unwrap()).await.unwrap())
    }

    pub(crate) async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.0.write_all(bytes.as_ref()).await.unwrap();
    }

    /// The next answer, which has a length.
    pub(crate) async fn answer(&mut self) -> Answer {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(self.0.read_u8().await.unwrap());
        }
        let head = String::from_utf8(head).unwrap().to_ascii_lowercase();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let mut body = vec![0; length.unwrap_or("0").parse().unwrap()];
        self.0.read_exact(&mut body).await.unwrap();
        let json = serde_json::from_slice(&body)
            .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&body).into_owned()));
        Answer { status, head, json }
    }

    /// Everything that still comes, until the service ends the connection.
    pub(crate) async fn rest(&mut self) -> String {
        let mut rest = String::new();
        self.0.read_to_string(&mut rest).await.unwrap();
        rest
    }
}

impl Answer {
    /// A refusal with the common headers, after which the connection ends.
    #[track_caller]
    pub(crate) fn expect_last(self, status: u16, detail: &str) -> Self {
        assert_eq!((self.status, &self.json["detail"]), (status, &Value::from(detail)), "{self:?}");
        for line in ["connection: close", "x-content-type-options: nosniff"] {
            assert!(self.head.lines().any(|one| one == line), "no {line} in {}", self.head);
        }
        assert!(self.head.contains("\r\ncontent-type: application/json\r\n"), "{}", self.head);
        self
    }
}
