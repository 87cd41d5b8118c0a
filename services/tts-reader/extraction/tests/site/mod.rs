//! A web site for the tests: raw bytes over a real socket, so that it can misbehave at will.

use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

type Answering = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Starts a site that gives each connection and the request's head to `answer`; its base URL.
pub(crate) async fn site<F, A>(answer: F) -> String
where
    F: Fn(TcpStream, String) -> A + Send + Sync + 'static,
    A: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address: SocketAddr = listener.local_addr().unwrap();
    let answer: Arc<dyn Fn(TcpStream, String) -> Answering + Send + Sync> =
        Arc::new(move |socket, head| Box::pin(answer(socket, head)));
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let answer = Arc::clone(&answer);
            tokio::spawn(async move {
                let head = read_head(&mut socket).await;
                answer(socket, head).await;
            });
        }
    });
    format!("http://{address}")
}

/// A site with one answer for every path.
pub(crate) async fn fixed(head: &str, body: impl Into<Vec<u8>>) -> String {
    let answer = Arc::new(response(head, &body.into()));
    site(move |mut socket, _| {
        let answer = Arc::clone(&answer);
        // The client may have seen enough and gone.
        async move { drop(socket.write_all(&answer).await) }
    })
    .await
}

/// A whole answer; `head` is the status line and headers without the length.
pub(crate) fn response(head: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!("HTTP/1.1 {head}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
    [head.as_bytes(), body].concat()
}

async fn read_head(socket: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match socket.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => break,
        }
    }
    String::from_utf8_lossy(&head).into_owned()
}
