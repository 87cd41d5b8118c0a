//! The exemplars of a run as text, hostile ones too, and as lines of JSON.

use std::time::Duration;

use katydid_core::{Exemplar, FailureKind, StatedTime, Why};
use katydid_report::{json, table};

use crate::run::{Run, empty, started};

fn failure(kind: FailureKind, name: &str, second: u64) -> Exemplar {
    Exemplar {
        why: Why::Failed(kind),
        ended: Duration::from_millis(second * 1_000 + 5),
        user: 7,
        class: "Shopper".into(),
        flow: "Buying".into(),
        task: "pay".into(),
        tags: ["critical".into()].into(),
        method: "POST".into(),
        name: name.into(),
        url: "http://localhost:5000/pay?token=***".into(),
        status: Some(503),
        error: Some("HTTP 503 Service Unavailable: busy".into()),
        response_time: Duration::from_micros(12_345),
        service_time: Duration::from_millis(12),
        request: "POST /pay?token=*** HTTP/1.1\nhost: localhost:5000\n\n{\"n\":1}".into(),
        answer: "503 Service Unavailable\ncontent-type: text/plain\n\nbusy\n".into(),
        traceparent: Some("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".into()),
        curl: "curl -i 'http://localhost:5000/pay?token='\"$TOKEN\" --data-raw '{\"n\":1}'".into(),
        ..Exemplar::default()
    }
}

#[test]
fn the_first_of_each_class_and_the_slowest_are_shown() {
    let hostile = Exemplar {
        request: "GET /\u{1b}[2J".into(),
        answer: String::new(),
        curl: String::new(),
        error: Some("no whole answer\nwithin 1s".into()),
        status: None,
        retry: true,
        redirects: 2,
        flow: "".into(),
        ..failure(FailureKind::Timeout, "/<b>\u{202e}", 3)
    };
    let slow = |ms| Exemplar {
        why: Why::Slow,
        error: None,
        status: Some(200),
        response_time: Duration::from_millis(ms),
        server_timing: vec![
            StatedTime {
                name: "sql".into(),
                time: Some(Duration::from_micros(1_500)),
                ..StatedTime::default()
            },
            StatedTime { name: "cache".into(), time: None, about: "hit".into() },
        ],
        ..failure(FailureKind::Check, "/slow", 4)
    };
    let run = Run::new(&[], &[])
        .answers("POST", "/slow", &[900; 400])
        .kept(failure(FailureKind::Status(503), "/pay", 2))
        .kept(failure(FailureKind::Status(503), "/buy", 1))
        .kept(hostile)
        .kept(slow(700))
        .kept(slow(900))
        .done(5);
    insta::assert_snapshot!("exemplars", table::exemplars(&run));
    assert_eq!(
        table::exemplar_count(&run, "see run.txt"),
        "Exemplars: 3 failures and 2 slow requests kept with request, answer and curl command; \
         see run.txt"
    );
    assert_eq!(table::exemplars(&empty()) + &table::exemplar_count(&empty(), "x"), "");
}

#[test]
fn a_failure_is_one_line_whatever_is_in_it() {
    let failure = failure(FailureKind::Status(503), "/pay\n\"</script>\u{2028}", 2);
    let line = String::from_utf8(json::failure(&failure, started())).unwrap();
    assert_eq!(line.matches('\n').count(), 1);
    let value: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!(value["time"], "2026-11-23T02:38:35.000Z");
    assert_eq!((&value["kind"], &value["status"]), (&"http 503".into(), &503.into()));
    assert_eq!((&value["ended_s"], &value["response_ms"]), (&2.005.into(), &12.345.into()));
    assert_eq!(value["name"], &*failure.name);
    assert_eq!(json::dropped(3), b"{\"dropped\":3}\n");
}
