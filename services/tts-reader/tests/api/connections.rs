//! What strangers do with connections: nothing, too slowly, too much.

use std::time::{Duration, Instant};

use serde_json::json;
use tokio::{
    io::AsyncWriteExt,
    net::{TcpSocket, TcpStream},
};

use crate::{
    app::{Home, TestApp},
    process::Killable,
    raw::Raw,
};

/// Long enough for a machine that does other work, short enough to wait for.
const SHORT: Duration = Duration::from_millis(400);
/// By then everything is over that lasts for [`SHORT`].
const LONG: Duration = Duration::from_secs(10);

/// Sends a beginning and then, for ever, one byte after another.
async fn drip(stream: &mut (impl AsyncWriteExt + Unpin), beginning: &str) {
    let mut bytes = beginning.as_bytes();
    while stream.write_all(bytes).await.is_ok() {
        tokio::time::sleep(SHORT / 20).await;
        bytes = b"x";
    }
}

/// What comes back while something is dripped.
async fn answer_to_drops(app: &TestApp, beginning: &'static str) -> String {
    let (mut from, mut to) = Raw::to(&app.url).await.0.into_split();
    let dripping = tokio::spawn(async move { drip(&mut to, beginning).await });
    let mut answer = Vec::new();
    // What is dripped on after the answer may break the connection, never the answer.
    let _ = tokio::io::AsyncReadExt::read_to_end(&mut from, &mut answer).await;
    dripping.abort();
    String::from_utf8(answer).unwrap()
}

#[tokio::test]
async fn a_head_that_drips_is_answered_408() {
    let app = TestApp::with(|settings| settings.limits.head_time = SHORT).await;
    let start = Instant::now();
    for beginning in ["G", "GET / HTTP/1.1\r\nhost: x\r\nx-drip: "] {
        let answer = answer_to_drops(&app, beginning).await;
        assert!(answer.starts_with("HTTP/1.1 408 Request Timeout\r\n"), "{answer}");
        let detail = r#"{"detail":"The request's head did not arrive within 0.4 seconds"}"#;
        assert!(answer.ends_with(detail), "{answer}");
    }
    assert!((2 * SHORT..LONG).contains(&start.elapsed()), "{:?}", start.elapsed());
    assert_eq!(app.metric("tts_reader_connections_ended_total{why=\"slow_head\"}").await, 2.0);
    let counted = "http_requests_total{method=\"OTHER\",route=\"(none)\",status=\"408\"}";
    assert_eq!(app.metric(&format!("tts_reader_{counted}")).await, 2.0);
}

#[tokio::test]
async fn a_body_that_drips_is_answered_408() {
    let app = TestApp::with(|settings| settings.limits.body_time = SHORT).await;
    let head = "POST /api/login HTTP/1.1\r\nhost: x\r\ncontent-length: 100000\r\n\r\n{";
    let answer = answer_to_drops(&app, head).await;
    assert!(answer.starts_with("HTTP/1.1 408 Request Timeout\r\n"), "{answer}");
    let detail = r#"{"detail":"The request's body did not arrive within 0.4 seconds"}"#;
    assert!(answer.ends_with(detail), "{answer}");
    assert!(answer.contains("\r\nconnection: close\r\n"), "{answer}");
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_answered_503_and_costs_nothing() {
    let app = TestApp::with(|settings| {
        settings.limits.request_time = SHORT;
        settings.database_delay = SHORT * 3;
    })
    .await;
    let refused = app.get("/api/platform-stats").await.expect_status(503);
    assert_eq!(refused.detail(), "The request could not be answered within 0.4 seconds");
    assert_eq!(refused.header("retry-after"), "5");
    // One that is paid for.
    let app = TestApp::at(app.stop().await, |_| {}).await;
    let user = app.account("PRO", 100).await;
    let app = TestApp::at(app.stop().await, |settings| {
        settings.limits.request_time = Duration::from_millis(20);
        settings.database_delay = Duration::from_millis(15);
    })
    .await;
    app.synthesize(&user, "The river rose in the night.").await.expect_status(503);
    let app = TestApp::at(app.stop().await, |_| {}).await;
    assert_eq!(app.balance(&user).await, 100);
}

#[tokio::test]
async fn an_idle_connection_is_closed_without_a_word() {
    let app = TestApp::with(|settings| settings.limits.idle = SHORT).await;
    let start = Instant::now();
    assert_eq!(Raw::to(&app.url).await.rest().await, "");
    let mut used = Raw::to(&app.url).await;
    used.send("GET / HTTP/1.1\r\nhost: x\r\n\r\n").await;
    assert_eq!(used.answer().await.status, 200);
    assert_eq!(used.rest().await, "");
    assert!((2 * SHORT..LONG).contains(&start.elapsed()), "{:?}", start.elapsed());
    // The test's own client was idle as well.
    assert!(app.metric("tts_reader_connections_ended_total{why=\"idle\"}").await >= 2.0);
}

#[tokio::test]
async fn who_does_not_take_an_answer_is_cut_off() {
    let app = TestApp::with(|settings| settings.limits.idle = SHORT).await;
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4_096).unwrap();
    let address = app.url.strip_prefix("http://").unwrap().parse().unwrap();
    let mut stream = socket.connect(address).await.unwrap();
    // Far more answers than the two systems keep for somebody who does not read.
    let asked = "GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n".repeat(4_000);
    let asking = tokio::spawn(async move {
        let _ = stream.write_all(asked.as_bytes()).await;
        stream
    });
    let start = Instant::now();
    while app.metric("tts_reader_connections_ended_total{why=\"slow_reader\"}").await < 1.0 {
        assert!(start.elapsed() < 3 * LONG, "it is kept for ever");
        tokio::time::sleep(SHORT / 4).await;
    }
    drop(asking.await);
}

