//! WebSockets: what is counted of them, when, and what becomes of servers that do not play fair.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use katydid_core::{FailureKind, Snapshot, StopReason};
use katydid_engine::{
    Hooks, HttpSettings, RunSettings, Session, Shared, Task, TaskResult, UserClass, WEBSOCKET,
    WebSocket, no_wait,
};
use katydid_testkit::{Alpn, Certificate, TestServer};
use serde_json::{Value, json};

use crate::common::{
    done, go, kinds, only_failure, row, script, script_with, scripted, settings, sharing,
};

/// Far beyond what an answer on this machine needs.
const SOON: Duration = Duration::from_secs(20);

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// (method, name, requests, failures) of every row, by name.
fn counts(snapshot: &Snapshot) -> Vec<(String, String, u64, u64)> {
    let rows = snapshot.rows();
    let mut counts: Vec<_> = rows
        .map(|row| {
            let key = &row.key;
            (key.method.to_string(), key.name.to_string(), row.requests(), row.failures())
        })
        .collect();
    counts.sort_by(|left, right| left.1.cmp(&right.1));
    counts
}

fn counted(rows: &[(&str, &str, u64, u64)]) -> Vec<(String, String, u64, u64)> {
    let owned = |row: &(&str, &str, u64, u64)| (row.0.to_owned(), row.1.to_owned(), row.2, row.3);
    rows.iter().map(owned).collect()
}

/// Every request that was begun is in a row or was cut.
fn assert_conserved(snapshot: &Snapshot) {
    assert_eq!(snapshot.unaccounted(), None);
    assert_eq!(snapshot.sent_requests, snapshot.requests() + snapshot.cut_requests);
}

async fn talk(s: &mut Session) -> TaskResult {
    let mut socket = s.websocket("/ws/echo").name("/talk").connect().await?;
    for number in 0..10 {
        socket.send_text(format!("hello {number}")).await?;
        let message = socket.receive(SOON).await?;
        assert!(message.is_text());
        assert_eq!(message.text(), format!("hello {number}"));
    }
    socket.send(vec![0, 255]).await?;
    let message = socket.receive(SOON).await?;
    assert!(!message.is_text());
    assert_eq!(message.bytes(), [0, 255]);
    drop(message);
    let answer: Value = socket.exchange(json!({"a": 1}), SOON).await?.json()?;
    assert_eq!(answer, json!({"a": 1}));
    // The session is free meanwhile.
    s.get("/ok").send().await?;
    assert!(socket.is_open());
    socket.close().await?;
    done()
}

fn assert_talked(snapshot: &Snapshot) {
    let expected = [
        ("GET", "/ok", 1, 0),
        (WEBSOCKET, "/talk[close]", 1, 0),
        (WEBSOCKET, "/talk[connect]", 1, 0),
        (WEBSOCKET, "/talk[exchange]", 1, 0),
        (WEBSOCKET, "/talk[receive]", 11, 0),
        (WEBSOCKET, "/talk[send]", 11, 0),
    ];
    assert_eq!(counts(snapshot), counted(&expected));
    assert_conserved(snapshot);
    assert_eq!(snapshot.tasks()[0].counts.requests, 26);
    // Seven letters ten times and two bytes; frames of a client have a head of six bytes, those of
    // a server of two.
    let sent = row(snapshot, "/talk[send]").bytes();
    assert_eq!((sent.sent, sent.received, sent.body), (11 * 6 + 72, 0, 72));
    let received = row(snapshot, "/talk[receive]").bytes();
    assert_eq!((received.sent, received.received, received.body), (0, 11 * 2 + 72, 72));
    assert_eq!(row(snapshot, "/talk[connect]").connections(), 1);
    for row in snapshot.rows() {
        let phases: u64 = row.phases().sums_ns().iter().sum();
        let service = row.service();
        let total = service.mean().unwrap().as_nanos() as f64 * service.len() as f64;
        assert!((phases as f64 - total).abs() <= total * 0.01 + 2e4, "{}", row.key.name);
    }
}

