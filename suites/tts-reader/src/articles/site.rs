//! The site: a small HTTP server on loopback, on a thread of its own.
//!
//! It is part of the target's world, not of the measurement: nothing it does is counted, and a page
//! costs it well under a millisecond.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::oneshot;

use super::article::{Article, Page};

/// Most bytes of a request's head.
const LONGEST_HEAD: usize = 16 << 10;
/// How long a connection may be idle.
const IDLE: Duration = Duration::from_mins(2);

/// A running site; it ends when this value is dropped.
#[derive(Debug)]
pub struct ArticleSite {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl ArticleSite {
    /// Starts the site on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// When the system gives no port or no thread.
    pub fn start() -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_io().enable_time().build()?;
        let (stop, stopped) = oneshot::channel();
        let work = move || runtime.block_on(serve(listener, stopped));
        let thread = std::thread::Builder::new().name("article-site".to_owned()).spawn(work)?;
        Ok(Self { address, stop: Some(stop), thread: Some(thread) })
    }

    /// The address of an article.
    pub fn url(&self, article: &Article) -> String {
        format!("http://{}{}", self.address, article.path())
    }
}

impl Drop for ArticleSite {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic there has already shown itself as pages that do not come.
            let _ = thread.join();
        }
    }
}

/// Accepts connections until the site is dropped.
async fn serve(listener: TcpListener, mut stopped: oneshot::Receiver<()>) {
    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else { return };
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => drop(tokio::spawn(converse(stream))),
                // Too many open files, for example: others may end meanwhile.
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            },
            _ = &mut stopped => return,
        }
    }
}

/// Answers the requests of one connection, one after the other.
async fn converse(mut stream: TcpStream) {
    let mut input = Vec::new();
    while let Ok(Some(head)) = tokio::time::timeout(IDLE, head(&mut stream, &mut input)).await {
        let close = head.to_ascii_lowercase().contains("\r\nconnection: close");
        if stream.write_all(&answer(&head, close)).await.is_err() || close {
            return;
        }
    }
}

/// The next request's head; `None` when there is none. What came after it stays in `input`.
async fn head(stream: &mut TcpStream, input: &mut Vec<u8>) -> Option<String> {
    loop {
        if let Some(end) = input.windows(4).position(|part| part == b"\r\n\r\n") {
            let rest = input.split_off(end + 4);
            let head = std::mem::replace(input, rest);
            return String::from_utf8(head).ok();
        }
        if input.len() > LONGEST_HEAD || stream.read_buf(input).await.ok()? == 0 {
            return None;
        }
    }
}

fn answer(head: &str, close: bool) -> Vec<u8> {
    let mut words = head.split(' ');
    let page = match (words.next(), words.next()) {
        (Some("GET"), Some(path)) => Article::at(path).map(|article| article.page()),
        _ => None,
    };
    let (status, page) = match page {
        Some(page) => ("200 OK", page),
        None => {
            let body = b"There is no such article.".to_vec();
            ("404 Not Found", Page { content_type: "text/plain", body })
        }
    };
    let connection = if close { "connection: close\r\n" } else { "" };
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: {}\r\ncontent-length: {}\r\n{connection}\r\n",
        page.content_type,
        page.body.len()
    );
    let mut answer = head.into_bytes();
    answer.extend_from_slice(&page.body);
    answer
}
