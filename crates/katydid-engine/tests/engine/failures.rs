//! Faults below HTTP, each under its own class.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use katydid_core::FailureKind;
use katydid_engine::{HttpSettings, RunSettings, Shared};
use katydid_testkit::{OK_BODY, TestServer};

use crate::common::{done, kinds, only_failure, row, script, script_with, settings};

/// The address of a server that answers every connection's first request with these bytes and
/// closes. It ends with the test's process.
pub(crate) fn raw_server(answer: &'static [u8]) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") {
                let mut byte = [0];
                match stream.read(&mut byte) {
                    Ok(1) => request.push(byte[0]),
                    _ => break,
                }
            }
            let _ = stream.write_all(answer);
        }
    });
    format!("http://{address}")
}

/// One request to `host` that fails.
fn fail_at(host: String, http: HttpSettings) -> (FailureKind, String) {
    let nobody = TestServer::spawn();
    let settings = RunSettings { host: Some(host), http, ..settings(&nobody) };
    let snapshot = script_with(&settings, Shared::default(), |(), s| {
        Box::pin(async move {
            s.get("/").send().await.unwrap_err();
            done()
        })
    });
    let failure = only_failure(&snapshot);
    (failure.kind, failure.text.to_string())
}

#[test]
fn faults_of_the_connection_are_classified_and_the_user_goes_on() {
    let server = TestServer::spawn();
    let snapshot = script(&server, |(), s| {
        Box::pin(async move {
            for path in ["/reset", "/close", "/half/10", "/garbage"] {
                // On a fresh connection and on a used one.
                s.get(path).send().await.unwrap_err();
                assert_eq!(s.get("/ok").send().await?.text(), OK_BODY);
                s.get(path).send().await.unwrap_err();
            }
            done()
        })
    });
    for path in ["/reset", "/close", "/half/10"] {
        let total: u64 = kinds(&snapshot, path).iter().map(|(_, count)| count).sum();
        assert_eq!(total, 2, "{path}");
        let connection = |(kind, _): &(FailureKind, u64)| *kind == FailureKind::Connection;
        assert!(kinds(&snapshot, path).iter().all(connection), "{:?}", kinds(&snapshot, path));
    }
    assert_eq!(kinds(&snapshot, "/garbage"), [(FailureKind::Protocol, 2)]);
    assert_eq!((snapshot.requests(), snapshot.failed()), (12, 8));
}

#[test]
fn a_closed_port_is_a_connect_failure() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let (kind, text) = fail_at(format!("http://{address}"), HttpSettings::default());
    assert_eq!(kind, FailureKind::Connect);
    assert!(text.contains("refused"), "{text}");
}

#[test]
fn an_unknown_name_is_a_dns_failure() {
    // No name server is asked for a label of more than 63 letters.
    let name = "x".repeat(64);
    let (kind, text) = fail_at(format!("http://{name}.invalid"), HttpSettings::default());
    assert_eq!(kind, FailureKind::Dns);
    assert!(text.contains("could not be resolved"), "{text}");
}

#[test]
fn a_broken_chunk_is_no_success() {
    let host = raw_server(
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\nzz\r\nworld",
    );
    let (kind, text) = fail_at(host, HttpSettings::default());
    assert!(matches!(kind, FailureKind::Protocol | FailureKind::Connection), "{kind} {text}");
}

#[test]
fn a_timeout_is_recorded_at_its_time() {
    let server = TestServer::spawn();
    let snapshot = script(&server, |(), s| {
        Box::pin(async move {
            let limit = Duration::from_millis(150);
            for path in ["/delay/5000", "/slow-body/5000"] {
                let failed = s.get(path).timeout(limit).send().await.unwrap_err();
                assert_eq!(failed.kind(), FailureKind::Timeout);
                // What was left of it does not disturb the next.
                assert_eq!(s.get("/ok").send().await?.text(), OK_BODY);
            }
            let limit = Duration::from_secs(5);
            assert_eq!(s.get("/delay/300").timeout(limit).send().await?.text(), OK_BODY);
            done()
        })
    });
    for path in ["/delay/5000", "/slow-body/5000"] {
        let took = row(&snapshot, path).failed().max().unwrap();
        assert!((150..450).contains(&took.as_millis()), "{path} {took:?}");
    }
    assert_eq!(snapshot.failed(), 2);
    assert!(only_text(&snapshot, "/delay/5000").contains("no whole answer within"));
}

fn only_text(snapshot: &katydid_core::Snapshot, name: &str) -> String {
    let row = snapshot.failures().find(|row| &*row.name == name);
    row.map(|row| row.text.to_string()).unwrap_or_default()
}

#[test]
fn the_time_limit_spans_redirects() {
    let server = TestServer::spawn();
    let away = format!("HTTP/1.1 302 Found\r\nlocation: {}/delay/5000\r\n\r\n", server.url());
    let http = HttpSettings { timeout: Duration::from_millis(200), ..HttpSettings::default() };
    let host = Some(raw_server(away.into_bytes().leak()));
    let settings = RunSettings { http, host, ..settings(&server) };
    let snapshot = script_with(&settings, Shared::default(), |(), s| {
        Box::pin(async move {
            s.get("/").send().await.unwrap_err();
            done()
        })
    });
    assert_eq!(kinds(&snapshot, "/"), [(FailureKind::Timeout, 1)]);
    assert_eq!((server.requests("/delay/5000"), row(&snapshot, "/").redirects()), (1, 1));
    let took = row(&snapshot, "/").failed().max().unwrap();
    assert!((200..500).contains(&took.as_millis()), "{took:?}");
}

/// A listener whose queue is full: connecting to it neither works nor fails.
fn full_listener() -> (socket2::Socket, SocketAddr, Vec<TcpStream>) {
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    socket.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into()).unwrap();
    socket.listen(0).unwrap();
    let address = socket.local_addr().unwrap().as_socket().unwrap();
    let mut waiting = Vec::new();
    while let Ok(stream) = TcpStream::connect_timeout(&address, Duration::from_millis(200)) {
        waiting.push(stream);
        assert!(waiting.len() < 100, "the queue never fills");
    }
    (socket, address, waiting)
}

#[test]
fn a_connect_that_hangs_ends_at_its_own_limit() {
    let (_socket, address, _waiting) = full_listener();
    let http =
        HttpSettings { connect_timeout: Duration::from_millis(300), ..HttpSettings::default() };
    let begun = Instant::now();
    let (kind, text) = fail_at(format!("http://{address}"), http);
    assert_eq!(kind, FailureKind::Timeout);
    assert!(text.contains("no connection to"), "{text}");
    assert!(begun.elapsed() < Duration::from_secs(5));
}

#[test]
fn mistakes_of_the_suite_fail_the_request_not_the_run() {
    let server = TestServer::spawn();
    let snapshot = script(&server, |(), s| {
        Box::pin(async move {
            s.request("BAD METHOD", "/method").send().await.unwrap_err();
            s.get("/header").header("bad name", "x").send().await.unwrap_err();
            s.get("/value").header("x", "a\r\nb: c").send().await.unwrap_err();
            s.get("http://[").name("/url").send().await.unwrap_err();
            s.get("/query").query(&1).send().await.unwrap_err();
            s.get("mailto:a@b").name("/scheme").send().await.unwrap_err();
            done()
        })
    });
    assert_eq!((snapshot.failed(), server.total_requests()), (6, 0));
    for row in snapshot.failures() {
        assert_eq!(row.kind, FailureKind::Request, "{row:?}");
    }
}
