//! What strangers and clients do with WebSockets: no token, too much, nothing at all.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_tungstenite::tungstenite::Message;

use crate::{
    app::TestApp,
    raw::Raw,
    socket::{Heard, Socket},
};

/// Long enough for a machine that does other work, short enough to wait for.
const SHORT: Duration = Duration::from_millis(400);
/// Bounds of seconds have ended by then.
const LONG: Duration = Duration::from_secs(20);

const HANDSHAKE: &str = "GET /api/extract/ws/a HTTP/1.1\r\nhost: x\r\nconnection: Upgrade\r\n\
    upgrade: websocket\r\nsec-websocket-version: 13\r\n\
    sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

/// A service whose WebSockets wait for little.
async fn service() -> TestApp {
    TestApp::with(|settings| {
        settings.progress.token_time = SHORT;
        settings.progress.wait = SHORT;
    })
    .await
}

/// A WebSocket by hand, with what was sent right behind the handshake.
async fn by_hand(app: &TestApp, behind: &[u8]) -> Raw {
    let mut raw = Raw::to(&app.url).await;
    raw.send([HANDSHAKE.as_bytes(), behind].concat()).await;
    let answer = raw.answer().await;
    assert_eq!(answer.status, 101, "{}", answer.head);
    raw
}

/// A frame of a client with a mask of zeros.
fn frame(opcode: u8, payload: &[u8]) -> Vec<u8> {
    assert!(payload.len() < 65_536);
    let mut frame = vec![0x80 | opcode];
    if payload.len() < 126 {
        frame.push(0x80 | payload.len() as u8);
    } else {
        frame.push(0x80 | 0x7e);
        frame.extend_from_slice(&(payload.len() as u16).to_be_bytes());
    }
    frame.extend_from_slice(&[0; 4]);
    frame.extend_from_slice(payload);
    frame
}

/// The code and the reason of the close frame that comes next, and last.
async fn closed(raw: &mut Raw) -> (u16, String) {
    let mut rest = Vec::new();
    let _ = raw.0.read_to_end(&mut rest).await;
    assert_eq!(rest[0], 0x88, "a close frame: {rest:?}");
    let payload = &rest[2..2 + usize::from(rest[1])];
    let code = u16::from_be_bytes([payload[0], payload[1]]);
    (code, String::from_utf8(payload[2..].to_vec()).unwrap())
}

#[track_caller]
fn ended(heard: &Heard, code: u16, why: &str) {
    assert_eq!((heard.code, heard.why.as_str()), (Some(code), why), "{heard:#?}");
}

#[tokio::test]
async fn a_token_that_is_worthless_is_refused_before_the_connection_changes() {
    let app = service().await;
    let user = app.account("FREE", 0).await;
    let (_, refresh) = app.tokens(&user.username, &user.password).await;
    for token in ["nonsense", refresh.as_str(), &format!("{}x", user.token)] {
        let (protocol, bearer) = (format!("bearer, {token}"), format!("Bearer {token}"));
        for header in [("sec-websocket-protocol", &*protocol), ("authorization", &*bearer)] {
            let refused = Socket::open(&app, "/api/extract/ws/a", &[header]).await;
            assert_eq!(refused.err().unwrap().status, 401, "{header:?}");
        }
        let path = format!("/api/extract/ws/a?token={token}");
        let heard = Socket::open(&app, &path, &[]).await.unwrap().rest().await;
        ended(&heard, 4401, "No access token came in time");
    }
    // Nor does a good one count in the address.
    let path = format!("/api/extract/ws/a?token={}", user.token);
    let heard = Socket::open(&app, &path, &[]).await.unwrap().rest().await;
    ended(&heard, 4401, "No access token came in time");
    for token in [format!("Bearer {}", user.token), format!("bearer  {}", user.token)] {
        let header = [("authorization", token.as_str())];
        Socket::open(&app, "/api/extract/ws/a", &header).await.unwrap();
    }
}

#[tokio::test]
async fn the_token_may_be_the_first_message() {
    let app = service().await;
    let user = app.account("FREE", 0).await;
    let needed = "The first message must be {\"token\": \"<access token>\"}";
    for (message, why) in [
        (
            Message::text(json!({ "token": "nonsense" }).to_string()),
            "Could not validate credentials",
        ),
        (Message::text(user.token.clone()), needed),
        (Message::text("{}"), needed),
        (Message::binary(json!({ "token": user.token }).to_string().into_bytes()), needed),
    ] {
        let mut socket = Socket::silent(&app, "a").await;
        socket.say(message).await;
        ended(&socket.rest().await, 4401, why);
    }
    let good = json!({ "token": user.token }).to_string();
    let mut socket = Socket::silent(&app, "a").await;
    socket.say(Message::Ping(Vec::new().into())).await;
    socket.say(Message::text(good.clone())).await;
    let heard = socket.rest().await;
    ended(&heard, 4404, "Extraction progress not found");
    let unknown = json!({
        "status": "error", "error": "Extraction progress not found", "extraction_id": "a",
    });
    assert_eq!(heard.records, [unknown]);
    // In one packet with the handshake.
    let mut raw = by_hand(&app, &frame(1, good.as_bytes())).await;
    assert_eq!(raw.0.read_u8().await.unwrap(), 0x81);
    let length = raw.0.read_u8().await.unwrap();
    let mut text = vec![0; usize::from(length)];
    raw.0.read_exact(&mut text).await.unwrap();
    assert!(String::from_utf8(text).unwrap().contains("Extraction progress not found"));
    assert_eq!(closed(&mut raw).await.0, 4404);
}

