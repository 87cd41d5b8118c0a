//! Transactions: one timer over several requests, in rows of their own.

use std::time::Duration;

use katydid_core::{FailureKind, FailureRow, Row, RunFacts, Snapshot, Target, VerdictWord, judge};
use katydid_engine::{RunSettings, Shared, Task, TaskError, UserClass, constant_pacing};
use katydid_testkit::TestServer;

use crate::common::{done, go, row, script, scripted, settings};

fn transaction(snapshot: &Snapshot, name: &str) -> Row {
    let found = snapshot.transactions().into_iter().find(|row| &*row.key.name == name);
    found.unwrap_or_else(|| panic!("no transaction {name}"))
}

fn why(snapshot: &Snapshot) -> Vec<String> {
    let text = |row: FailureRow| {
        assert_eq!(row.kind, FailureKind::Transaction);
        format!("{}: {}", row.name, row.text)
    };
    snapshot.failed_transactions().map(text).collect()
}

#[test]
fn a_transaction_has_a_row_of_its_own_and_is_in_no_total() {
    let server = TestServer::spawn();
    let snapshot = script(&server, |(), s| {
        Box::pin(async move {
            for _ in 0..3 {
                let told = s
                    .transaction("two of them", async |s| {
                        s.get("/delay/30").send().await?;
                        s.sleep(Duration::from_millis(50)).await;
                        Ok(s.get("/delay/20").send().await?.text().into_owned())
                    })
                    .await?;
                assert!(told.contains("ok"));
            }
            s.get("/ok").send().await?;
            done()
        })
    });
    let both = transaction(&snapshot, "two of them");
    assert_eq!((both.requests(), both.failures()), (3, 0));
    assert_eq!(&*both.key.method, "TRANSACTION");
    assert_eq!(both.key.tags.iter().map(|tag| &**tag).collect::<Vec<_>>(), ["tagged"]);
    // 30 ms, a pause of 50 ms, 20 ms; the histogram keeps three digits.
    assert!(both.response().min().unwrap() >= Duration::from_millis(99), "{:?}", both.response());
    assert_eq!(snapshot.requests(), 7);
    assert_eq!(snapshot.aggregated().requests(), 7);
    assert_eq!(snapshot.rows().count(), 3);
    assert_eq!(snapshot.tasks()[0].counts.requests, 7);
    assert!(both.bytes().received > 0);
}

#[test]
fn the_suites_own_time_around_the_requests_is_not_the_transactions() {
    let server = TestServer::spawn();
    let snapshot = script(&server, |(), s| {
        Box::pin(async move {
            s.transaction("quick", async |s| {
                s.sleep(Duration::from_millis(500)).await;
                s.get("/ok").send().await?;
                s.sleep(Duration::from_millis(500)).await;
                Ok(())
            })
            .await?;
            done()
        })
    });
    let time = transaction(&snapshot, "quick").response().max().unwrap();
    assert!(time < Duration::from_millis(500), "{time:?}");
}

#[test]
fn a_transaction_fails_with_its_first_failed_request_or_error() {
    let server = TestServer::spawn();
    let snapshot = script(&server, |(), s| {
        Box::pin(async move {
            s.transaction("swallowed", async |s| {
                s.get("/status/503").send().await?;
                s.get("/status/404").send().await?;
                Ok(())
            })
            .await?;
            let check = s.transaction("check", async |s| {
                s.get("/ok").send().await?.check("says no", |_| false)?;
                Ok(())
            });
            assert!(matches!(check.await, Err(TaskError::Request(_))));
            let error = s.transaction("error", async |s| {
                s.get("/ok").send().await?;
                Err::<(), _>(TaskError::exception("the basket is gone"))
            });
            assert!(matches!(error.await, Err(TaskError::Exception(_))));
            let empty = s.transaction("empty", async |_| Ok(()));
            empty.await?;
            s.transaction("expected", async |s| {
                s.get("/status/404").send().await?.expect_status(404)?;
                Ok(())
            })
            .await?;
            let left = s.transaction("left", async |s| {
                s.get("/ok").send().await?;
                Err::<(), _>(TaskError::LeaveFlow)
            });
            left.await.unwrap_err();
            let nothing = s.transaction("nothing", async |_| Err::<(), _>(TaskError::LeaveFlow));
            nothing.await.unwrap_err();
            done()
        })
    });
    assert_eq!(
        why(&snapshot),
        [
            "check: GET /ok: check failed: says no",
            "empty: it sent no request",
            "error: exception: the basket is gone",
            "swallowed: GET /status/503: HTTP 503 Service Unavailable: status 503",
        ]
    );
    for (name, failures) in [("expected", 0), ("left", 0), ("error", 1), ("swallowed", 1)] {
        let row = transaction(&snapshot, name);
        assert_eq!((row.requests(), row.failures()), (1, failures), "{name}");
    }
    assert!(snapshot.transactions().iter().all(|row| &*row.key.name != "nothing"));
    // The requests alone are in the counts of the verdict: 503, 404, the check.
    assert_eq!((snapshot.requests(), snapshot.failed()), (6, 3));
}

#[test]
fn an_answer_that_is_judged_after_its_transaction_still_fails_it() {
    let server = TestServer::spawn();
    let snapshot = script(&server, |(), s| {
        Box::pin(async move {
            let late = s.transaction("late", async |s| Ok(s.get("/ok").send().await?)).await?;
            late.fail("seen later");
            done()
        })
    });
    assert_eq!(why(&snapshot), ["late: GET /ok: seen later"]);
}

