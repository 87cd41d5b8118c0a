//! TLS is verified, and HTTP/2 is spoken when the server offers it.

use katydid_core::{FailureKind, Snapshot};
use katydid_engine::{HttpSettings, RunSettings, Shared, TaskFn};
use katydid_testkit::{Alpn, COMPRESSED_BODY, Certificate, OK_BODY, TestServer};

use crate::common::{done, kinds, only_failure, row, script_with, settings};

/// Runs `code` against a TLS server whose authority is trusted or not.
fn with(server: &TestServer, trusted: bool, verify_tls: bool, code: TaskFn<()>) -> Snapshot {
    let extra_roots_pem = trusted.then(|| server.ca_pem().unwrap().as_bytes().to_vec());
    let http = HttpSettings { extra_roots_pem, verify_tls, ..HttpSettings::default() };
    script_with(&RunSettings { http, ..settings(server) }, Shared::default(), code)
}

fn greet() -> TaskFn<()> {
    |(), s| {
        Box::pin(async move {
            assert_eq!(s.get("/ok").send().await?.text(), OK_BODY);
            assert_eq!(s.get("/ok").send().await?.text(), OK_BODY);
            done()
        })
    }
}

fn fail() -> TaskFn<()> {
    |(), s| {
        Box::pin(async move {
            s.get("/ok").send().await.unwrap_err();
            done()
        })
    }
}

#[test]
fn a_certificate_of_a_known_authority_is_accepted() {
    let server = TestServer::spawn_tls();
    let snapshot = with(&server, true, true, greet());
    assert_eq!(server.requests_per_connection().last(), Some(&2), "kept alive");
    let [_, connect, tls, ..] = row(&snapshot, "/ok").phases().sums_ns();
    assert!(connect > 0 && tls > 0);
    assert_eq!(row(&snapshot, "/ok").connections(), 1);
}

#[test]
fn every_other_certificate_is_refused() {
    for (certificate, trusted, word) in [
        (Certificate::Valid, false, "UnknownIssuer"),
        (Certificate::Expired, true, "expired"),
        (Certificate::WrongName, true, "not valid for name"),
    ] {
        let server = TestServer::spawn_tls_with(Alpn::Http1, certificate);
        let failure = only_failure(&with(&server, trusted, true, fail()));
        assert_eq!(failure.kind, FailureKind::Tls, "{failure:?}");
        assert!(failure.text.contains(word), "{certificate:?}: {}", failure.text);
        assert_eq!(server.total_requests(), 0);
    }
}

#[test]
fn whoever_asks_for_it_gets_no_verification() {
    for certificate in [Certificate::Valid, Certificate::Expired, Certificate::WrongName] {
        let server = TestServer::spawn_tls_with(Alpn::Http1, certificate);
        assert_eq!(with(&server, false, false, greet()).failed(), 0);
    }
}

#[test]
fn plain_http_on_the_port_is_a_tls_failure() {
    let server = TestServer::spawn();
    let host = Some(server.url().replace("http:", "https:"));
    let settings = RunSettings { host, ..settings(&server) };
    let snapshot = script_with(&settings, Shared::default(), fail());
    assert_eq!(kinds(&snapshot, "/ok"), [(FailureKind::Tls, 1)]);
}

#[test]
fn http2_is_chosen_by_alpn_and_keeps_one_connection() {
    let server = TestServer::spawn_tls_with(Alpn::Http2AndHttp1, Certificate::Valid);
    let snapshot = with(&server, true, true, |(), s| {
        Box::pin(async move {
            for _ in 0..10 {
                assert_eq!(s.get("/ok").send().await?.text(), OK_BODY);
            }
            assert_eq!(s.get("/gzip").send().await?.text(), COMPRESSED_BODY);
            assert_eq!(s.get("/size/3000000").send().await?.bytes().len(), 3_000_000);
            let echo: serde_json::Value = s.post("/echo").json("x").send().await?.json()?;
            // Only HTTP/1.1 has a Host header.
            assert!(!echo["headers"].to_string().contains("\"host\""), "{echo}");
            assert_eq!(echo["body"], "\"x\"");
            s.get("/set-cookie/a/b").send().await?;
            assert_eq!(s.get("/cookies").send().await?.text(), r#"{"a":"b"}"#);
            assert_eq!(s.get("/redirect/3").send().await?.status(), 200);
            assert_eq!(s.head("/ok").send().await?.status(), 200);
            done()
        })
    });
    assert_eq!(snapshot.failed(), 0);
    assert_eq!(server.connections(), 1);
}

#[test]
fn faults_of_http2_are_failures_and_the_user_goes_on() {
    let server = TestServer::spawn_tls_with(Alpn::Http2AndHttp1, Certificate::Valid);
    let snapshot = with(&server, true, true, |(), s| {
        Box::pin(async move {
            for path in ["/reset", "/half/10"] {
                s.get(path).send().await.unwrap_err();
                assert_eq!(s.get("/ok").send().await?.text(), OK_BODY);
            }
            done()
        })
    });
    assert_eq!((snapshot.requests(), snapshot.failed()), (4, 2));
}

#[test]
fn the_first_byte_of_http2_is_the_answers_not_the_connections() {
    let server = TestServer::spawn_tls_with(Alpn::Http2AndHttp1, Certificate::Valid);
    let snapshot = with(&server, true, true, |(), s| {
        Box::pin(async move {
            s.get("/delay/200").name("first").send().await?;
            s.get("/delay/200").name("second").send().await?;
            s.get("/slow-body/200").name("slow").send().await?;
            done()
        })
    });
    for name in ["first", "second"] {
        let first_byte = row(&snapshot, name).first_byte().min().unwrap();
        assert!(first_byte.as_millis() >= 200, "{name}: {first_byte:?}");
    }
    let slow = row(&snapshot, "slow");
    assert!(slow.first_byte().max().unwrap().as_millis() < 100, "{:?}", slow.first_byte().max());
    assert!(slow.response().min().unwrap().as_millis() >= 200);
    for row in snapshot.rows() {
        let phases: u64 = row.phases().sums_ns().iter().sum();
        let ratio = phases as f64 / row.service().mean().unwrap().as_nanos() as f64;
        assert!((0.99..1.01).contains(&ratio), "{}: {ratio}", row.key.name);
    }
}