#[test]
fn messages_go_out_and_come_back_in_rows_of_their_own() {
    let server = TestServer::spawn();
    assert_talked(&script(&server, |(), s| Box::pin(talk(s))));
    assert_eq!(server.connections(), 2, "the WebSocket has a connection of its own");
}

#[test]
fn tls_is_verified_and_http1_is_asked_for_where_the_server_would_speak_http2() {
    let server = TestServer::spawn_tls_with(Alpn::Http2AndHttp1, Certificate::Valid);
    let roots = server.ca_pem().unwrap().as_bytes().to_vec();
    let http = HttpSettings { extra_roots_pem: Some(roots), ..HttpSettings::default() };
    let trusting = RunSettings { http, ..settings(&server) };
    let snapshot = script_with(&trusting, Shared::default(), |(), s| Box::pin(talk(s)));
    assert_talked(&snapshot);
    let [_, connect, tls, ..] = row(&snapshot, "/talk[connect]").phases().sums_ns();
    assert!(connect > 0 && tls > 0);
    let snapshot = script(&server, |(), s| {
        Box::pin(async move {
            s.websocket("/ws/echo").connect().await.unwrap_err();
            done()
        })
    });
    assert_eq!(only_failure(&snapshot).kind, FailureKind::Tls);
}

#[test]
fn the_handshake_carries_what_requests_of_the_session_carry() {
    let server = TestServer::spawn();
    let snapshot = script(&server, |(), s| {
        Box::pin(async move {
            s.set_bearer(Some("abc"));
            s.get("/set-cookie/a/b").send().await?;
            let address = s.host().replace("http:", "ws:") + "/ws/hello";
            let socket = s.websocket(address).name("/hello").header("x-own", "1");
            let socket = socket.query(&[("after", "7")]).subprotocol("chat").subprotocol("news");
            let mut socket = socket.connect().await?;
            assert_eq!(socket.protocol(), Some("chat"));
            // It came in one piece with the consent.
            let hello: Value = socket.receive(SOON).await?.json()?;
            assert_eq!(
                (&hello["method"], &hello["path"]),
                (&json!("GET"), &json!("/ws/hello?after=7"))
            );
            let headers = hello["headers"].to_string();
            for header in [
                r#"["authorization","Bearer abc"]"#,
                r#"["cookie","a=b"]"#,
                r#"["x-own","1"]"#,
                r#"["sec-websocket-version","13"]"#,
                r#"["sec-websocket-protocol","chat, news"]"#,
            ] {
                assert!(headers.contains(header), "{header} in {headers}");
            }
            done()
        })
    });
    assert_eq!(snapshot.failed(), 0);
}

#[test]
fn a_server_that_does_not_consent_is_a_failure_that_says_how() {
    let server = TestServer::spawn();
    for (path, kind, text) in [
        ("/status/401", FailureKind::Status(401), "HTTP 401 instead of 101: status 401"),
        ("/ok", FailureKind::Status(200), "HTTP 200 instead of 101"),
        ("/redirect/1", FailureKind::Status(302), "HTTP 302 instead of 101: elsewhere"),
        (
            "/ws/wrong-key",
            FailureKind::Protocol,
            "no WebSocket: Sec-WebSocket-Accept is not the answer to our key",
        ),
        (
            "/ws/protocol/none",
            FailureKind::Protocol,
            "no WebSocket: the server chose none of the subprotocols offered",
        ),
        (
            "/ws/protocol/other",
            FailureKind::Protocol,
            "no WebSocket: the server chose the subprotocol `other`, which was not offered",
        ),
        ("/reset", FailureKind::Connection, "Connection reset by peer"),
    ] {
        let snapshot = script_with(&settings(&server), sharing(path), |(), s| {
            Box::pin(async move {
                let path = *s.shared::<&str>();
                let failed = s.websocket(path).subprotocol("mine").connect().await.unwrap_err();
                assert!(!failed.text().is_empty());
                done()
            })
        });
        let failure = only_failure(&snapshot);
        assert_eq!((&*failure.name, failure.kind), (&*format!("{path}[connect]"), kind));
        assert!(failure.text.starts_with(text), "{}", failure.text);
        assert_conserved(&snapshot);
    }
}

