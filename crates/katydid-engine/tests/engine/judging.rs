//! What makes an answer a success or a failure.

use katydid_core::FailureKind;
use katydid_engine::{TaskError, TaskResult};
use katydid_testkit::TestServer;

use crate::common::{done, go, kinds, row, script, scripted, settings};
use katydid_engine::Shared;

#[test]
fn four_hundred_and_above_fails_unless_expected() {
    let server = TestServer::spawn();
    let snapshot = script(&server, |(), s| {
        Box::pin(async move {
            for status in [200, 204, 304, 399, 400, 404, 500, 503] {
                let answer = s.get(format!("/status/{status}")).send().await?;
                assert_eq!(answer.status(), status);
            }
            s.get("/status/404").name("expected").send().await?.expect_status(404)?;
            let failed = s.get("/ok").name("other").send().await?.expect_status(201).unwrap_err();
            assert_eq!(failed.kind(), FailureKind::Status(200));
            done()
        })
    });
    for status in [400, 404, 500, 503] {
        let name = format!("/status/{status}");
        assert_eq!(kinds(&snapshot, &name), [(FailureKind::Status(status), 1)]);
    }
    for name in ["/status/200", "/status/204", "/status/304", "/status/399", "expected"] {
        assert_eq!(row(&snapshot, name).failures(), 0, "{name}");
    }
    let texts: Vec<String> = snapshot.failures().map(|row| row.text.to_string()).collect();
    assert!(texts.contains(&"HTTP 404 Not Found: status 404".to_owned()), "{texts:?}");
    assert!(texts.iter().any(|text| text.starts_with("HTTP 200 instead of 201: ")), "{texts:?}");
    assert_eq!(snapshot.failed(), 5);
}

#[test]
fn checks_say_what_did_not_hold() {
    let server = TestServer::spawn();
    let snapshot = script(&server, |(), s| {
        Box::pin(async move {
            let answer = s.get("/ok").name("holds").send().await?;
            answer.check("is ok", |a| a.text().contains("ok"))?.expect_status(200)?;
            let answer = s.get("/ok").name("broken").send().await?;
            let failed = answer.check("has audio", |a| a.text().contains("audio")).unwrap_err();
            assert_eq!(failed.to_string(), "check: check failed: has audio");
            done()
        })
    });
    assert_eq!(row(&snapshot, "holds").failures(), 0);
    let failure = crate::common::only_failure(&snapshot);
    assert_eq!((failure.kind, &*failure.text), (FailureKind::Check, "check failed: has audio"));
    assert_eq!(row(&snapshot, "broken").requests(), 1, "counted once");
}

#[test]
fn a_check_does_not_hide_a_bad_status() {
    let server = TestServer::spawn();
    let snapshot = script(&server, |(), s| {
        Box::pin(async move {
            s.get("/status/500").send().await?.check("anything", |_| true)?;
            done()
        })
    });
    assert_eq!(kinds(&snapshot, "/status/500"), [(FailureKind::Status(500), 1)]);
}

#[test]
fn the_suite_has_the_last_word() {
    let server = TestServer::spawn();
    let snapshot = script(&server, |(), s| {
        Box::pin(async move {
            s.get("/status/500").send().await?.succeed();
            let failed = s.get("/ok").send().await?.fail("not what I wanted");
            assert_eq!(failed.kind(), FailureKind::Manual);
            done()
        })
    });
    assert_eq!(row(&snapshot, "/status/500").failures(), 0);
    assert_eq!(kinds(&snapshot, "/ok"), [(FailureKind::Manual, 1)]);
    assert_eq!((snapshot.requests(), snapshot.failed()), (2, 1));
}

/// The suite's own error.
#[derive(Debug, thiserror::Error)]
#[error("the order {0} has no price")]
struct NoPrice(u32);

fn price() -> Result<u32, NoPrice> {
    Err(NoPrice(7))
}

async fn buy(session: &mut katydid_engine::Session) -> TaskResult {
    session.get("/ok").send().await?;
    price()?;
    Ok(())
}

#[test]
fn an_error_of_the_suite_is_an_exception_and_no_failed_request() {
    let server = TestServer::spawn();
    let class = scripted(|(), s| Box::pin(buy(s)));
    let settings = katydid_engine::RunSettings {
        run_time: Some(std::time::Duration::from_millis(300)),
        ..settings(&server)
    };
    let ran = go(&[class.into()], Shared::default(), &settings);
    let told: Vec<_> = ran.snapshot.exceptions().collect();
    assert!(told.len() == 1 && told[0].count == 1, "{told:?}");
    assert_eq!(told[0].message, "the order 7 has no price");
    let counts = ran.snapshot.tasks()[0].counts;
    assert_eq!((counts.executions, counts.requests, counts.exceptions), (1, 1, 1));
    assert_eq!(ran.snapshot.failed(), 0);
}

#[test]
fn a_failed_request_by_question_mark_is_counted_once() {
    let server = TestServer::spawn();
    let class = scripted(|(), s| {
        Box::pin(async move {
            s.get("/ok").send().await?.expect_status(201)?;
            Err(TaskError::exception("never reached"))
        })
    });
    let settings = katydid_engine::RunSettings {
        run_time: Some(std::time::Duration::from_millis(300)),
        ..settings(&server)
    };
    let ran = go(&[class.into()], Shared::default(), &settings);
    assert_eq!((ran.snapshot.requests(), ran.snapshot.failed()), (1, 1));
    assert_eq!(ran.snapshot.exceptions().count(), 0);
    assert_eq!(ran.snapshot.tasks()[0].counts.exceptions, 0);
}

#[test]
fn an_answer_that_was_asked_nothing_is_known() {
    let server = TestServer::spawn();
    let snapshot = script(&server, |(), s| {
        Box::pin(async move {
            s.get("/ok").name("blind").send().await?;
            s.get("/ok").name("status").send().await?.status();
            s.get("/ok").name("body").send().await?.text();
            s.get("/ok").name("check").send().await?.check("something", |_| true)?;
            done()
        })
    });
    let of = |n| (row(&snapshot, n).looked_at(), row(&snapshot, n).read());
    assert_eq!(["blind", "status", "body", "check"].map(of), [(0, 0), (1, 0), (1, 1), (1, 1)]);
}

#[test]
fn only_an_error_that_nobody_expected_is_excused() {
    let server = TestServer::spawn();
    let snapshot = script(&server, |(), s| {
        Box::pin(async move {
            s.get("/status/402").name("excused").send().await?.succeed();
            s.get("/status/402").name("expected").send().await?.expect_status(402)?.succeed();
            s.get("/ok").name("good").send().await?.succeed();
            done()
        })
    });
    let excused = ["excused", "expected", "good"].map(|n| row(&snapshot, n).excused());
    assert_eq!(excused, [1, 0, 0]);
}

#[test]
fn one_address_under_a_name_for_many_is_warned_of_and_two_are_not() {
    let warnings = |most: u32| {
        let server = TestServer::spawn();
        let mut most_shared = Shared::default();
        most_shared.insert(most);
        let snapshot = crate::common::script_with(&settings(&server), most_shared, |(), s| {
            Box::pin(async move {
                for n in 0..120 {
                    let id = n % *s.shared::<u32>();
                    s.get(format!("/size/{id}")).name("/size/{n}").send().await?.status();
                }
                done()
            })
        });
        let warnings = katydid_core::measured_warnings(&snapshot, true);
        warnings.iter().map(|warning| warning.name.as_str()).collect::<Vec<_>>()
    };
    assert_eq!(warnings(1), ["all-one-url"]);
    assert!(warnings(2).is_empty());
}
