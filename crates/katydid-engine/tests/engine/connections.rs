//! Connections are kept, counted, and replaced without a word when the server has closed them.

use std::sync::Mutex;
use std::time::Duration;

use katydid_engine::{HttpSettings, RunSettings, Session, Shared, Task, UserClass};
use katydid_testkit::{Alpn, Certificate, Options, TestServer};

use crate::common::{done, go, row, script, script_with, settings, sharing};

#[test]
fn a_user_keeps_its_connection_and_shares_it_with_nobody() {
    let server = TestServer::spawn();
    let class = UserClass::<u32>::with_default("Keeping").task(Task::new("get", |count, s| {
        Box::pin(async move {
            s.get("/ok").send().await?;
            *count += 1;
            if *count == 50 { done() } else { Ok(()) }
        })
    }));
    let settings = RunSettings { users: 4, threads: 2, ..settings(&server) };
    let ran = go(&[class.into()], Shared::default(), &settings);
    assert_eq!(server.requests_per_connection(), [50; 4]);
    assert_eq!((ran.snapshot.failed(), row(&ran.snapshot, "/ok").connections()), (0, 4));
}

#[test]
fn an_idle_connection_closed_by_the_server_is_replaced_silently() {
    let options = Options { idle_close: Some(Duration::from_millis(50)), ..Options::default() };
    let server = TestServer::with(options).unwrap();
    let snapshot = script(&server, |(), s| {
        Box::pin(async move {
            for _ in 0..3 {
                s.get("/ok").send().await?;
                s.get("/ok").send().await?;
                s.sleep(Duration::from_millis(150)).await;
            }
            done()
        })
    });
    assert_eq!(server.requests_per_connection(), [2, 2, 2]);
    assert_eq!((snapshot.failed(), row(&snapshot, "/ok").connections()), (0, 3));
}

#[test]
fn a_server_that_wants_no_keep_alive_gets_a_connection_each() {
    let server = TestServer::spawn();
    let snapshot = script(&server, |(), s| {
        Box::pin(async move {
            for _ in 0..3 {
                s.get("/ok").header("connection", "close").send().await?;
            }
            done()
        })
    });
    assert_eq!(server.requests_per_connection(), [1, 1, 1]);
    assert_eq!((snapshot.failed(), row(&snapshot, "/ok").connections()), (0, 3));
}

#[test]
fn a_reused_connection_costs_no_connect() {
    let server = TestServer::spawn();
    let snapshot = script(&server, |(), s| {
        Box::pin(async move {
            s.get("/ok").name("first").send().await?;
            for _ in 0..20 {
                s.get("/ok").name("further").send().await?;
            }
            done()
        })
    });
    let [_, connect, ..] = row(&snapshot, "first").phases().sums_ns();
    assert!(connect > 0);
    let [dns, connect, tls, ..] = row(&snapshot, "further").phases().sums_ns();
    assert_eq!([dns, connect, tls], [0, 0, 0]);
    assert_eq!(row(&snapshot, "further").connections(), 0);
}

#[test]
fn the_end_of_a_run_closes_every_connection() {
    let server = TestServer::spawn();
    script(&server, |(), s| {
        Box::pin(async move {
            s.get("/ok").send().await?;
            done()
        })
    });
    let begun = std::time::Instant::now();
    while server.open_connections() > 0 {
        assert!(begun.elapsed() < Duration::from_secs(5), "a connection is still open");
        std::thread::yield_now();
    }
}

/// A server that scripts can restart.
struct Restartable(Mutex<Option<TestServer>>, Options);

fn restart(session: &Session) {
    let Restartable(server, options) = session.shared::<Restartable>();
    let mut server = server.lock().unwrap();
    let bind = server.as_ref().unwrap().addr();
    server.take().unwrap().stop();
    *server = Some(TestServer::with(Options { bind, ..options.clone() }).unwrap());
}

#[test]
fn a_server_restarted_between_two_requests_is_no_failure() {
    let http2 = Some((Alpn::Http2AndHttp1, Certificate::Valid));
    for tls in [None, Some((Alpn::Http1, Certificate::Valid)), http2] {
        let options = Options { tls, ..Options::default() };
        let server = TestServer::with(options.clone()).unwrap();
        // Each server has an authority of its own.
        let http = HttpSettings { verify_tls: false, ..HttpSettings::default() };
        let settings = RunSettings { http, ..settings(&server) };
        let shared = sharing(Restartable(Mutex::new(Some(server)), options));
        let snapshot = script_with(&settings, shared, |(), s| {
            Box::pin(async move {
                s.get("/ok").send().await?;
                restart(s);
                // Time for the news to arrive.
                s.sleep(Duration::from_millis(50)).await;
                s.get("/ok").send().await?;
                done()
            })
        });
        assert_eq!((snapshot.failed(), row(&snapshot, "/ok").connections()), (0, 2), "{tls:?}");
    }
}
