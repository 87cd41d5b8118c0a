//! One client's connection: requests on to the backend, answers back, faults between.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::fault::Effect;
use super::live::{Damage, Faults};
use super::message::{Message, Stream};
use crate::http1::GARBAGE;
use crate::reply::wait;

/// Serves one connection until either side ends it.
pub(super) async fn serve(socket: TcpStream, to: SocketAddr, faults: &Faults) {
    let _present = faults.connection();
    let mut client = Stream::new(socket);
    let mut backend = Backend { to, stream: None };
    while let Ok(Some(request)) = client.request().await {
        let _present = faults.request(&request.path);
        let damage = faults.damage(&request.path);
        wait(damage.delay).await;
        match exchange(&mut client, &mut backend, &request, damage, faults).await {
            Ok(true) if request.keep_alive => {}
            _ => return,
        }
    }
}

/// Whether the connection can have another request.
async fn exchange(
    client: &mut Stream,
    backend: &mut Backend,
    request: &Message,
    damage: Damage,
    faults: &Faults,
) -> io::Result<bool> {
    let path = &request.path;
    let socket = &mut client.socket;
    match &damage.end {
        Some((Effect::Status(status), text)) => {
            faults.thawed(path).await;
            wait(damage.body_delay).await;
            let words = format!("{{\"detail\":\"injected by fault-proxy: {text}\"}}");
            socket.write_all(&own_answer(*status, &words, request)).await?;
            return Ok(true);
        }
        Some((Effect::Reset, _)) => {
            faults.thawed(path).await;
            // Closing with unsent data thrown away is what makes the system send RST.
            socket2::SockRef::from(&*socket).set_linger(Some(Duration::ZERO))?;
            return Ok(false);
        }
        Some((Effect::Close, _)) => {
            faults.thawed(path).await;
            socket.shutdown().await?;
            return Ok(false);
        }
        Some((Effect::Garbage, _)) => {
            faults.thawed(path).await;
            socket.write_all(GARBAGE).await?;
            socket.shutdown().await?;
            return Ok(false);
        }
        _ => {}
    }
    let answer = match backend.ask(request).await {
        Ok(answer) => answer,
        Err(error) => {
            let words = format!("{{\"detail\":\"fault-proxy: the backend: {error}\"}}");
            socket.write_all(&own_answer(502, &words, request)).await?;
            return Ok(true);
        }
    };
    faults.thawed(path).await;
    pass_on(socket, answer, &damage).await
}

/// Sends an answer, damaged as it must be. Whether the connection can have another request.
async fn pass_on(socket: &mut TcpStream, answer: Message, damage: &Damage) -> io::Result<bool> {
    let Message { mut head, mut body, mut keep_alive, .. } = answer;
    match damage.end {
        Some((Effect::Half, _)) => {
            // An answer without body loses half of its head.
            let cut = if body.is_empty() { &mut head } else { &mut body };
            cut.truncate(cut.len() / 2);
            keep_alive = false;
        }
        Some((Effect::WrongLength, _)) => {
            head = with_length(&head, body.len() / 2);
            keep_alive = false;
        }
        _ => {}
    }
    if damage.body_delay.is_zero() {
        socket.write_all(&[head, body].concat()).await?;
    } else {
        socket.write_all(&head).await?;
        wait(damage.body_delay).await;
        socket.write_all(&body).await?;
    }
    if !keep_alive {
        socket.shutdown().await?;
    }
    Ok(keep_alive)
}

/// The same head, but with this length.
fn with_length(head: &[u8], length: usize) -> Bytes {
    let text = String::from_utf8_lossy(head);
    let mut out = String::with_capacity(text.len());
    for line in text.split_terminator("\r\n").filter(|line| !line.is_empty()) {
        let name = line.split(':').next().unwrap_or_default();
        let framing = ["content-length", "transfer-encoding"];
        if !framing.iter().any(|known| name.eq_ignore_ascii_case(known)) {
            out.extend([line, "\r\n"]);
        }
    }
    out.push_str(&format!("content-length: {length}\r\n\r\n"));
    out.into()
}

/// An answer of the proxy itself.
fn own_answer(status: u16, words: &str, request: &Message) -> Vec<u8> {
    let known = http::StatusCode::from_u16(status).ok();
    let reason = known.and_then(|status| status.canonical_reason()).unwrap_or("Unknown");
    let mut out = format!(
        "HTTP/1.1 {status} {reason}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        words.len()
    );
    if request.method != "HEAD" && !matches!(status, 204 | 304) {
        out.push_str(words);
    }
    out.into_bytes()
}

/// The connection to the backend that belongs to a client's.
struct Backend {
    to: SocketAddr,
    stream: Option<Stream>,
}

impl Backend {
    async fn ask(&mut self, request: &Message) -> io::Result<Message> {
        if let Some(kept) = self.stream.take() {
            // A kept connection may have been closed meanwhile; then nothing was answered on it.
            match self.ask_on(kept, request).await {
                Err(error) if closed(&error) => {}
                done => return done,
            }
        }
        let fresh = Stream::new(TcpStream::connect(self.to).await?);
        self.ask_on(fresh, request).await
    }

    async fn ask_on(&mut self, mut stream: Stream, request: &Message) -> io::Result<Message> {
        stream.socket.write_all(&[&request.head[..], &request.body[..]].concat()).await?;
        let answer = stream.answer(&request.method).await?;
        if answer.keep_alive {
            self.stream = Some(stream);
        }
        Ok(answer)
    }
}

fn closed(error: &io::Error) -> bool {
    use io::ErrorKind as Kind;
    matches!(error.kind(), Kind::UnexpectedEof | Kind::ConnectionReset | Kind::BrokenPipe)
}
