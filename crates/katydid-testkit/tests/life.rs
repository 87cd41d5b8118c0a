//! Freezing, idling, stopping, restarting; the program.

#![expect(clippy::unwrap_used, reason = "the helpers of a test fail like the test")]

mod client;

use std::io::{BufRead, BufReader, ErrorKind, Read};
use std::net::{SocketAddr, TcpStream};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use client::{connect, get, read_until, send};
use katydid_testkit::{OK_BODY, Options, TestServer};

#[tokio::test(flavor = "current_thread")]
async fn a_frozen_server_reads_and_counts_but_does_not_answer() {
    let server = TestServer::start().await;
    server.freeze();
    let mut stream = connect(&server);
    send(&mut stream, "/ok");
    server.wait_for_total(1).await;
    stream.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
    assert_eq!(stream.read(&mut [0; 1]).unwrap_err().kind(), ErrorKind::WouldBlock);
    server.thaw();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    read_until(&mut stream, OK_BODY);
}

#[test]
fn an_idle_connection_is_closed_after_its_time() {
    let idle_close = Some(Duration::from_millis(100));
    let server = TestServer::with(Options { idle_close, ..Options::default() }).unwrap();
    let mut stream = connect(&server);
    send(&mut stream, "/ok");
    read_until(&mut stream, OK_BODY);
    let start = Instant::now();
    assert_eq!(stream.read(&mut [0; 1]).unwrap(), 0);
    assert!(start.elapsed() >= Duration::from_millis(80), "{:?}", start.elapsed());
}

#[test]
fn stopping_closes_every_connection_and_frees_the_port() {
    let server = TestServer::spawn();
    let bind = server.addr();
    let mut stream = connect(&server);
    send(&mut stream, "/ok");
    read_until(&mut stream, OK_BODY);
    assert_eq!(server.open_connections(), 1);
    server.stop();
    assert_eq!(stream.read(&mut [0; 1]).unwrap(), 0);
    assert_eq!(TcpStream::connect(bind).unwrap_err().kind(), ErrorKind::ConnectionRefused);

    let again = TestServer::with(Options { bind, ..Options::default() }).unwrap();
    assert!(get(&again, "/ok").ends_with(OK_BODY));
}

#[test]
fn a_taken_port_is_an_error() {
    let server = TestServer::spawn();
    let options = Options { bind: server.addr(), ..Options::default() };
    assert_eq!(TestServer::with(options).err().unwrap().kind(), ErrorKind::AddrInUse);
}

#[test]
fn several_threads_serve_one_address() {
    let server = TestServer::with(Options { threads: 3, ..Options::default() }).unwrap();
    let clients: Vec<_> = (0..30).map(|_| connect(&server)).collect();
    for mut stream in clients {
        send(&mut stream, "/ok");
        read_until(&mut stream, OK_BODY);
    }
    assert_eq!(server.requests_per_connection(), [1; 30]);
}

#[test]
fn the_program_says_where_it_listens() {
    let mut program = Command::new(env!("CARGO_BIN_EXE_test-target"))
        .args(["--bind", "127.0.0.1:0", "--threads", "2"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut url = String::new();
    BufReader::new(program.stdout.take().unwrap()).read_line(&mut url).unwrap();
    let address: SocketAddr = url.trim().strip_prefix("http://").unwrap().parse().unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    send(&mut stream, "/delay/5");
    read_until(&mut stream, OK_BODY);
    program.kill().unwrap();
    program.wait().unwrap();
}
