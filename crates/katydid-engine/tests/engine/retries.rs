//! Retries: only when asked for, every attempt counted.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener};
use std::time::{Duration, Instant};

use katydid_core::{FailureKind, Snapshot};
use katydid_engine::{Retry, RunSettings, Shared, TaskFn};
use katydid_testkit::TestServer;

use crate::common::{done, kinds, row, script, script_with, settings};

/// A server that gives these answers, each to a connection of its own, and then the last for ever.
/// An empty one closes the connection without a word.
fn answers(answers: &'static [&'static str]) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for (number, mut stream) in listener.incoming().flatten().enumerate() {
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") {
                let mut byte = [0];
                match stream.read(&mut byte) {
                    Ok(1) => request.push(byte[0]),
                    _ => break,
                }
            }
            let answer = answers[number.min(answers.len() - 1)];
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    format!("http://{address}")
}

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok";
const BUSY: &str = "HTTP/1.1 503 Busy\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
const NO_WORD: &str = "";

fn at(host: String, code: TaskFn<()>) -> Snapshot {
    let nobody = TestServer::spawn();
    let settings = RunSettings { host: Some(host), ..settings(&nobody) };
    script_with(&settings, Shared::default(), code)
}

#[test]
fn every_attempt_is_counted_and_the_last_one_comes_back() {
    let snapshot = at(answers(&[BUSY, BUSY, OK]), |(), s| {
        Box::pin(async move {
            let retry = Retry::times(3).on_status([503]).wait(Duration::from_millis(20));
            let begun = Instant::now();
            assert_eq!(s.get("/").retry(retry).send().await?.text(), "ok");
            // 20 ms, doubled once.
            assert!(begun.elapsed() >= Duration::from_millis(60), "{:?}", begun.elapsed());
            done()
        })
    });
    let row = row(&snapshot, "/");
    assert_eq!((row.requests(), row.failures(), row.retries()), (3, 2, 2));
    assert_eq!(kinds(&snapshot, "/"), [(FailureKind::Status(503), 2)]);
    assert_eq!(snapshot.tasks()[0].counts.requests, 3);
    // The waits between the attempts belong to none of them.
    assert!(row.response().max().unwrap() < Duration::from_millis(60));
}

#[test]
fn nothing_is_tried_again_unasked() {
    let server = TestServer::spawn();
    let snapshot = script(&server, |(), s| {
        Box::pin(async move {
            s.get("/status/503").send().await?;
            let other = Retry::times(5).on_status([429]).on_broken_connection();
            s.get("/status/503").retry(other).send().await?;
            s.get("/close").send().await.unwrap_err();
            done()
        })
    });
    assert_eq!(snapshot.requests(), 3);
    assert_eq!(snapshot.aggregated().retries(), 0);
}

#[test]
fn attempts_end_with_their_number_and_the_last_answer_stands() {
    let server = TestServer::spawn();
    let snapshot = script(&server, |(), s| {
        Box::pin(async move {
            let retry = Retry::times(2).on_status([503]).wait(Duration::ZERO);
            let answer = s.get("/status/503").retry(retry).send().await?;
            assert_eq!(answer.status(), 503);
            // What the suite expects of the last answer is the last answer's alone.
            answer.expect_status(503)?;
            done()
        })
    });
    let row = row(&snapshot, "/status/503");
    assert_eq!((row.requests(), row.failures(), row.retries()), (3, 2, 2));
}

#[test]
fn broken_connections_are_tried_again_when_asked() {
    let snapshot = at(answers(&[NO_WORD, NO_WORD, OK]), |(), s| {
        Box::pin(async move {
            let retry = Retry::times(2).on_broken_connection().wait(Duration::ZERO);
            s.get("/").retry(retry).send().await?;
            done()
        })
    });
    let row = row(&snapshot, "/");
    assert_eq!((row.requests(), row.failures(), row.retries()), (3, 2, 2));
}

const AFTER_A_SECOND: &str =
    "HTTP/1.1 429 Slow\r\nretry-after: 1\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
const AFTER_A_DATE: &str = "HTTP/1.1 429 Slow\r\ndate: Mon, 23 Nov 2026 10:00:00 GMT\r\n\
    retry-after: Mon, 23 Nov 2026 10:00:01 GMT\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