#[tokio::test]
async fn somebody_elses_request_is_as_unknown_as_none() {
    let app = service().await;
    let (ann, bob) = (app.account("PRO", 9).await, app.account("PRO", 9).await);
    let body = json!({ "text_to_speech": "Hello.", "extraction_id": "anns" });
    app.post_as(&ann, "/api/synthesize", body).await.expect_status(200);
    let seen = async |id: &str| {
        let mut heard = Socket::follow(&app, &bob, id).await.rest().await;
        ended(&heard, 4404, "Extraction progress not found");
        heard.records[0]["extraction_id"] = json!("x");
        heard.records
    };
    assert_eq!(seen("anns").await, seen("nobodys").await);
    Socket::follow(&app, &ann, "anns").await.rest().await.expect_end("completed");
}

#[tokio::test]
async fn large_and_wrong_frames_end_the_socket() {
    let app = TestApp::start().await;
    let user = app.account("FREE", 0).await;
    let begun = || Socket::follow(&app, &user, "a");
    // Ten megabytes, told before or after the token.
    for mut socket in [begun().await, Socket::silent(&app, "a").await] {
        let start = Instant::now();
        socket.say(Message::binary(vec![0; 10 << 20])).await;
        ended(&socket.rest().await, 1009, "A message may have 8192 bytes");
        assert!(start.elapsed() < LONG, "{:?}", start.elapsed());
    }
    // Only its head: it is not waited for.
    let mut raw = by_hand(&app, &[0x82, 0xff, 0, 0, 0, 0, 0, 0xa0, 0, 0, 0, 0, 0, 0]).await;
    assert_eq!(closed(&mut raw).await.0, 1009);
    for (what, bytes, code) in [
        ("not masked", vec![0x81, 2, b'{', b'}'], 1002),
        ("reserved bits", vec![0xf1, 0x80, 0, 0, 0, 0], 1002),
        ("an unknown kind", vec![0x83, 0x80, 0, 0, 0, 0], 1002),
        ("a continuation of nothing", vec![0x80, 0x80, 0, 0, 0, 0], 1002),
        ("a ping in parts", vec![0x09, 0x80, 0, 0, 0, 0], 1002),
        ("no text", frame(1, &[0xff, 0xfe]), 1007),
    ] {
        let mut raw = by_hand(&app, &bytes).await;
        assert_eq!(closed(&mut raw).await.0, code, "{what}");
    }
    let mut socket = begun().await;
    for _ in 0..51 {
        socket.say(Message::text("hello?")).await;
    }
    ended(&socket.rest().await, 1008, "Too many messages");
    assert_eq!(app.metric("tts_reader_progress_subscribers").await, 0.0);
}

#[tokio::test]
async fn who_does_not_answer_is_dropped_and_who_does_stays() {
    let app = TestApp::with(|settings| settings.progress.heartbeat = SHORT).await;
    let user = app.account("FREE", 0).await;
    let mut alive = Socket::follow(&app, &user, "a").await;
    let first = json!({ "token": user.token }).to_string();
    let start = Instant::now();
    let mut dead = by_hand(&app, &frame(1, first.as_bytes())).await;
    let ending = async {
        let mut rest = Vec::new();
        let _ = dead.0.read_to_end(&mut rest).await;
        rest
    };
    tokio::select! {
        // Answers pings as it reads.
        heard = alive.record() => panic!("nothing was told: {heard}"),
        rest = ending => assert_eq!(rest, [0x89, 0], "one ping, and the end"),
    }
    assert!((SHORT..LONG).contains(&start.elapsed()), "{:?}", start.elapsed());
    assert_eq!(app.metric("tts_reader_progress_silent_subscribers_total").await, 1.0);
    assert_eq!(app.metric("tts_reader_progress_subscribers").await, 1.0);
}

#[tokio::test]
async fn a_subscriber_does_not_outlive_its_session_or_its_token() {
    let app = TestApp::start().await;
    let user = app.account("FREE", 0).await;
    let other = app.login(&user.username, &user.password).await;
    let mut stays = Socket::follow(&app, &user, "a").await;
    let goes = crate::app::User { token: other, ..user.clone() };
    let socket = Socket::follow(&app, &goes, "a").await;
    app.post_as(&goes, "/api/logout", json!({})).await.expect_status(200);
    let start = Instant::now();
    tokio::select! {
        heard = socket.rest() => ended(&heard, 4401, "The session is over"),
        heard = stays.record() => panic!("the other login goes on: {heard}"),
    }
    assert!(start.elapsed() < LONG, "{:?}", start.elapsed());

    let app = TestApp::with(|settings| {
        settings.access_token_lifetime = Duration::from_secs(2);
    })
    .await;
    let user = app.account("FREE", 0).await;
    let heard = Socket::follow(&app, &user, "a").await.rest().await;
    ended(&heard, 4401, "The access token has expired");
}

