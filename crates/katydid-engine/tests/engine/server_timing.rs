//! What answers say of their time is counted by row and stage, and kept with single requests.

use katydid_core::{Snapshot, StageTimes};
use katydid_engine::{HttpSettings, RunSettings, Shared};
use katydid_testkit::{Alpn, Certificate, TestServer};

use crate::common::{done, row, script, script_with, settings};

/// Name, mentions, those with a time, sum in µs.
fn stages(snapshot: &Snapshot, name: &str) -> Vec<(String, u64, u64, u128)> {
    let of =
        |it: &StageTimes| (it.name().to_owned(), it.answers(), it.timed(), it.sum().as_micros());
    row(snapshot, name).server_timings().iter().map(of).collect()
}

#[test]
fn stages_are_added_up_by_row() {
    let server = TestServer::spawn();
    let snapshot = script(&server, |(), s| {
        Box::pin(async move {
            for _ in 0..3 {
                s.get("/timed").send().await?;
                s.get("/ok").send().await?;
            }
            // A failure has said it, too.
            drop(s.get("/timed").send().await?.fail("no"));
            done()
        })
    });
    let expected = [("cache", 4, 0, 0), ("speech", 4, 4, 80_000), ("sql", 4, 4, 6_000)];
    let expected = expected.map(|(name, all, timed, sum)| (name.to_owned(), all, timed, sum));
    assert_eq!(stages(&snapshot, "/timed"), expected);
    assert_eq!(stages(&snapshot, "/ok"), []);
    let exemplars: Vec<_> = snapshot.exemplars().collect();
    let [failed] = &exemplars[..] else { panic!("{exemplars:#?}") };
    let stated: Vec<_> = failed
        .server_timing
        .iter()
        .map(|it| (&*it.name, it.time.map(|time| time.as_micros()), &*it.about))
        .collect();
    let speech = ("speech", Some(20_000), "two sentences, token=***");
    assert_eq!(stated, [("sql", Some(1_500), ""), ("cache", None, "hit"), speech]);
}

#[test]
fn http2_is_no_different() {
    let server = TestServer::spawn_tls_with(Alpn::Http2AndHttp1, Certificate::Valid);
    let roots = server.ca_pem().unwrap().as_bytes().to_vec();
    let http = HttpSettings { extra_roots_pem: Some(roots), ..HttpSettings::default() };
    let trusting = RunSettings { http, ..settings(&server) };
    let snapshot = script_with(&trusting, Shared::default(), |(), s| {
        Box::pin(async move {
            s.get("/timed").send().await?;
            done()
        })
    });
    assert_eq!(stages(&snapshot, "/timed").len(), 3);
}
