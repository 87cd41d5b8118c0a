//! Every route and fault over HTTP/1.1, seen from a socket.

#![expect(clippy::unwrap_used, reason = "the helpers of a test fail like the test")]

mod client;

use std::io::{ErrorKind, Read, Write};
use std::time::{Duration, Instant};

use client::{connect, exchange, get, get_bytes, read_until, send};
use katydid_testkit::{COMPRESSED_BODY, OK_BODY, TestServer, chunk};
use tokio::io::AsyncReadExt;

#[test]
fn ok_is_twenty_three_bytes_and_counted() {
    let server = TestServer::spawn();
    let answer = get(&server, "/ok?n=1");
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(answer.contains("content-length: 23\r\n"), "{answer}");
    assert_eq!(body(&answer), OK_BODY);
    assert_eq!((server.requests("/ok"), server.total_requests()), (1, 1));
    assert!(get(&server, "/nowhere").starts_with("HTTP/1.1 404 Not Found"));
}

#[test]
fn a_connection_is_kept_until_one_side_says_close() {
    let server = TestServer::spawn();
    let mut stream = connect(&server);
    for _ in 0..3 {
        send(&mut stream, "/ok");
        assert!(!read_until(&mut stream, OK_BODY).contains("connection: close"));
    }
    stream.write_all(b"GET /ok HTTP/1.1\r\nConnection: Close\r\n\r\n").unwrap();
    let mut rest = String::new();
    stream.read_to_string(&mut rest).unwrap();
    assert!(rest.contains("connection: close\r\n"), "{rest}");
    assert_eq!(
        body(&String::from_utf8(exchange(&server, "GET /ok HTTP/1.0\r\n\r\n")).unwrap()),
        OK_BODY
    );
    assert_eq!(server.requests_per_connection(), [4, 1]);
    assert_eq!(server.connections(), 2);
}

#[test]
fn pipelined_requests_are_answered_in_order() {
    let server = TestServer::spawn();
    let requests =
        "GET /delay/50 HTTP/1.1\r\n\r\nGET /status/201 HTTP/1.1\r\nconnection: close\r\n\r\n";
    let answer = String::from_utf8(exchange(&server, requests)).unwrap();
    assert!(answer.find(OK_BODY).unwrap() < answer.find("201 Created").unwrap(), "{answer}");
}

#[test]
fn delays_delay_the_head_or_only_the_body() {
    let server = TestServer::spawn();
    let start = Instant::now();
    assert_eq!(body(&get(&server, "/delay/80")), OK_BODY);
    assert!(start.elapsed() >= Duration::from_millis(80));

    let mut stream = connect(&server);
    send(&mut stream, "/slow-body/300");
    read_until(&mut stream, "\r\n\r\n");
    let head = Instant::now();
    read_until(&mut stream, OK_BODY);
    assert!(head.elapsed() >= Duration::from_millis(150), "{:?}", head.elapsed());
}

#[test]
fn statuses() {
    let server = TestServer::spawn();
    assert!(get(&server, "/status/503").starts_with("HTTP/1.1 503 Service Unavailable\r\n"));
    assert!(get(&server, "/status/799").starts_with("HTTP/1.1 799 Unknown\r\n"));
    let empty = get(&server, "/status/204");
    assert_eq!(body(&empty), "");
    assert!(!empty.contains("content-length") && !empty.contains("chunked"), "{empty}");
    let interim = get(&server, "/status/103");
    assert!(interim.starts_with("HTTP/1.1 103 Interim\r\n\r\nHTTP/1.1 200 OK"), "{interim}");
    for absent in ["/status/101", "/status/99", "/status/1000", "/status/x", "/redirect-status/200"]
    {
        assert!(get(&server, absent).starts_with("HTTP/1.1 404"), "{absent}");
    }
}

#[test]
fn bodies_of_any_size() {
    let server = TestServer::spawn();
    for size in [0, 1, 65_536, 3_000_000] {
        let answer = get(&server, &format!("/size/{size}"));
        assert!(answer.contains(&format!("content-length: {size}\r\n")));
        assert_eq!(body(&answer).len(), size);
    }
    let answer = get(&server, "/chunked/3");
    assert!(answer.contains("transfer-encoding: chunked") && !answer.contains("content-length"));
    let chunks: String = (0..3).map(|n| format!("d\r\n{}\r\n", chunk(n))).collect();
    assert_eq!(body(&answer), chunks + "0\r\n\r\n");
}

#[test]
fn a_head_request_gets_no_body() {
    let server = TestServer::spawn();
    for path in ["/ok", "/size/1000", "/chunked/3"] {
        let request = format!("HEAD {path} HTTP/1.1\r\nconnection: close\r\n\r\n");
        let answer = String::from_utf8(exchange(&server, &request)).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 OK") && body(&answer).is_empty(), "{answer}");
    }
}

#[test]
fn faults_below_http() {
    let server = TestServer::spawn();
    let mut stream = connect(&server);
    send(&mut stream, "/reset");
    assert_eq!(stream.read(&mut [0; 16]).unwrap_err().kind(), ErrorKind::ConnectionReset);

    assert!(get_bytes(&server, "/close").is_empty());
    assert!(!get_bytes(&server, "/garbage").starts_with(b"HTTP"));
    let half = get(&server, "/half/10");
    assert!(half.contains("content-length: 20\r\n"), "{half}");
    assert_eq!(body(&half), "x".repeat(10));
    assert_eq!(server.total_requests(), 4);
}