#[test]
fn mistakes_of_the_suite_are_failures_that_do_not_repeat_a_token() {
    let server = TestServer::spawn();
    let snapshot = script(&server, |(), s| {
        Box::pin(async move {
            for names in [["a token="; 2], ["twice"; 2]] {
                let [first, second] = names;
                let socket = s.websocket("/ws/echo").subprotocol(first).subprotocol(second);
                let failed = socket.connect().await.unwrap_err();
                assert_eq!(failed.kind(), FailureKind::Request);
                assert!(!failed.text().contains("a token="), "{}", failed.text());
            }
            done()
        })
    });
    assert_eq!((snapshot.failed(), server.connections()), (2, 0));
}

#[test]
fn the_end_is_told_with_its_code() {
    let server = TestServer::spawn();
    let snapshot = script(&server, |(), s| {
        Box::pin(async move {
            let mut socket = s.websocket("/ws/close/1011").name("bad").connect().await?;
            let failed = socket.receive(SOON).await.unwrap_err();
            assert_eq!(failed.kind(), FailureKind::Closed(1011));
            assert_eq!(failed.text(), "closed by the server with code 1011: as asked");
            assert!(!socket.is_open());
            // It is known; closing is nothing to do and nothing to count.
            socket.close().await?;

            let mut socket = s.websocket("/ws/close/4401").name("meant").connect().await?;
            socket.expect_close(4401, SOON).await?;
            let mut socket = s.websocket("/ws/close/4401").name("meant").connect().await?;
            let failed = socket.expect_close(1000, SOON).await.unwrap_err();
            assert_eq!(failed.kind(), FailureKind::Closed(4401));

            for path in ["/ws/close/1000", "/ws/close/0"] {
                let mut socket = s.websocket(path).name("good").connect().await?;
                assert!(socket.next(SOON).await?.is_none());
                let mut socket = s.websocket(path).name("good, not awaited").connect().await?;
                let failed = socket.receive(SOON).await.unwrap_err();
                assert!(matches!(failed.kind(), FailureKind::Closed(1000 | 1005)));
            }

            let mut socket = s.websocket("/ws/count/3").name("count").connect().await?;
            let mut heard = Vec::new();
            while let Some(message) = socket.next(SOON).await? {
                heard.push(message.text().into_owned());
            }
            assert_eq!(heard, ["0", "1", "2"]);

            let mut socket = s.websocket("/ws/drop").name("broken").connect().await?;
            socket.send_text("end").await?;
            let failed = socket.next(SOON).await.unwrap_err();
            assert_eq!(failed.kind(), FailureKind::Connection);
            assert_eq!(failed.text(), "the connection ended without a Close frame");
            socket.send_text("more").await.unwrap_err();
            done()
        })
    });
    let expected = [
        (WEBSOCKET, "bad[connect]", 1, 0),
        (WEBSOCKET, "bad[receive]", 1, 1),
        (WEBSOCKET, "broken[connect]", 1, 0),
        (WEBSOCKET, "broken[receive]", 1, 1),
        (WEBSOCKET, "broken[send]", 2, 1),
        (WEBSOCKET, "count[close]", 1, 0),
        (WEBSOCKET, "count[connect]", 1, 0),
        (WEBSOCKET, "count[receive]", 3, 0),
        (WEBSOCKET, "good, not awaited[connect]", 2, 0),
        (WEBSOCKET, "good, not awaited[receive]", 2, 2),
        (WEBSOCKET, "good[close]", 2, 0),
        (WEBSOCKET, "good[connect]", 2, 0),
        (WEBSOCKET, "meant[close]", 2, 1),
        (WEBSOCKET, "meant[connect]", 2, 0),
    ];
    assert_eq!(counts(&snapshot), counted(&expected));
    assert_conserved(&snapshot);
    let bad = kinds(&snapshot, "bad[receive]");
    assert_eq!(bad, [(FailureKind::Closed(1011), 1)]);
}

