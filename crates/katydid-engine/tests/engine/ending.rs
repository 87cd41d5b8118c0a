//! How runs end: in time, with everything counted.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use katydid_core::{RunFacts, RunWord, StopReason, judge};
use katydid_engine::{Control, RunError, RunSettings, Shared, Task, UserClass, constant, run};
use katydid_testkit::TestServer;

use crate::common::{done, go, go_controlled, scripted, settings, sharing};

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// How long the slow user's request takes, in ms: within every patience here, and beyond.
const SLOW: u64 = 600;
const ENDLESS: u64 = 60_000;

/// A user with a slow request, that says goodbye when it stops.
fn slow() -> UserClass<()> {
    scripted(|(), s| {
        Box::pin(async move {
            let path = format!("/delay/{}", s.shared::<u64>());
            s.get(path).name("slow").send().await?;
            Ok(())
        })
    })
    .on_stop(|(), s| {
        Box::pin(async move {
            s.get("/ok").name("goodbye").send().await?;
            Ok(())
        })
    })
}

fn timed(server: &TestServer, run_time: Duration, stop_timeout: Duration) -> RunSettings {
    RunSettings { users: 3, run_time: Some(run_time), stop_timeout, ..settings(server) }
}

/// Requests that ended, cut tasks, cut requests, goodbyes.
fn figures(ran: &crate::common::Ran) -> (u64, u64, u64, u64) {
    let of = |name: &str| {
        let rows = ran.snapshot.rows().filter(|row| &*row.key.name == name);
        rows.map(katydid_core::Row::requests).sum()
    };
    let cut = ran.snapshot.tasks()[0].counts.cut;
    (of("slow"), cut, ran.snapshot.cut_requests, of("goodbye"))
}

#[test]
fn a_task_that_ends_within_the_stop_timeout_is_whole() {
    let server = TestServer::spawn();
    let settings = timed(&server, ms(200), ms(5_000));
    let ran = go(&[slow().into()], sharing(SLOW), &settings);
    assert_eq!(figures(&ran), (3, 0, 0, 3));
    assert_eq!(ran.reason, StopReason::RunTime);
    assert!((ms(600)..ms(4_000)).contains(&ran.took), "{:?}", ran.took);
    assert!(!ran.events.iter().any(|event| event.contains("UsersCut")), "{:?}", ran.events);
}

#[test]
fn a_task_that_does_not_is_cut_and_counted_and_on_stop_still_runs() {
    let server = TestServer::spawn();
    for stop_timeout in [ms(0), ms(200)] {
        let settings = timed(&server, ms(200), stop_timeout);
        let ran = go(&[slow().into()], sharing(ENDLESS), &settings);
        assert_eq!(figures(&ran), (0, 3, 3, 3));
        let counts = ran.snapshot.tasks()[0].counts;
        assert_eq!((counts.executions, counts.requests), (0, 3));
        assert!(ran.took < ms(3_000), "{:?}", ran.took);
        assert!(ran.events.iter().any(|event| event.contains("UsersCut { users: 3")));
    }
}

#[test]
fn what_has_no_answer_at_the_end_misses_targets_and_is_told() {
    let server = TestServer::spawn();
    let class = scripted(|(), s| {
        Box::pin(async move {
            for _ in 0..7 {
                s.get("/ok").send().await?;
            }
            s.get(format!("/delay/{ENDLESS}")).name("/ok").send().await?;
            done()
        })
    });
    let ran = go(&[class.into()], Shared::default(), &timed(&server, ms(1_600), ms(0)));
    assert_eq!((ran.snapshot.requests(), ran.snapshot.cut_requests), (21, 3));
    let targets = ["p95 < 500ms on /ok", "max < 500ms in steady", "med < 500ms"];
    let targets = targets.map(|rule| rule.parse().unwrap());
    let facts = RunFacts { interrupted: false, failed_code: 1 };
    let verdict = judge(&ran.snapshot, &targets, &[], facts);
    let [missed, missed_in_phase, met] = &verdict.targets[..] else { panic!("{verdict:?}") };
    assert!(met.met, "{met:?}");
    for cause in [missed, missed_in_phase].map(|result| result.cause().unwrap()) {
        assert!(cause.contains("3 requests had waited for longer than the limit when"), "{cause}");
    }
    let found = verdict.run.findings.iter().find(|found| found.rule == "unanswered").unwrap();
    assert_eq!((found.word, verdict.exit_code), (RunWord::Disturbed, 99), "{found:?}");
    let untargeted = judge(&ran.snapshot, &[], &[], facts);
    assert_eq!((untargeted.run.word, untargeted.exit_code), (RunWord::Invalid, 3));
}

