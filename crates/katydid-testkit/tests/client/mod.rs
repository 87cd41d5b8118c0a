//! A client of raw bytes: what a test sends and receives is exactly what it says.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use katydid_testkit::TestServer;

/// A connection to the server; a read that hangs fails after ten seconds.
pub(crate) fn connect(server: &TestServer) -> TcpStream {
    let stream = TcpStream::connect(server.addr()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    stream
}

/// Sends one GET on a connection of its own and returns everything that comes back.
pub(crate) fn get(server: &TestServer, path: &str) -> String {
    String::from_utf8_lossy(&get_bytes(server, path)).into_owned()
}

/// The same, as bytes.
pub(crate) fn get_bytes(server: &TestServer, path: &str) -> Vec<u8> {
    exchange(server, &format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"))
}

/// Sends `request` and returns everything until the server closes.
pub(crate) fn exchange(server: &TestServer, request: &str) -> Vec<u8> {
    let mut stream = connect(server);
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    answer
}

/// Sends a GET without closing.
pub(crate) fn send(stream: &mut TcpStream, path: &str) {
    stream.write_all(format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n").as_bytes()).unwrap();
}

/// Reads until what was read ends with `end`.
pub(crate) fn read_until(stream: &mut TcpStream, end: &str) -> String {
    let mut read = Vec::new();
    while !read.ends_with(end.as_bytes()) {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        read.push(byte[0]);
    }
    String::from_utf8(read).unwrap()
}