#[test]
fn redirects() {
    let server = TestServer::spawn();
    let mut path = "/redirect/3".to_owned();
    let mut hops = 0;
    while let Some((_, rest)) = get(&server, &path).split_once("location: ") {
        path = rest.split("\r\n").next().unwrap().to_owned();
        hops += 1;
    }
    assert_eq!((hops, path.as_str()), (3, "/ok"));
    let answer = get(&server, "/redirect-status/307");
    assert!(
        answer.starts_with("HTTP/1.1 307") && answer.contains("location: /echo\r\n"),
        "{answer}"
    );
}

#[test]
fn cookies_are_set_and_seen() {
    let server = TestServer::spawn();
    assert!(get(&server, "/set-cookie/a/b1").contains("set-cookie: a=b1; Path=/\r\n"));
    let request = "GET /cookies HTTP/1.1\r\nCookie: b=2; a=1=x\r\nconnection: close\r\n\r\n";
    let answer = String::from_utf8(exchange(&server, request)).unwrap();
    assert_eq!(body(&answer), r#"{"a":"1=x","b":"2"}"#);
    assert_eq!(body(&get(&server, "/cookies")), "{}");
}

#[test]
fn echo_shows_the_request_however_its_body_is_framed() {
    let server = TestServer::spawn();
    for (framing, sent) in [
        ("content-length: 5", "hällo".replace('ä', "e")),
        (
            "Transfer-Encoding: chunked",
            "2;ext=1\r\nhe\r\n3\r\nllo\r\n0\r\nX-Trailer: 1\r\n\r\n".into(),
        ),
    ] {
        let head =
            format!("PUT /echo?q=1 HTTP/1.1\r\n{framing}\r\nX-A: 1\r\nConnection: close\r\n\r\n");
        let answer = String::from_utf8(exchange(&server, &(head + &sent))).unwrap();
        let echo: serde_json::Value = serde_json::from_str(body(&answer)).unwrap();
        assert_eq!((&echo["method"], &echo["path"]), (&"PUT".into(), &"/echo?q=1".into()));
        assert_eq!((&echo["body"], &echo["length"]), (&"hello".into(), &5.into()));
        assert_eq!(echo["headers"][1], serde_json::json!(["X-A", "1"]));
    }
    assert_eq!(server.requests("/echo"), 2);
}

#[test]
fn a_client_that_waits_for_continue_is_told_to_go_on() {
    let server = TestServer::spawn();
    let mut stream = connect(&server);
    let head = "POST /echo HTTP/1.1\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n";
    stream.write_all(head.as_bytes()).unwrap();
    assert_eq!(read_until(&mut stream, "\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(b"hi").unwrap();
    assert!(read_until(&mut stream, "}").contains(r#""body":"hi""#));
}

#[test]
fn requests_that_cannot_be_understood() {
    let server = TestServer::spawn();
    let status = |request: &str| {
        let answer = exchange(&server, request);
        String::from_utf8_lossy(&answer).split(' ').nth(1).unwrap_or_default().to_owned()
    };
    assert_eq!(status("what is this?\r\n\r\n"), "400");
    assert_eq!(status("POST /echo HTTP/1.1\r\ncontent-length: many\r\n\r\n"), "400");
    assert_eq!(status("POST /echo HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n"), "400");
    assert_eq!(status("POST /echo HTTP/1.1\r\ncontent-length: 99999999999\r\n\r\n"), "413");
    assert_eq!(status(&format!("GET / HTTP/1.1\r\n{}\r\n", "a: b\r\n".repeat(200))), "431");
    assert_eq!(server.total_requests(), 0);
}

#[tokio::test(flavor = "current_thread")]
async fn compressed_bodies_unpack_to_the_same_text() {
    use async_compression::tokio::bufread::{BrotliDecoder, GzipDecoder, ZstdDecoder};
    let server = TestServer::start().await;
    let packed = |path: &str| {
        let answer = get_bytes(&server, path);
        let start = answer.windows(4).position(|w| w == b"\r\n\r\n").unwrap() + 4;
        answer[start..].to_vec()
    };
    let (gzip, brotli, zstd) = (packed("/gzip"), packed("/brotli"), packed("/zstd"));
    let mut text = String::new();
    GzipDecoder::new(&gzip[..]).read_to_string(&mut text).await.unwrap();
    BrotliDecoder::new(&brotli[..]).read_to_string(&mut text).await.unwrap();
    ZstdDecoder::new(&zstd[..]).read_to_string(&mut text).await.unwrap();
    assert_eq!(text, COMPRESSED_BODY.repeat(3));

    let bomb = packed("/bomb/8");
    assert!(bomb.len() < 100_000, "{}", bomb.len());
    let mut zeros = Vec::new();
    GzipDecoder::new(&bomb[..]).read_to_end(&mut zeros).await.unwrap();
    assert_eq!(zeros.len(), 8 << 20);
}

/// The part after the empty line.
fn body(answer: &str) -> &str {
    answer.split_once("\r\n\r\n").unwrap().1
}