#[test]
fn pings_are_answered_and_messages_arrive_while_the_task_does_something_else() {
    let server = TestServer::spawn();
    let snapshot = script(&server, |(), s| {
        Box::pin(async move {
            let mut socket = s.websocket("/ws/ping/50").connect().await?;
            // Not looked at: the driver alone answers.
            s.sleep(ms(300)).await;
            assert_eq!(socket.waiting(), 1, "all pings are answered");
            let message = socket.receive(SOON).await?;
            assert_eq!(message.text(), "50 pongs");
            assert_eq!(message.elapsed(), Duration::ZERO, "it was here already");
            drop(message);
            assert!(socket.next(SOON).await?.is_none());
            done()
        })
    });
    assert_eq!(snapshot.failed(), 0);
}

#[test]
fn times_are_those_of_the_wire_and_not_of_the_task() {
    let server = TestServer::spawn();
    let snapshot = script(&server, |(), s| {
        Box::pin(async move {
            let mut socket = s.websocket("/ws/slow/200").name("/slow").connect().await?;
            for _ in 0..3 {
                socket.exchange("question", SOON).await?;
                socket.send_text("one").await?;
                socket.receive(SOON).await?;
            }
            // What the task does after an answer arrived is not in its time.
            socket.send_text("two").await?;
            s.sleep(ms(600)).await;
            let late = socket.receive(SOON).await?;
            assert_eq!(late.elapsed(), Duration::ZERO);
            done()
        })
    });
    for name in ["/slow[exchange]", "/slow[receive]"] {
        let times = row(&snapshot, name).response().into_owned();
        assert!(times.max().unwrap() >= ms(199), "{name}: {:?}", times.max());
        assert!(times.max().unwrap() < ms(500), "{name}: {:?}", times.max());
    }
    assert!(row(&snapshot, "/slow[exchange]").response().min().unwrap() >= ms(199));
    let [.., send, wait, _] = row(&snapshot, "/slow[exchange]").phases().sums_ns();
    assert!(wait >= 3 * 190_000_000 && send < wait / 4, "send {send} wait {wait}");
    let sends = row(&snapshot, "/slow[send]").response().max();
    assert!(sends.unwrap() < ms(150), "a send is over when the system has it: {sends:?}");
}

#[test]
fn an_exchange_is_not_answered_by_what_came_before_it() {
    let server = TestServer::spawn();
    script(&server, |(), s| {
        Box::pin(async move {
            let mut socket = s.websocket("/ws/slow/20").connect().await?;
            socket.send_text("earlier").await?;
            s.sleep(ms(300)).await;
            assert_eq!(socket.exchange("now", SOON).await?.text(), "now");
            assert_eq!(socket.receive(SOON).await?.text(), "earlier");
            done()
        })
    });
}

#[test]
fn silence_is_a_timeout_and_what_comes_too_late_is_the_next_message() {
    let server = TestServer::spawn();
    let snapshot = script(&server, |(), s| {
        Box::pin(async move {
            let mut socket = s.websocket("/ws/slow/300").name("late").connect().await?;
            socket.send_text("slowly").await?;
            let failed = socket.receive(ms(50)).await.unwrap_err();
            assert_eq!(failed.kind(), FailureKind::Timeout);
            assert_eq!(failed.text(), "no message within 50ms");
            assert_eq!(socket.receive(SOON).await?.text(), "slowly");

            let socket = s.websocket("/ws/silent").name("silent").timeout(ms(200));
            let mut socket = socket.connect().await?;
            socket.send_text("hello?").await?;
            assert_eq!(
                socket.exchange("hello?", ms(60)).await.unwrap_err().kind(),
                FailureKind::Timeout
            );
            socket.expect_close(1000, ms(60)).await.unwrap_err();
            let failed = socket.close().await.unwrap_err();
            assert_eq!(failed.text(), "no Close frame within 200ms");
            done()
        })
    });
    let timed_out = row(&snapshot, "late[receive]").failed().min().unwrap();
    assert!(timed_out >= ms(50), "a timeout has its time: {timed_out:?}");
    assert_eq!(kinds(&snapshot, "silent[close]"), [(FailureKind::Timeout, 1); 2]);
    assert_conserved(&snapshot);
}