#[test]
fn waits_end_at_once() {
    let server = TestServer::spawn();
    let class = scripted(|(), s| {
        Box::pin(async move {
            s.get("/ok").send().await?;
            Ok(())
        })
    });
    let ran = go(&[class.into()], Shared::default(), &timed(&server, ms(300), ms(60_000)));
    assert!((ms(300)..ms(5_000)).contains(&ran.took), "{:?}", ran.took);
    assert_eq!((ran.snapshot.requests(), ran.snapshot.cut_requests), (3, 0));
}

#[test]
fn a_user_that_cannot_start_does_not_hold_up_the_end() {
    let server = TestServer::spawn();
    let class = scripted(|(), _| Box::pin(async { done() })).on_start(|(), s| {
        Box::pin(async move {
            s.get("/status/500").send().await?.expect_status(200)?;
            Ok(())
        })
    });
    let ran = go(&[class.into()], Shared::default(), &timed(&server, ms(1_300), ms(60_000)));
    assert!(ran.took < ms(5_000), "{:?}", ran.took);
    assert_eq!((ran.snapshot.requests(), ran.snapshot.failed()), (6, 6), "tried again once each");
    assert_eq!(ran.snapshot.tasks()[0].counts.executions, 0);
}

#[test]
fn the_run_is_over_when_nobody_is_left() {
    let server = TestServer::spawn();
    let class = scripted(|(), s| {
        Box::pin(async move {
            s.get("/ok").send().await?;
            done()
        })
    });
    let settings = RunSettings { users: 5, spawn_rate: 20.0, threads: 3, ..settings(&server) };
    let ran = go(&[class.into()], Shared::default(), &settings);
    assert_eq!(ran.reason, StopReason::NoUsersLeft);
    assert!((ms(200)..ms(5_000)).contains(&ran.took), "{:?}", ran.took);
    assert_eq!(ran.snapshot.requests(), 5);
    assert_eq!(ran.snapshot.user_count(), 0);
}

/// Acts on a run once its users are at work.
fn interrupt(delay: u64, act: impl FnOnce(&Control) + Send + 'static) -> crate::common::Ran {
    let server = TestServer::spawn();
    let control = Control::new();
    let settings = timed(&server, ms(10_000), ms(10_000));
    let handle = control.clone();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while server.total_requests() < 3 {
                std::thread::yield_now();
            }
            act(&handle);
        });
        go_controlled(&[slow().into()], sharing(delay), &settings, &control)
    })
}

#[test]
fn a_stop_from_outside_is_graceful() {
    let ran = interrupt(SLOW, Control::stop);
    assert_eq!((figures(&ran), ran.reason), ((3, 0, 0, 3), StopReason::Interrupted));
    assert!(ran.took < ms(5_000), "{:?}", ran.took);
}

#[test]
fn a_cut_from_outside_is_not() {
    for both in [false, true] {
        let ran = interrupt(ENDLESS, move |control| {
            if both {
                control.stop();
            }
            control.cut();
        });
        assert_eq!((figures(&ran), ran.reason), ((0, 3, 3, 3), StopReason::Interrupted));
        assert!(ran.took < ms(3_000), "{:?}", ran.took);
    }
}

#[test]
fn a_cut_before_the_start_is_still_a_cut() {
    let server = TestServer::spawn();
    let control = Control::new();
    control.cut();
    let settings = timed(&server, ms(10_000), ms(10_000));
    let ran = go_controlled(&[slow().into()], sharing(ENDLESS), &settings, &control);
    assert!(ran.took < ms(3_000), "{:?}", ran.took);
    assert_eq!(ran.reason, StopReason::Interrupted);
}

