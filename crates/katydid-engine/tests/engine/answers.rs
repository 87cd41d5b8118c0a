//! What comes back: decompression, limits, cookies.

use std::time::Duration;

use katydid_core::FailureKind;
use katydid_engine::{HttpSettings, RunSettings, Shared};
use katydid_testkit::{COMPRESSED_BODY, OK_BODY, TestServer, chunk};

use crate::common::{done, kinds, only_failure, row, script, script_with, settings};

#[test]
fn bodies_come_whole_and_unpacked() {
    let server = TestServer::spawn();
    let snapshot = script(&server, |(), s| {
        Box::pin(async move {
            assert_eq!(s.get("/ok").send().await?.text(), OK_BODY);
            for path in ["/gzip", "/brotli", "/zstd"] {
                let answer = s.get(path).send().await?;
                assert_eq!(answer.text(), COMPRESSED_BODY, "{path}");
            }
            let chunked = s.get("/chunked/100").send().await?;
            assert_eq!(chunked.text(), (0..100).map(chunk).collect::<String>());
            assert_eq!(s.get("/size/3000000").send().await?.bytes().len(), 3_000_000);
            assert_eq!(s.get("/status/204").send().await?.bytes().len(), 0);
            assert_eq!(s.get("/status/102").send().await?.status(), 200);
            let head = s.head("/ok").send().await?;
            assert_eq!((head.status(), head.bytes().len()), (200, 0));
            assert_eq!(head.header("Content-Type"), Some("application/json"));
            done()
        })
    });
    assert_eq!(snapshot.failed(), 0);
    let bytes = row(&snapshot, "/gzip").bytes();
    assert_eq!(bytes.body, COMPRESSED_BODY.len() as u64, "counted unpacked");
    assert!(bytes.received > 0 && bytes.sent > 0, "{bytes:?}");
    assert!(row(&snapshot, "/size/3000000").bytes().received > 3_000_000);
}

#[test]
fn answers_that_say_that_they_come_from_a_cache_are_counted() {
    let server = TestServer::spawn();
    let snapshot = script(&server, |(), s| {
        Box::pin(async move {
            for word in ["HIT", "MISS", "HIT"] {
                s.get(format!("/x-cache/{word}")).name("/speech").send().await?;
            }
            // A failure has said it, too.
            drop(s.get("/x-cache/HIT").name("/speech").send().await?.fail("no"));
            s.get("/ok").send().await?;
            done()
        })
    });
    let counts = |name: &str| (row(&snapshot, name).cached(), row(&snapshot, name).requests());
    assert_eq!((counts("/speech"), counts("/ok")), ((3, 4), (0, 1)));
    let history = snapshot.history();
    assert_eq!(history.requests(0..history.steps().len()).cached(), 3);
}

fn capped(server: &TestServer, max_body: usize) -> RunSettings {
    let http = HttpSettings { max_body, ..HttpSettings::default() };
    RunSettings { http, ..settings(server) }
}

#[test]
fn a_body_beyond_the_limit_is_too_large_and_the_user_goes_on() {
    let server = TestServer::spawn();
    let snapshot = script_with(&capped(&server, 1_000), Shared::default(), |(), s| {
        Box::pin(async move {
            assert_eq!(s.get("/size/1000").send().await?.bytes().len(), 1_000);
            for path in ["/size/1001", "/size/50000000", "/chunked/200"] {
                let failed = s.get(path).send().await.unwrap_err();
                assert_eq!(failed.kind(), FailureKind::TooLarge, "{path}");
            }
            assert_eq!(s.get("/ok").send().await?.text(), OK_BODY);
            done()
        })
    });
    assert_eq!(snapshot.failed(), 3);
    assert!(row(&snapshot, "/size/50000000").bytes().received < 5_000_000);
}

/// The highest amount of memory this process ever used, in MiB.
fn peak_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    let kib: u64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    kib / 1024
}

#[test]
fn a_decompression_bomb_cannot_hurt_the_generator() {
    let server = TestServer::spawn();
    // Built by the server before anything is measured.
    script(&server, |(), s| {
        Box::pin(async move {
            s.get("/bomb/256").header("accept-encoding", "identity").send().await.unwrap_err();
            done()
        })
    });
    let before = peak_mib();
    let snapshot = script_with(&capped(&server, 4 << 20), Shared::default(), |(), s| {
        Box::pin(async move {
            s.get("/bomb/256").send().await.unwrap_err();
            done()
        })
    });
    assert_eq!(kinds(&snapshot, "/bomb/256"), [(FailureKind::TooLarge, 1)]);
    let grown = peak_mib() - before;
    assert!(grown < 128, "256 MiB of zeros took {grown} MiB");
}

#[test]
fn the_largest_limit_there_is_works() {
    let server = TestServer::spawn();
    script_with(&capped(&server, usize::MAX), Shared::default(), |(), s| {
        Box::pin(async move {
            assert_eq!(s.get("/gzip").send().await?.text(), COMPRESSED_BODY);
            let patient = s.get("/ok").timeout(Duration::MAX);
            assert_eq!(patient.send().await?.text(), OK_BODY);
            done()
        })
    });
}

#[test]
fn cookies_go_round_and_stay_with_their_user() {
    let server = TestServer::spawn();
    let snapshot = script(&server, |(), s| {
        Box::pin(async move {
            assert_eq!(s.get("/cookies").send().await?.text(), "{}");
            s.get("/set-cookie/session/abc").send().await?;
            s.get("/set-cookie/theme/dark").send().await?;
            let both = r#"{"session":"abc","theme":"dark"}"#;
            assert_eq!(s.get("/cookies").send().await?.text(), both);
            let own = s.get("/cookies").header("cookie", "session=mine");
            assert_eq!(own.send().await?.text(), r#"{"session":"mine"}"#);
            done()
        })
    });
    assert_eq!(snapshot.failed(), 0);
    script(&server, |(), s| {
        Box::pin(async move {
            assert_eq!(s.get("/cookies").send().await?.text(), "{}");
            done()
        })
    });
}

#[test]
fn a_body_that_is_not_what_its_coding_says_is_a_protocol_failure() {
    let server = crate::failures::raw_server(
        b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 5\r\n\r\nhello",
    );
    let settings = RunSettings { host: Some(server), ..settings(&TestServer::spawn()) };
    let snapshot = script_with(&settings, Shared::default(), |(), s| {
        Box::pin(async move {
            s.get("/").send().await.unwrap_err();
            done()
        })
    });
    let failure = only_failure(&snapshot);
    assert_eq!(failure.kind, FailureKind::Protocol);
    assert!(failure.text.contains("not valid gzip"), "{failure:?}");
}