#[test]
fn a_server_that_takes_nothing_ends_the_sending_in_time() {
    let server = TestServer::spawn();
    let snapshot = script(&server, |(), s| {
        Box::pin(async move {
            let mut socket =
                s.websocket("/ws/deaf").name("deaf").timeout(ms(300)).connect().await?;
            // More than any buffer between the two takes.
            let failed = socket.send(vec![b'x'; 16 << 20]).await.unwrap_err();
            assert_eq!(failed.text(), "the server did not take the message within 300ms");
            let failed = socket.send_text("more").await.unwrap_err();
            assert_eq!(failed.text(), "a message before was sent only in part");
            done()
        })
    });
    let kinds = kinds(&snapshot, "deaf[send]");
    assert_eq!(kinds, [(FailureKind::Timeout, 1), (FailureKind::Connection, 1)]);
}

#[test]
fn what_a_server_may_say_is_bounded() {
    let server = TestServer::spawn();
    let snapshot = script(&server, |(), s| {
        Box::pin(async move {
            let socket = s.websocket("/ws/echo").name("large").max_message(10);
            let mut socket = socket.connect().await?;
            assert_eq!(socket.exchange("0123456789", SOON).await?.text(), "0123456789");
            let failed = socket.exchange("0123456789x", SOON).await.unwrap_err();
            assert_eq!(failed.kind(), FailureKind::TooLarge);
            assert_eq!(failed.text(), "a message is larger than the limit of 10 bytes");

            let mut socket = s.websocket("/ws/flood/3000").name("flood").connect().await?;
            s.sleep(ms(200)).await;
            for _ in 0..1_000 {
                assert_eq!(socket.receive(SOON).await?.bytes().len(), 10);
            }
            let failed = socket.receive(SOON).await.unwrap_err();
            assert_eq!(failed.kind(), FailureKind::TooLarge);
            assert_eq!(failed.text(), "more than 1000 messages wait to be received (max_unread)");
            done()
        })
    });
    assert_eq!(row(&snapshot, "flood[receive]").requests(), 1_001);
    assert_eq!(snapshot.failed(), 2);
}

#[test]
fn what_is_no_websocket_is_a_failure_and_the_user_goes_on() {
    let server = TestServer::spawn();
    let hows = ["masked", "reserved", "opcode", "utf8", "ping", "continuation", "huge", "http"];
    for how in hows {
        let snapshot = script_with(&settings(&server), sharing(how), |(), s| {
            Box::pin(async move {
                let how = *s.shared::<&str>();
                let socket = s.websocket(format!("/ws/broken/{how}")).name("broken");
                let mut socket = socket.connect().await?;
                let failed = socket.receive(SOON).await.unwrap_err();
                let too_large = how == "huge";
                let kind = if too_large { FailureKind::TooLarge } else { FailureKind::Protocol };
                assert_eq!(failed.kind(), kind, "{how}: {failed}");
                s.get("/ok").send().await?;
                done()
            })
        });
        assert_eq!((snapshot.failed(), snapshot.requests()), (1, 3), "{how}");
    }
}

#[test]
fn messages_in_parts_are_whole() {
    let server = TestServer::spawn();
    script(&server, |(), s| {
        Box::pin(async move {
            let mut socket = s.websocket("/ws/fragments/400").connect().await?;
            assert_eq!(socket.receive(SOON).await?.text(), "é".repeat(400));
            assert!(socket.next(SOON).await?.is_none());
            done()
        })
    });
}

