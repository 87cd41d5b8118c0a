//! The fault proxy before a backend, seen from a socket; the program.

#![expect(clippy::unwrap_used, reason = "the helpers of a test fail like the test")]

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use katydid_testkit::{FaultProxy, OK_BODY, TestServer, chunk};

fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    stream
}

/// Everything that comes back for one request on a connection of its own.
fn exchange(address: SocketAddr, request: &str) -> std::io::Result<String> {
    let mut stream = connect(address);
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

fn get(proxy: &FaultProxy, path: &str) -> std::io::Result<String> {
    let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    exchange(proxy.addr(), &request)
}

fn start(backend: &TestServer, faults: &[&str]) -> FaultProxy {
    FaultProxy::start(backend.addr(), faults).unwrap()
}

#[test]
fn without_faults_every_byte_is_the_backends() {
    let backend = TestServer::spawn();
    let proxy = start(&backend, &[]);
    for path in ["/ok", "/chunked/3", "/status/204", "/status/404", "/status/103", "/size/300000"] {
        let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        let direct = exchange(backend.addr(), &request).unwrap();
        // Interim answers are nobody's concern behind a proxy.
        let direct = direct.replace("HTTP/1.1 103 Interim\r\n\r\n", "");
        assert_eq!(get(&proxy, path).unwrap(), direct, "{path}");
    }
    let head = "HEAD /ok HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    assert_eq!(exchange(proxy.addr(), head).unwrap(), exchange(backend.addr(), head).unwrap());
    let posts = "POST /echo?a=1 HTTP/1.1\r\nhost: x\r\nX-Two: Ü\r\ncontent-length: 5\r\n\r\nhello\
                 POST /echo HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\
                 connection: close\r\n\r\n3\r\nwor\r\n2;x=1\r\nld\r\n0\r\nt: 1\r\n\r\n";
    let answers = exchange(proxy.addr(), posts).unwrap();
    assert_eq!(answers, exchange(backend.addr(), posts).unwrap());
    assert!(answers.contains(r#""body":"hello""#) && answers.contains(r#""body":"world""#));
}

#[test]
fn a_client_keeps_its_connection_and_the_proxy_keeps_one_for_it() {
    let backend = TestServer::spawn();
    let proxy = start(&backend, &["status/201: delay 1ms"]);
    let mut stream = connect(proxy.addr());
    for _ in 0..3 {
        stream.write_all(b"GET /ok HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
        let mut read = Vec::new();
        while !read.ends_with(OK_BODY.as_bytes()) {
            let mut byte = [0];
            stream.read_exact(&mut byte).unwrap();
            read.push(byte[0]);
        }
    }
    assert_eq!(backend.requests_per_connection(), [3]);
    drop(stream);
    assert_eq!(proxy.struck(), [0]);
}

#[test]
fn of_a_hundred_requests_of_a_path_one_gets_the_status() {
    let backend = TestServer::spawn();
    let proxy = start(&backend, &["ok: 1% 503"]);
    let failed = (0..200).filter(|_| get(&proxy, "/ok").unwrap().contains("503 Service")).count();
    assert_eq!((failed, proxy.struck()), (2, vec![2]));
    assert_eq!(backend.requests("/ok"), 198, "the backend did not see them");
    assert!(get(&proxy, "/status/200").unwrap().contains("200 OK"));
    let always = start(&backend, &["500"]);
    let answer = get(&always, "/ok").unwrap();
    assert!(answer.ends_with(r#"{"detail":"injected by fault-proxy: 500"}"#), "{answer}");
}

#[test]
fn answers_break_in_every_way() {
    let backend = TestServer::spawn();
    let faults =
        ["size/8: half", "size/6: wrong-length", "close: close", "ok: reset", "gz: garbage"];
    let proxy = start(&backend, &faults);
    let half = get(&proxy, "/size/8").unwrap();
    assert!(half.contains("content-length: 8\r\n") && half.ends_with("\r\n\r\nxxxx"), "{half}");
    let long = get(&proxy, "/size/6").unwrap();
    assert!(long.contains("content-length: 3\r\n") && long.ends_with("\r\n\r\nxxxxxx"), "{long}");
    assert_eq!(get(&proxy, "/close").unwrap(), "");
    assert_eq!(get(&proxy, "/ok").unwrap_err().kind(), ErrorKind::ConnectionReset);
    assert!(get(&proxy, "/gzip").unwrap().contains("this is no HTTP"));
    assert_eq!(proxy.struck(), [1; 5]);
    assert_eq!(backend.total_requests(), 2, "only answers that are damaged are asked for");
}

#[test]
fn delays_and_lines_take_their_time() {
    let backend = TestServer::spawn();
    let faults = ["ok: delay 60ms", "chunked: slow-body 60ms", "size: 1 server of 50ms"];
    let proxy = start(&backend, &faults);
    let timed = |path: &str| {
        let begun = Instant::now();
        (get(&proxy, path).unwrap(), begun.elapsed())
    };
    assert!(timed("/ok").1 >= Duration::from_millis(60));
    let (answer, took) = timed("/chunked/2");
    assert!(answer.contains(&chunk(1)) && took >= Duration::from_millis(60));
    let begun = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| get(&proxy, "/size/1").unwrap());
        }
    });
    assert!(begun.elapsed() >= Duration::from_millis(200), "four through one server");
}

#[test]
fn a_freeze_and_a_stall_hold_until_they_end() {
    let backend = TestServer::spawn();
    let proxy = start(&backend, &["freeze to 150ms"]);
    let begun = Instant::now();
    assert!(get(&proxy, "/ok").unwrap().ends_with(OK_BODY));
    assert!(begun.elapsed() >= Duration::from_millis(150));

    let proxy = start(&backend, &["accept-stall"]);
    let mut stream = connect(proxy.addr());
    stream.write_all(b"GET /ok HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
    stream.set_read_timeout(Some(Duration::from_millis(80))).unwrap();
    assert_eq!(stream.read(&mut [0]).unwrap_err().kind(), ErrorKind::WouldBlock);
}

#[test]
fn a_backend_that_is_gone_is_a_502_that_says_so() {
    let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let proxy = FaultProxy::start(gone, &[]).unwrap();
    let answer = get(&proxy, "/ok").unwrap();
    assert!(answer.contains("502 Bad Gateway") && answer.contains("the backend: "), "{answer}");
}

#[test]
fn the_program_says_where_it_listens_and_refuses_what_makes_no_sense() {
    let backend = TestServer::spawn();
    let program = || Command::new(env!("CARGO_BIN_EXE_fault-proxy"));
    let mut running = program()
        .args(["--to", &backend.url(), "--fault", "ok: 100% 418"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut url = String::new();
    BufReader::new(running.stdout.take().unwrap()).read_line(&mut url).unwrap();
    let address: SocketAddr = url.trim().strip_prefix("http://").unwrap().parse().unwrap();
    let request = "GET /ok HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    let answer = exchange(address, request).unwrap();
    running.kill().unwrap();
    running.wait().unwrap();
    assert!(answer.starts_with("HTTP/1.1 418 "), "{answer}");

    for (words, says) in [
        (&["--to", "127.0.0.1:9", "--fault", "rest"][..], "`rest` is no effect; there are"),
        (&["--to", "192.0.2.1:80"], "a fault proxy is for tests on loopback, name 127.0.0.1"),
        (&["--to", "nowhere"], "not an address such as 127.0.0.1:5000"),
        (&[], "--to <ADDRESS>"),
    ] {
        let output = program().args(words).output().unwrap();
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && text.contains(says), "{words:?}: {text}");
    }
}