#[tokio::test]
async fn heads_beyond_the_limits_are_refused_in_json() {
    let app = TestApp::start().await;
    let big = "a".repeat(100_000);
    let many = "x: y\r\n".repeat(101);
    let limits = "Request head larger than 16384 bytes or 100 fields";
    let long = "Request address longer than 8192 bytes";
    for (bytes, status, detail) in [
        (format!("GET / HTTP/1.1\r\nhost: x\r\nx-big: {big}\r\n\r\n"), 431, limits),
        (format!("GET / HTTP/1.1\r\nhost: x\r\n{many}\r\n"), 431, limits),
        (format!("GET /{} HTTP/1.1\r\nhost: x\r\n\r\n", &big[..9_000]), 414, long),
        (format!("GET /{big} HTTP/1.1\r\nhost: x\r\n\r\n"), 414, long),
        ("nonsense\r\n\r\n".to_owned(), 400, "Invalid HTTP request"),
        ("GET / HTTP/1.1\r\nno colon\r\n\r\n".to_owned(), 400, "Invalid HTTP request"),
        ("GET /\u{fc} HTTP/9\r\n\r\n".to_owned(), 400, "Invalid HTTP request"),
    ] {
        let mut raw = Raw::to(&app.url).await;
        raw.send(bytes).await;
        raw.answer().await.expect_last(status, detail);
        assert_eq!(raw.rest().await, "");
    }
    // Just within them.
    let (long, many) = (&big[..8_000], "x: y\r\n".repeat(99));
    let mut raw = Raw::to(&app.url).await;
    raw.send(format!("GET /?{long} HTTP/1.1\r\nhost: x\r\n{many}\r\n")).await;
    assert_eq!(raw.answer().await.status, 200);
}

#[tokio::test]
async fn other_limits_of_heads_are_kept_as_well() {
    let app = TestApp::with(|settings| {
        settings.limits.head_bytes = 2_000;
        settings.limits.head_fields = 12;
        settings.limits.url_bytes = 300;
    })
    .await;
    let limits = "Request head larger than 2000 bytes or 12 fields";
    for (bytes, status, detail) in [
        (format!("GET / HTTP/1.1\r\nhost: x\r\nx: {}\r\n\r\n", "a".repeat(2_000)), 431, limits),
        (format!("GET / HTTP/1.1\r\nhost: x\r\n{}\r\n", "x: y\r\n".repeat(12)), 431, limits),
        (
            format!("GET /{} HTTP/1.1\r\nhost: x\r\n\r\n", "a".repeat(300)),
            414,
            "Request address longer than 300 bytes",
        ),
    ] {
        let mut raw = Raw::to(&app.url).await;
        raw.send(bytes).await;
        raw.answer().await.expect_last(status, detail);
    }
}

#[tokio::test]
async fn requests_sent_in_one_go_are_answered_in_order_and_what_is_none_after_them() {
    let app = TestApp::start().await;
    let mut raw = Raw::to(&app.url).await;
    let get = |path: &str| format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n");
    let all = ["/", "/nothing", "/api/pricing-tiers", "/metrics"].map(get).concat();
    raw.send(format!("{all}nonsense\r\n\r\n")).await;
    for status in [200, 404, 200, 200] {
        assert_eq!(raw.answer().await.status, status);
    }
    raw.answer().await.expect_last(400, "Invalid HTTP request");
    assert_eq!(raw.rest().await, "");
}