const AFTER_AN_HOUR: &str =
    "HTTP/1.1 429 Slow\r\nretry-after: 3600\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

#[test]
fn retry_after_is_respected_in_seconds_and_as_a_date() {
    let snapshot = at(answers(&[AFTER_A_SECOND, AFTER_A_DATE, OK]), |(), s| {
        Box::pin(async move {
            let begun = Instant::now();
            let retry = Retry::times(2).on_status([429]).respecting_retry_after();
            s.get("/").retry(retry).send().await?.expect_status(200)?;
            let took = begun.elapsed();
            assert!(took >= Duration::from_secs(2), "{took:?}");
            done()
        })
    });
    assert_eq!(row(&snapshot, "/").retries(), 2);
}

/// It was told nowhere.
#[test]
fn a_retry_after_that_is_a_date_is_told() {
    let snapshot = at(answers(&[AFTER_A_DATE]), |(), s| {
        Box::pin(async move {
            s.get("/").send().await?;
            done()
        })
    });
    assert_eq!(row(&snapshot, "/").retry_after(), Some(Duration::from_secs(1)));
}

#[test]
fn a_wait_beyond_the_time_limit_is_no_wait_but_the_end() {
    let snapshot = at(answers(&[AFTER_AN_HOUR, OK]), |(), s| {
        Box::pin(async move {
            let begun = Instant::now();
            let retry = Retry::times(2).on_status([429]).respecting_retry_after();
            let answer = s.get("/").timeout(Duration::from_secs(20)).retry(retry).send().await?;
            assert_eq!(answer.status(), 429);
            assert!(begun.elapsed() < Duration::from_secs(10), "it did not wait");
            done()
        })
    });
    assert_eq!(row(&snapshot, "/").requests(), 1);
}

#[test]
fn all_attempts_stay_within_the_time_limit_of_the_request() {
    let server = TestServer::spawn();
    let snapshot = script(&server, |(), s| {
        Box::pin(async move {
            let begun = Instant::now();
            let retry = Retry::times(1_000).on_status([503]).wait(Duration::from_millis(50));
            let limit = Duration::from_millis(600);
            let answer = s.get("/status/503").timeout(limit).retry(retry).send().await?;
            assert_eq!(answer.status(), 503);
            assert!(begun.elapsed() < limit, "{:?}", begun.elapsed());
            let slow = s.get("/delay/20000").timeout(limit);
            let retry = Retry::times(3).on_status([503]).on_broken_connection();
            let failed = slow.retry(retry).send().await.unwrap_err();
            assert_eq!(failed.kind(), FailureKind::Timeout);
            done()
        })
    });
    // Waits of 50, 100 and 200 ms; the next, 400 ms, would reach the limit.
    assert_eq!(row(&snapshot, "/status/503").requests(), 4);
    assert_eq!(row(&snapshot, "/delay/20000").requests(), 1, "a time-out is not tried again");
}

#[test]
fn a_retry_that_succeeds_saves_the_transaction() {
    let snapshot = at(answers(&[BUSY, NO_WORD, OK, BUSY]), |(), s| {
        Box::pin(async move {
            let retry = Retry::times(2).on_status([503]).on_broken_connection();
            let retry = retry.wait(Duration::ZERO);
            for name in ["saved", "lost"] {
                s.transaction(name, async |s| {
                    s.get("/").retry(retry.clone()).send().await?;
                    Ok(())
                })
                .await?;
            }
            done()
        })
    });
    let failures: Vec<(String, u64)> = snapshot
        .transactions()
        .iter()
        .map(|row| (row.key.name.to_string(), row.failures()))
        .collect();
    assert_eq!(failures, [("lost".to_owned(), 1), ("saved".to_owned(), 0)]);
}

#[test]
fn a_retry_without_a_reason_is_a_mistake_that_is_told() {
    let server = TestServer::spawn();
    let snapshot = script(&server, |(), s| {
        Box::pin(async move {
            let failed = s.get("/ok").retry(Retry::times(2)).send().await.unwrap_err();
            assert_eq!(failed.kind(), FailureKind::Request);
            assert!(failed.to_string().contains("on_status"), "{failed}");
            done()
        })
    });
    assert_eq!(snapshot.failed(), 1);
}