#[test]
fn checks_judge_a_message_once() {
    let server = TestServer::spawn();
    let snapshot = script(&server, |(), s| {
        Box::pin(async move {
            let mut socket = s.websocket("/ws/echo").name("/checked").connect().await?;
            let answer = socket.exchange(r#"{"n":1}"#, SOON).await?;
            let answer =
                answer.check("has n", |it| it.json::<Value>().is_ok_and(|v| v["n"] == 1))?;
            drop(answer);
            let answer = socket.exchange("no JSON", SOON).await?;
            let failed = answer.check("is JSON", |it| it.json::<Value>().is_ok()).unwrap_err();
            assert_eq!(failed.text(), "check failed: is JSON");
            let failed = socket.exchange("x", SOON).await?.fail("not what I want");
            assert_eq!(failed.kind(), FailureKind::Manual);
            done()
        })
    });
    assert_eq!(
        kinds(&snapshot, "/checked[exchange]"),
        [(FailureKind::Check, 1), (FailureKind::Manual, 1)]
    );
    assert_eq!(row(&snapshot, "/checked[exchange]").requests(), 3);
    assert_eq!(row(&snapshot, "/checked[exchange]").read(), 3);
}

#[test]
fn the_end_of_the_run_cuts_who_waits_and_counts_it() {
    let server = TestServer::spawn();
    let class = scripted(|(), s| {
        Box::pin(async move {
            let mut socket = s.websocket("/ws/silent").name("/endless").connect().await?;
            socket.receive(Duration::from_hours(1)).await?;
            Ok(())
        })
    });
    let settings = RunSettings { users: 3, run_time: Some(ms(300)), ..settings(&server) };
    let ran = go(&[class.into()], Shared::default(), &settings);
    assert_eq!(ran.reason, StopReason::RunTime);
    assert!(ran.took < ms(5_000), "{:?}", ran.took);
    assert_eq!(counts(&ran.snapshot), counted(&[(WEBSOCKET, "/endless[connect]", 3, 0)]));
    assert_eq!(ran.snapshot.cut_requests, 3);
    assert_conserved(&ran.snapshot);
}

#[test]
fn a_limit_of_requests_is_exact_with_websockets_too() {
    let server = TestServer::spawn();
    let class =
        UserClass::<()>::with_default("Talker").wait(no_wait()).task(Task::new("talk", |(), s| {
            Box::pin(async move {
                let mut socket = s.websocket("/ws/echo").name("/talk").connect().await?;
                for _ in 0..4 {
                    socket.send_text("x").await?;
                    socket.receive(SOON).await?;
                    socket.exchange("y", SOON).await?;
                }
                socket.close().await?;
                Ok(())
            })
        }));
    let settings =
        RunSettings { users: 5, threads: 2, max_requests: Some(101), ..settings(&server) };
    let ran = go(&[class.into()], Shared::default(), &settings);
    assert_eq!(ran.reason, StopReason::MaxRequests);
    assert_eq!((ran.snapshot.requests(), ran.snapshot.failed()), (101, 0));
    assert_conserved(&ran.snapshot);
}

/// A user who opens a WebSocket once and listens to it in every task.
#[derive(Default)]
struct Listener {
    socket: Option<WebSocket>,
    heard: u32,
}

#[test]
fn a_websocket_may_live_longer_than_a_task() {
    let server = TestServer::spawn();
    let task = Task::new("listen", |user: &mut Listener, s| {
        Box::pin(async move {
            if user.socket.is_none() {
                user.socket = Some(s.websocket("/ws/every/1").name("/news").connect().await?);
            }
            let socket = user.socket.as_mut().unwrap();
            let message = socket.receive(SOON).await?;
            assert_eq!(message.text(), user.heard.to_string());
            user.heard += 1;
            if user.heard == 50 { done() } else { Ok(()) }
        })
    });
    let class = UserClass::<Listener>::with_default("Listener").task(task);
    let ran = go(&[class.into()], Shared::default(), &settings(&server));
    assert_eq!(ran.snapshot.exceptions().count(), 0);
    let counts = ran.snapshot.tasks()[0].counts;
    assert_eq!((counts.executions, counts.requests), (50, 51), "each task has what it received");
    assert_conserved(&ran.snapshot);
}

#[test]
fn a_transaction_has_its_messages_in_it() {
    let server = TestServer::spawn();
    let snapshot = script(&server, |(), s| {
        Box::pin(async move {
            let done_well = s.transaction("talk", async |s| {
                let mut socket = s.websocket("/ws/slow/100").connect().await?;
                socket.exchange("x", SOON).await?;
                socket.close().await?;
                Ok(())
            });
            done_well.await?;
            let failed = s.transaction("refused", async |s| {
                s.websocket("/status/403").name("/refused").connect().await?;
                Ok(())
            });
            failed.await.unwrap_err();
            done()
        })
    });
    let transactions = snapshot.transactions();
    let of = |name: &str| transactions.iter().find(|row| &*row.key.name == name).unwrap();
    assert!(of("talk").response().min().unwrap() >= ms(99));
    assert_eq!((of("talk").failures(), of("refused").failures()), (0, 1));
    let failure = snapshot.failed_transactions().next().unwrap();
    assert!(failure.text.starts_with("WS /refused[connect]: HTTP 403"), "{}", failure.text);
}

#[test]
fn hooks_and_exemplars_see_what_was_said_without_secrets() {
    let server = TestServer::spawn();
    let lines: Arc<Mutex<Vec<String>>> = Arc::default();
    let seen = Arc::clone(&lines);
    let hooks = Hooks::new().on_request(move |request| {
        let body = String::from_utf8_lossy(request.body).into_owned();
        let status = request.status.map_or_else(|| "-".to_owned(), |status| status.to_string());
        let line = format!("{} {} {status} {body}", request.method, request.name);
        seen.lock().unwrap().push(line);
    });
    let class = scripted(|(), s| {
        Box::pin(async move {
            let token = "planted-token-of-more-than-forty-letters-in-all";
            let socket = s.websocket("/ws/echo").name("/talk");
            let socket = socket.subprotocol("bearer").subprotocol(token);
            let mut socket = socket.connect().await?;
            let answer = socket.exchange(r#"{"token":"planted","n":1}"#, SOON).await?;
            drop(answer.fail("no"));
            drop(socket);
            let socket = s.websocket("/status/401").name("/refused");
            socket.subprotocol("bearer").subprotocol(token).connect().await.unwrap_err();
            done()
        })
    });
    let settings = RunSettings { hooks, ..settings(&server) };
    let ran = go(&[class.into()], Shared::default(), &settings);
    let lines = lines.lock().unwrap();
    let [connect, exchange, refused] = &lines[..] else { panic!("{lines:?}") };
    assert_eq!(connect, "WS /talk[connect] 101 ");
    assert_eq!(exchange, r#"WS /talk[exchange] - {"token":"planted","n":1}"#);
    assert!(refused.starts_with("WS /refused[connect] 401"), "{refused}");
    let exemplars: Vec<_> = ran.snapshot.exemplars().collect();
    let [refused, talk] = &exemplars[..] else { panic!("{exemplars:#?}") };
    assert_eq!(talk.request, "(message)\n\n{\"token\":\"***\",\"n\":1}");
    assert_eq!(talk.answer, talk.request);
    assert_eq!(
        (&*talk.url, &*talk.curl),
        (&*format!("{}/ws/echo", server.url().replace("http", "ws")), "")
    );
    assert!(refused.request.contains("sec-websocket-protocol: bearer, ***"), "{}", refused.request);
    let text = format!("{exemplars:?}");
    assert!(!text.contains("planted"), "{text}");
}

#[test]
fn who_leaves_without_closing_leaves_no_connection_behind() {
    let server = TestServer::spawn();
    let snapshot = script(&server, |(), s| {
        Box::pin(async move {
            for _ in 0..5 {
                let mut socket = s.websocket("/ws/echo").name("/left").connect().await?;
                socket.send_text("bye").await?;
            }
            // The server has had the time to see it.
            s.get("/delay/200").send().await?;
            let open = s.get("/ok").send().await?;
            drop(open);
            done()
        })
    });
    assert_eq!(snapshot.failed(), 0);
    assert_eq!(server.connections(), 6);
    assert!(server.open_connections() <= 1, "{}", server.open_connections());
}