/// Sends `bytes` until so many are sent or the service has enough of it; returns how many went.
async fn pour(stream: &mut (impl AsyncWriteExt + Unpin), bytes: &[u8], most: usize) -> usize {
    let mut sent = 0;
    while sent < most {
        match stream.write(bytes).await {
            Ok(count) => sent += count,
            Err(_) => break,
        }
    }
    sent
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_of_a_gigabyte_is_refused_and_not_read() {
    const GIGABYTE: usize = 1 << 30;
    let home = Home::fresh();
    let service = Killable::on(&home);
    let before = service.resident_bytes();
    let chunk = format!("{:x}\r\n{}\r\n", 1 << 20, "a".repeat(1 << 20));
    let announced = format!("content-length: {GIGABYTE}\r\n");
    for (fields, bytes) in [
        (announced.as_str(), "a".repeat(1 << 20)),
        (&format!("{announced}expect: 100-continue\r\n"), "a".repeat(1 << 20)),
        ("transfer-encoding: chunked\r\n", chunk),
    ] {
        let mut raw = Raw::to(&service.url).await;
        raw.send(format!("POST /api/login HTTP/1.1\r\nhost: x\r\n{fields}\r\n")).await;
        let (from, mut to) = raw.0.into_split();
        let pouring = tokio::spawn(async move {
            let sent = pour(&mut to, bytes.as_bytes(), GIGABYTE).await;
            (to, sent)
        });
        let answer = read_head(from).await;
        assert!(answer.starts_with("HTTP/1.1 413 Payload Too Large\r\n"), "{answer}");
        let (_, sent) = pouring.await.unwrap();
        // What was on its way already, most of it in the buffers of the system.
        assert!(sent < GIGABYTE / 16, "{sent} bytes were taken");
    }
    let grown = service.resident_bytes().saturating_sub(before);
    assert!(grown < 24 << 20, "the service grew by {grown} bytes");
}

/// The first bytes of an answer, whatever happens to the connection afterwards.
async fn read_head(mut from: tokio::net::tcp::OwnedReadHalf) -> String {
    let mut answer = vec![0; 64];
    tokio::io::AsyncReadExt::read_exact(&mut from, &mut answer).await.unwrap();
    // Held until the other half is done.
    tokio::io::copy(&mut from, &mut tokio::io::sink()).await.ok();
    String::from_utf8(answer).unwrap()
}

#[tokio::test]
async fn a_full_service_answers_503_and_idle_connections_make_room() {
    let app = TestApp::with(|settings| settings.limits.connections = 20).await;
    let url = &app.url;
    let open = |beginning: &'static str| async move {
        let mut raw = Raw::to(url).await;
        raw.send(beginning).await;
        raw
    };
    // The test app itself keeps one. In the middle of a request: nobody can take their places.
    let mut busy = Vec::new();
    for _ in 0..19 {
        busy.push(open("GET / HTTP/1.1\r\n").await);
    }
    let mut last = busy.pop().unwrap();
    let mut refused = open("").await;
    let told = loop {
        refused.send("GET / HTTP/1.1\r\nhost: x\r\n\r\n").await;
        let answer = refused.answer().await;
        if answer.status == 503 {
            break answer;
        }
        busy.push(refused);
        refused = open("").await;
    };
    let told = told.expect_last(503, "The service is busy; try again in 1 seconds");
    assert!(told.head.contains("\r\nretry-after: 1\r\n"), "{}", told.head);
    // Who was there before is served to the end.
    last.send("host: x\r\n\r\n").await;
    assert_eq!(last.answer().await.status, 200);
    // Idle ones make room, the oldest first.
    drop((busy, last));
    let mut idle = Vec::new();
    for _ in 0..20 {
        idle.push(open("").await);
    }
    let start = Instant::now();
    loop {
        let mut raw = open("GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n").await;
        let answer = raw.answer().await;
        if answer.status == 200 {
            let text = answer.json.as_str().unwrap();
            assert!(text.contains("tts_reader_connections_limit 20\n"), "{text}");
            break;
        }
        assert!(start.elapsed() < LONG, "nobody makes room");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_idle_connections_hold_nobody_up() {
    let _ = rlimit::increase_nofile_limit(u64::MAX);
    let app = TestApp::start().await;
    let address = app.url.strip_prefix("http://").unwrap();
    let mut idle = Vec::new();
    for _ in 0..1_000 {
        idle.push(TcpStream::connect(address).await.unwrap());
    }
    while app.metric("tts_reader_connections_open").await < 1_000.0 {
        tokio::task::yield_now().await;
    }
    let user = app.account("PRO", 10).await;
    let start = Instant::now();
    for _ in 0..50 {
        app.get("/api/health").await.expect_status(200);
        app.get_as(&user, "/api/user").await.expect_status(200);
    }
    app.synthesize(&user, "Hello.").await.expect_status(200);
    assert!(start.elapsed() < LONG, "{:?}", start.elapsed());
    assert_eq!(idle.len(), 1_000);
    // And they do not hold up its end.
    app.stop().await;
    assert!(start.elapsed() < LONG, "{:?}", start.elapsed());
}

#[tokio::test]
async fn a_stop_lets_requests_end_and_takes_no_others() {
    let app = TestApp::with(|settings| settings.database_delay = SHORT * 3).await;
    let mut asking = Raw::to(&app.url).await;
    asking.send("GET /api/platform-stats HTTP/1.1\r\nhost: x\r\n\r\n").await;
    let mut idle = Raw::to(&app.url).await;
    idle.send("GET / HTTP/1.1\r\nhost: x\r\n\r\n").await;
    assert_eq!(idle.answer().await.status, 200);
    while app.metric("tts_reader_http_requests_in_flight").await < 2.0 {
        tokio::task::yield_now().await;
    }
    let url = app.url.clone();
    let (_, answer) = tokio::join!(app.stop(), async {
        assert_eq!(idle.rest().await, "");
        asking.answer().await
    });
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json["total_users"], json!(0));
    assert!(answer.head.contains("\r\nconnection: close\r\n"), "{}", answer.head);
    assert!(TcpStream::connect(url.strip_prefix("http://").unwrap()).await.is_err());
}