/// The second user is due while the first blocks the thread: its time is missing, and that of a user
/// who ends by itself is not.
#[test]
#[expect(clippy::disallowed_methods, reason = "a task that blocks is the test")]
fn users_whom_a_blocked_thread_starts_late_are_missing() {
    let server = TestServer::spawn();
    let late = |code| {
        let settings = RunSettings {
            users: 2,
            spawn_rate: 10.0,
            run_time: Some(Duration::from_secs(1)),
            ..settings(&server)
        };
        let ran = go(&[scripted(code).into()], sharing(AtomicBool::new(false)), &settings);
        let facts = RunFacts { interrupted: false, failed_code: 1 };
        let verdict = judge(&ran.snapshot, &[], &[], facts);
        verdict.run.findings.iter().any(|finding| finding.rule == "users")
    };
    assert!(late(|(), s| {
        Box::pin(async move {
            s.get("/ok").send().await?;
            std::thread::sleep(Duration::from_millis(600));
            Ok(())
        })
    }));
    // The first one ends, the second one stays.
    assert!(!late(|(), s| {
        Box::pin(async move {
            s.get("/ok").send().await?;
            if s.shared::<AtomicBool>().swap(true, Ordering::Relaxed) { Ok(()) } else { done() }
        })
    }));
}

#[test]
#[expect(clippy::disallowed_methods, reason = "blocking is the fault under test")]
fn a_task_that_blocks_its_thread_is_named_and_the_run_ends() {
    let server = TestServer::spawn();
    let blocking = scripted(|(), s| {
        Box::pin(async move {
            s.get("/ok").send().await?;
            std::thread::sleep(Duration::from_secs(6));
            Ok(())
        })
    });
    let free = UserClass::<()>::with_default("Free").wait(constant(0.1)).task(Task::new(
        "free",
        |(), s| {
            Box::pin(async move {
                s.get("/ok").name("free").send().await?;
                Ok(())
            })
        },
    ));
    let settings =
        RunSettings { users: 2, threads: 2, run_time: Some(ms(1_500)), ..settings(&server) };
    let ran = go(&[blocking.into(), free.into()], Shared::default(), &settings);
    assert!(ran.took < Duration::from_secs(12), "{:?}", ran.took);
    let warned = ran.events.iter().find(|event| event.contains("Warning"));
    assert!(warned.is_some_and(|text| text.contains("executor thread 0")), "{:?}", ran.events);
    let verdict = judge(&ran.snapshot, &[], &[], RunFacts { interrupted: false, failed_code: 1 });
    assert_eq!(verdict.run.word, RunWord::Invalid);
    let blocked = |text: &str| text.starts_with("executor-0 ") && text.contains("a task blocks it");
    assert!(verdict.run.findings.iter().any(|found| blocked(&found.text)), "{:?}", verdict.run);
    let free = ran.snapshot.rows().find(|row| &*row.key.name == "free").unwrap();
    assert!((5..=16).contains(&free.requests()), "{}", free.requests());
}

/// A way to spoil settings.
type Change = fn(&mut RunSettings);

#[test]
fn settings_that_cannot_be_run_are_refused_with_the_reason() {
    let server = TestServer::spawn();
    let refused = |change: Change| -> String {
        let mut settings = settings(&server);
        change(&mut settings);
        let class = scripted(|(), _| Box::pin(async { done() }));
        let classes = [class.into()];
        let done = run(&classes, Shared::default(), &settings, &Control::new(), &mut |_| {});
        done.map(|_| ()).unwrap_err().to_string()
    };
    let cases: [(Change, &str); 10] = [
        (|s| s.users = 0, "0 users"),
        (|s| s.spawn_rate = f64::NAN, "spawn rate"),
        (|s| s.spawn_rate = 1e-12, "century"),
        (|s| s.threads = 0, "0 threads"),
        (|s| s.run_time = Some(Duration::MAX), "century"),
        (|s| s.stop_timeout = Duration::MAX, "century"),
        (|s| s.host = None, "no host for Scripted"),
        (|s| s.host = Some("localhost:5000".into()), "neither http nor https"),
        (|s| s.host = Some("http://me:secret@h/".into()), "`h/` is no address of a host: it has"),
        (|s| s.http.extra_roots_pem = Some(b"x".to_vec()), "certificate authorities"),
    ];
    for (change, text) in cases {
        assert!(refused(change).contains(text), "{} lacks {text}", refused(change));
    }
    let twice = [slow().into(), slow().into()];
    let done = run(&twice, Shared::default(), &settings(&server), &Control::new(), &mut |_| {});
    assert!(matches!(done, Err(RunError::DuplicateClass(name)) if name == "Scripted"));
    assert_eq!(server.total_requests(), 0);
}
