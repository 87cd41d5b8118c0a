//! A server over a made-up suite, and a client that sends exactly what a test wants.
#![allow(dead_code, reason = "each test uses a part of it")]

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use katydid_web::{Board, Running, Server, ServerSettings, SuiteInfo};
use serde_json::Value;

use crate::made_up::{self, Conductor};

/// No answer takes so long; a test that hangs ends with a sentence.
const LIMIT: Duration = Duration::from_secs(20);

/// A server that ends with the test.
pub(crate) struct Site {
    pub(crate) conductor: Arc<Conductor>,
    pub(crate) address: SocketAddr,
    pub(crate) password: Option<String>,
    pub(crate) board: Board,
    running: Running,
}

/// An answer, taken apart.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Site {
    /// On a free port of this machine, without login.
    pub(crate) fn open() -> Self {
        Self::with(ServerSettings::default())
    }

    pub(crate) fn with(settings: ServerSettings) -> Self {
        Self::of(settings, made_up::suite())
    }

    /// With a folder of saved runs.
    pub(crate) fn over(runs: &Path) -> Self {
        let suite = SuiteInfo { runs: runs.to_owned(), ..made_up::suite() };
        Self::of(ServerSettings::default(), suite)
    }

    fn of(settings: ServerSettings, suite: SuiteInfo) -> Self {
        let board = Board::new();
        let conductor = Arc::new(Conductor::new(board.clone()));
        let server = Server::bind(ServerSettings { port: 0, ..settings }).expect("a free port");
        let address = server.address();
        let password = server.made_up_password().map(str::to_owned);
        let director: Arc<Conductor> = Arc::clone(&conductor);
        let running = server.spawn(board.clone(), director, suite).expect("a thread");
        Self { conductor, address, password, board, running }
    }

    /// Ends the server.
    pub(crate) fn stop(self) {
        self.running.stop();
    }

    pub(crate) fn url(&self) -> &str {
        self.running.url()
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], b"")
    }

    pub(crate) fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send("GET", path, headers, b"")
    }

    pub(crate) fn post(&self, path: &str, json: &str) -> Answer {
        self.send("POST", path, &[("Content-Type", "application/json")], json.as_bytes())
    }

    pub(crate) fn form(&self, path: &str, form: &str) -> Answer {
        let kind = ("Content-Type", "application/x-www-form-urlencoded");
        self.send("POST", path, &[kind], form.as_bytes())
    }

    /// Sends a request with these headers beside a host (which they may replace) and a length.
    pub(crate) fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Answer {
        let mut socket = self.connect();
        socket.write_all(&self.head(method, path, headers, body.len())).expect("it is sent");
        // A server that refuses a large body may stop reading it.
        let _ = socket.write_all(body);
        Answer::read(&mut socket)
    }

    pub(crate) fn connect(&self) -> TcpStream {
        let socket = TcpStream::connect(self.address).expect("it listens");
        socket.set_read_timeout(Some(LIMIT)).expect("a limit");
        socket
    }

    pub(crate) fn head(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        length: usize,
    ) -> Vec<u8> {
        let mut head = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\n");
        if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
            head += &format!("Host: {}\r\n", self.address);
        }
        if method != "GET" {
            head += &format!("Content-Length: {length}\r\n");
        }
        for (name, value) in headers {
            head += &format!("{name}: {value}\r\n");
        }
        (head + "\r\n").into_bytes()
    }
}

impl Answer {
    pub(crate) fn read(socket: &mut impl std::io::Read) -> Self {
        let mut bytes = Vec::new();
        // What was not read of a refused body resets the line after the answer.
        let _ = socket.read_to_end(&mut bytes);
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("a head comes");
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let status = head.split(' ').nth(1).and_then(|it| it.parse().ok()).expect("a status");
        let mut body = bytes.split_off(end + 4);
        if head.to_lowercase().contains("transfer-encoding: chunked") {
            body = unchunked(&body);
        }
        Self { status, head, body }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().skip(1).filter_map(|line| line.split_once(": "));
        lines.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.text()))
    }

    /// The word and the sentence of an error.
    pub(crate) fn error(&self) -> String {
        let error = &self.json()["error"];
        let field = error["field"].as_str().map(|field| format!(" ({field})")).unwrap_or_default();
        let (code, text) = (error["code"].as_str(), error["text"].as_str());
        format!("{} {}{field}: {}", self.status, code.unwrap_or("?"), text.unwrap_or("?"))
    }
}

fn unchunked(mut rest: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(end) = rest.windows(2).position(|two| two == b"\r\n") {
        let length = std::str::from_utf8(&rest[..end]).unwrap_or("0");
        let length = usize::from_str_radix(length, 16).unwrap_or(0);
        let Some(chunk) = rest.get(end + 2..end + 2 + length) else { break };
        body.extend_from_slice(chunk);
        rest = rest.get(end + 4 + length..).unwrap_or_default();
        if length == 0 {
            break;
        }
    }
    body
}

/// A stream of events.
pub(crate) struct Stream {
    socket: TcpStream,
    unread: String,
}

/// An event with its name, id and data.
#[derive(Debug)]
pub(crate) struct Event {
    pub(crate) name: String,
    pub(crate) id: String,
    pub(crate) data: Value,
}

impl Stream {
    pub(crate) fn open(site: &Site, headers: &[(&str, &str)]) -> Self {
        let mut socket = site.connect();
        let head = site.head("GET", "/api/v1/events", headers, 0);
        socket.write_all(&head).expect("it is sent");
        Self { socket, unread: String::new() }
    }

    /// The next event; `None` at the end of the stream.
    pub(crate) fn next(&mut self) -> Option<Event> {
        loop {
            if let Some((block, rest)) = self.unread.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.unread = rest;
                let field = |wanted: &str| {
                    let mut lines = block.lines().filter_map(|line| line.split_once(": "));
                    lines.find(|(name, _)| *name == wanted).map(|(_, value)| value.to_owned())
                };
                let Some(name) = field("event") else { continue };
                let data = serde_json::from_str(&field("data")?).expect("JSON");
                return Some(Event { name, id: field("id").unwrap_or_default(), data });
            }
            let mut buffer = [0; 16 << 10];
            let count = self.socket.read(&mut buffer).expect("something comes in time");
            if count == 0 {
                return None;
            }
            self.unread += &String::from_utf8_lossy(&buffer[..count]);
        }
    }

    /// Waits until something has come.
    pub(crate) fn begin(&mut self) {
        let mut buffer = [0; 1 << 10];
        let count = self.socket.read(&mut buffer).expect("something comes in time");
        self.unread += &String::from_utf8_lossy(&buffer[..count]);
    }

    /// Reads on to the end, whatever comes, and counts the bytes.
    pub(crate) fn drain(mut self) -> JoinHandle<u64> {
        std::thread::spawn(move || {
            std::io::copy(&mut self.socket, &mut std::io::sink()).unwrap_or(0)
        })
    }

    /// The next event of this name.
    pub(crate) fn next_of(&mut self, name: &str) -> Event {
        std::iter::from_fn(|| self.next()).find(|it| it.name == name).expect("it goes on")
    }
}