#[test]
fn a_failure_reaches_all_transactions_around_it() {
    let server = TestServer::spawn();
    let snapshot = script(&server, |(), s| {
        Box::pin(async move {
            s.transaction("outer", async |s| {
                s.get("/ok").send().await?;
                s.transaction("good", async |s| {
                    s.get("/ok").send().await?;
                    Ok(())
                })
                .await?;
                s.transaction("bad", async |s| {
                    s.get("/status/500").send().await?;
                    Ok(())
                })
                .await
            })
            .await?;
            // None of them is open any more.
            s.get("/status/500").send().await?;
            done()
        })
    });
    let text = "GET /status/500: HTTP 500 Internal Server Error: status 500";
    assert_eq!(why(&snapshot), [format!("bad: {text}"), format!("outer: {text}")]);
    assert_eq!(transaction(&snapshot, "good").failures(), 0);
    assert_eq!(transaction(&snapshot, "outer").requests(), 1);
}

#[test]
fn a_panic_fails_the_transaction_and_the_next_task_is_in_none() {
    let server = TestServer::spawn();
    let class = UserClass::<u32>::with_default("Careless").task(Task::new("task", |round, s| {
        Box::pin(async move {
            *round += 1;
            if *round == 2 {
                s.get("/status/500").send().await?;
                return done();
            }
            s.transaction("panics", async |s| {
                let _held = s.get("/ok").send().await?;
                panic!("no luck");
            })
            .await
        })
    }));
    let ran = go(&[class.into()], Shared::default(), &settings(&server));
    assert_eq!(why(&ran.snapshot), ["panics: its code panicked"]);
    assert_eq!(transaction(&ran.snapshot, "panics").requests(), 1);
    assert_eq!(row(&ran.snapshot, "/ok").failures(), 0);
}

#[test]
fn a_transaction_that_the_end_cuts_is_counted_as_cut() {
    let server = TestServer::spawn();
    let class = scripted(|(), s| {
        Box::pin(async move {
            s.transaction("never done", async |s| {
                s.get("/ok").send().await?;
                s.get("/delay/20000").send().await?;
                Ok(())
            })
            .await
        })
    });
    let run_time = Some(Duration::from_millis(500));
    let settings = RunSettings { users: 3, run_time, ..settings(&server) };
    let ran = go(&[class.into()], Shared::default(), &settings);
    assert_eq!((ran.snapshot.cut_transactions, ran.snapshot.cut_requests), (3, 3));
    assert!(ran.snapshot.transactions().is_empty());
    let verdict = judge(&ran.snapshot, &[], &[], RunFacts { interrupted: false, failed_code: 1 });
    assert_eq!(verdict.word, VerdictWord::Pass, "{:?}", verdict.causes);
}

/// Each answer is quick, and what is asked for again and again never comes.
#[test]
fn a_transaction_that_does_not_end_misses_a_target_on_its_time() {
    let server = TestServer::spawn();
    let task = Task::new("wait for it", |done: &mut bool, s| {
        Box::pin(async move {
            s.transaction("job", async |s| {
                s.get("/ok").send().await?;
                while std::mem::replace(done, true) {
                    s.sleep(Duration::from_millis(20)).await;
                    s.get("/ok").send().await?;
                }
                Ok(())
            })
            .await
        })
    });
    let class = UserClass::with_default("Waiting").task(task);
    let run_time = Some(Duration::from_millis(1_500));
    let settings = RunSettings { users: 6, run_time, ..settings(&server) };
    let ran = go(&[class.into()], Shared::default(), &settings);
    assert_eq!(transaction(&ran.snapshot, "job").requests(), 6);
    assert_eq!(ran.snapshot.cut_transactions, 6);
    let targets: [Target; 2] =
        ["max < 1s on TRANSACTION \"job\"", "max < 1s"].map(|it| it.parse().unwrap());
    let facts = RunFacts { interrupted: false, failed_code: 1 };
    let verdict = judge(&ran.snapshot, &targets, &[], facts);
    assert_eq!(verdict.targets.iter().map(|it| it.met).collect::<Vec<_>>(), [false, true]);
    let cause = &verdict.causes[0];
    assert!(
        cause.ends_with(
            "6 transactions had waited for longer than the limit when the end of the run, or of their \
             user, cut them off"
        ),
        "{cause}"
    );
    // Of their requests none was kept waiting.
    assert!(verdict.run.findings.iter().all(|it| it.rule != "unanswered"), "{:?}", verdict.run);
}

#[test]
fn a_transaction_is_due_when_its_first_request_is() {
    let server = TestServer::spawn();
    let task = Task::new("work", |count: &mut u32, s| {
        Box::pin(async move {
            s.transaction("paced", async |s| {
                s.get("/delay/150").send().await?;
                Ok(())
            })
            .await?;
            *count += 1;
            if *count == 3 { done() } else { Ok(()) }
        })
    });
    let class = UserClass::with_default("Paced").wait(constant_pacing(0.1)).task(task);
    let ran = go(&[class.into()], Shared::default(), &settings(&server));
    let (paced, request) = (transaction(&ran.snapshot, "paced"), row(&ran.snapshot, "/delay/150"));
    // 50 ms late, then 100 ms, as its only request.
    assert_eq!(paced.response().max(), request.response().max());
    assert_eq!(paced.service().max(), request.service().max());
    assert!(paced.response().max().unwrap() > paced.service().max().unwrap());
}
