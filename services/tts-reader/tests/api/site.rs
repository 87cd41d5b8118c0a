//! A web site for the tests of extraction: raw bytes, so that it can misbehave at will.

use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// A running site, for as long as the test.
pub(crate) struct Site {
    pub(crate) url: String,
    asked: Arc<AtomicUsize>,
}

impl Site {
    /// Each connection is given to `answer` once its request has come.
    pub(crate) async fn new<F, A>(answer: F) -> Self
    where
        F: Fn(TcpStream) -> A + Send + Sync + 'static,
        A: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/page", listener.local_addr().unwrap());
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    match socket.read_u8().await {
                        Ok(byte) => head.push(byte),
                        Err(_) => break,
                    }
                }
                count.fetch_add(1, Ordering::Relaxed);
                tokio::spawn(answer(socket));
            }
        });
        Self { url, asked }
    }

    /// The same answer each time; `head` is the status line and headers without the length.
    pub(crate) async fn fixed(head: &str, body: impl Into<Vec<u8>>) -> Self {
        let body = body.into();
        let length = body.len();
        let head =
            format!("HTTP/1.1 {head}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
        let answer = Arc::new([head.as_bytes(), &body].concat());
        Self::new(move |mut socket| {
            let answer = Arc::clone(&answer);
            // The service may have seen enough and gone.
            async move { drop(socket.write_all(&answer).await) }
        })
        .await
    }

    /// How often it was asked.
    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}