#[tokio::test]
async fn a_service_that_stops_says_so() {
    let app = TestApp::start().await;
    let user = app.account("FREE", 0).await;
    let sockets = [Socket::follow(&app, &user, "a").await, Socket::silent(&app, "a").await];
    let start = Instant::now();
    let stopping = tokio::spawn(app.stop());
    for socket in sockets {
        ended(&socket.rest().await, 1012, "The service restarts; connect again");
    }
    stopping.await.unwrap();
    assert!(start.elapsed() < LONG, "{:?}", start.elapsed());
}

#[tokio::test]
async fn there_are_so_many_and_so_many_of_an_account() {
    let app = TestApp::with(|settings| {
        settings.progress.subscribers = 3;
        settings.progress.subscribers_of_account = 2;
    })
    .await;
    let (ann, bob) = (app.account("FREE", 0).await, app.account("FREE", 0).await);
    let held = [Socket::follow(&app, &ann, "a").await, Socket::follow(&app, &ann, "b").await];
    let too_many = "The account follows as many requests as it may";
    let bearer = format!("Bearer {}", ann.token);
    let token = [("authorization", bearer.as_str())];
    let refused = Socket::open(&app, "/api/extract/ws/c", &token).await.err().unwrap();
    assert_eq!(refused.status, 429, "{refused:?}");
    let mut late = Socket::silent(&app, "c").await;
    late.say(Message::text(json!({ "token": ann.token }).to_string())).await;
    ended(&late.rest().await, 4429, too_many);
    let bobs = Socket::follow(&app, &bob, "a").await;
    let refused = Socket::open(&app, "/api/extract/ws/a", &[]).await.err().unwrap();
    assert_eq!(refused.status, 503, "{refused:?}");
    assert_eq!(app.metric("tts_reader_progress_subscribers").await, 3.0);
    drop((held, bobs));
    while app.metric("tts_reader_progress_subscribers").await > 0.0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(app.metric("tts_reader_progress_kept").await, 0.0);
}

#[tokio::test]
async fn pages_of_other_origins_follow_nothing() {
    let ours = "https://reader.example";
    let app = Arc::new(TestApp::with(|s| s.cors_origins = vec![ours.to_owned()]).await);
    let user = app.account("FREE", 0).await;
    let token = format!("bearer, {}", user.token);
    let open = async |origin: Option<&str>| {
        let mut headers = vec![("sec-websocket-protocol", token.as_str())];
        headers.extend(origin.map(|origin| ("origin", origin)));
        Socket::open(&app, "/api/extract/ws/a", &headers).await.map_err(|it| it.status)
    };
    for origin in
        ["https://evil.example", "http://reader.example", "null", "https://reader.example/"]
    {
        assert_eq!(open(Some(origin)).await.err(), Some(403), "{origin}");
    }
    assert!(open(Some(ours)).await.is_ok());
    assert!(open(None).await.is_ok(), "programs have no origin");
}

#[tokio::test]
async fn what_is_no_handshake_is_told_so() {
    let app = TestApp::start().await;
    let user = app.account("FREE", 0).await;
    let path = "/api/extract/ws/a";
    app.get(path).await.expect_status(401);
    let reply = app.get_as(&user, path).await.expect_status(426);
    assert_eq!(reply.detail(), "Follow progress over a WebSocket");
    assert_eq!(
        (reply.header("upgrade"), reply.header("sec-websocket-version")),
        ("websocket", "13")
    );
    let open = async |path: &str, header: (&'static str, &str)| {
        Socket::open(&app, path, &[header]).await.err().map(|refused| refused.status)
    };
    assert_eq!(open(path, ("sec-websocket-version", "8")).await, Some(426));
    assert_eq!(open(path, ("sec-websocket-key", "short")).await, Some(400));
    assert_eq!(open(path, ("sec-websocket-protocol", "chat")).await, Some(400));
    assert_eq!(open(path, ("connection", "close")).await, Some(400));
    let token = format!("Bearer {}", user.token);
    for wrong in ["/api/extract/ws/a?after=x", "/api/extract/ws/a?after=-1"] {
        assert_eq!(open(wrong, ("authorization", &token)).await, Some(422));
    }
    assert_eq!(open("/api/extract/ws/a.b", ("authorization", &token)).await, Some(404));
    assert_eq!(open("/api/extract/ws/", ("authorization", &token)).await, Some(404));
    // HEAD is no handshake.
    let mut raw = Raw::to(&app.url).await;
    raw.send(HANDSHAKE.replace("GET", "HEAD").as_bytes()).await;
    let mut head = [0; 12];
    raw.0.read_exact(&mut head).await.unwrap();
    assert_eq!(&head, b"HTTP/1.1 401");
    raw.0.shutdown().await.unwrap();
}
